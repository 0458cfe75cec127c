"""Datagrams that are kept beside the TCP packets: DNS messages and ICMP errors, a bounded number of them."""

import ipaddress
from typing import TYPE_CHECKING

from osspcap.model.capture import CaptureInfo
from osspcap.model.datagrams import Datagram
from osspcap.model.packets import Int64Column
from osspcap.units import FrameNumber, Nanoseconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from osspcap.capture.cursor import Noted

MAX_DATAGRAMS = 5_000
"""Kept of a capture; about 0.5 KiB each. The first ones: later lookups of a name repeat what earlier ones said."""


def note_datagrams(
    info: CaptureInfo, notes: "Iterable[tuple[int, Noted]]", first_frame: int, ts_ns: Int64Column
) -> None:
    """Keep datagrams of a batch.

    Args:
        info: Takes them.
        notes: Row in the batch and what it holds, in file order.
        first_frame: Frame number of row 0.
        ts_ns: Times of all rows.
    """
    kept = info.datagrams
    for row, noted in notes:
        if len(kept) >= MAX_DATAGRAMS:
            return
        place = FrameNumber(first_frame + row), Nanoseconds(int(ts_ns[row]))
        src, dst = (str(ipaddress.ip_address(packed)) for packed in (noted.src, noted.dst))
        kept.append(Datagram(*place, noted.carrier, src, dst, noted.sport, noted.dport, noted.payload, noted.is_cut))
