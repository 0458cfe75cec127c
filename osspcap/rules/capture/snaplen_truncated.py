"""CAP001 snaplen-truncated: packets were recorded only in part."""

from collections.abc import Iterator

from osspcap.model.capture import BUNDLE_APPLICATION
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.capture._again import command
from osspcap.rules.wording import counted
from osspcap.units import format_bytes

WHOLE_PACKET_SNAPLEN = 65_535
"""Bytes; no IP packet is longer (RFC 791 section 3.1), so a larger limit cuts nothing by itself."""


class SnaplenTruncated(CaptureRule):
    """Packets were recorded only in part.

    ## What it finds
    TCP packets that carried more data than the capture holds of them, because the capture was limited to the first
    bytes of every packet (the snap length).

    ## Why it matters
    The lost bytes are request headers, error documents and object data. Without them signatures cannot be compared,
    bodies cannot be checked, and many questions have to stay open.

    ## How it decides
    Every record of a capture file states how long the packet was and how much of it was stored. The rule fires if a
    TCP packet lacks part of its payload. Packets cut in bytes that are no payload (Ethernet padding) do not count.

    ## False alarms
    None as to the fact. A short snap length may have been chosen on purpose, to keep contents out of the file; the
    captures of `osspcap bundle`, which are cut for that, are passed over.
    """

    code = "CAP001"
    name = "snaplen-truncated"
    severity = Severity.WARNING
    fix = (
        "Capture again with whole packets: `tcpdump -i any -s0 -w oss.pcap host <OSS endpoint>`.",
        "In Wireshark, switch off 'Limit each packet to' in the capture options.",
    )
    sources = ("OSS FAQ, Python SDK (A): the tcpdump command to submit with a ticket", "tcpdump(1), option -s")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for all packets that were cut."""
        cut = dissection.capture.snaplen_cut
        if cut is None or dissection.capture.application.startswith(BUNDLE_APPLICATION):
            return
        touched = [
            connection
            for connection in dissection.connections
            if any(direction.bytes_cut_by_snaplen for direction in connection.directions)
        ]
        lost = sum(direction.bytes_cut_by_snaplen for c in touched for direction in c.directions)
        snaplen = dissection.capture.snaplen
        if snaplen is not None and snaplen < WHOLE_PACKET_SNAPLEN:
            limit = f"at the snap length of {snaplen} bytes"
        else:
            limit = "by the program that recorded or cut the file (the file names no snap length that would explain it)"
        lost_note = f" ({format_bytes(lost)} of data)" if lost else ""
        again = command(dissection, [connection.stream for connection in touched])
        yield self.finding(
            f"{counted(cut.count, 'packet')} lost data in the capture{lost_note}: packets were cut {limit}; "
            "capture with -s0",
            Evidence(
                cut.first_frame,
                None,
                None,
                "snap length",
                "not stated in the file" if snaplen is None else f"{snaplen} bytes",
                "0 (whole packets): tcpdump -s0",
            ),
            streams=[connection.stream for connection in touched],
            fix=(f"Capture again with whole packets: `{again}`.", *self.fix[1:]),
            occurrences=cut.count,
        )
