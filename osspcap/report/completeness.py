"""How good a capture is: what of the traffic it does not hold."""

from collections.abc import Iterable

from osspcap.model.capture import CaptureInfo
from osspcap.model.stream import Connection
from osspcap.units import format_bytes


def lacks_of(capture: CaptureInfo, connections: Iterable[Connection]) -> list[str]:
    """Say what the capture lacks, one clause each; empty if nothing is known to be missing."""
    missing = acknowledged = without_start = one_way = 0
    for connection in connections:
        for direction in connection.directions:
            missing += direction.bytes_missing
            acknowledged += direction.bytes_missing_acknowledged
        without_start += connection.handshake is None
        sides = [direction.packets for direction in connection.directions]
        one_way += min(sides) == 0 and max(direction.data_packets for direction in connection.directions) > 0
    lacks: list[str] = []
    if capture.snaplen_cut is not None:
        lacks.append(
            f"{_counted(capture.snaplen_cut.count, 'packet')} cut by the snap length, "
            f"first frame {capture.snaplen_cut.first_frame}"
        )
    if missing:
        lacks.append(f"{format_bytes(missing)} of TCP data missing ({format_bytes(acknowledged)} of it acknowledged)")
    if without_start:
        lacks.append(f"{_counted(without_start, 'connection')} captured without the handshake")
    if one_way:
        lacks.append(f"{_counted(one_way, 'connection')} captured in one direction only")
    if capture.truncated_at is not None:
        lacks.append(capture.truncation or f"the file breaks off at byte {capture.truncated_at}")
    for reason, count in capture.undecoded.items():
        lacks.append(f"{_counted(count.count, 'packet')} not decoded ({reason}, first frame {count.first_frame})")
    if capture.time_reversals is not None:
        lacks.append(f"time stamps run backwards at frame {capture.time_reversals.first_frame}")
    return lacks


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
