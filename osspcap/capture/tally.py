"""Counts of packets by a name, with the first frame of each."""

from osspcap.model.capture import CaptureInfo, FrameCount
from osspcap.units import FrameNumber

MAX_NAMES = 256
"""Different names counted; hostile files could hold one for each EtherType. Later ones are counted as `other`."""


def merge(existing: FrameCount | None, count: int, first_frame: int) -> FrameCount | None:
    """Return the count with more packets added; None as long as there are none."""
    if not count:
        return existing
    if existing is None:
        return FrameCount(count, FrameNumber(first_frame))
    return FrameCount(existing.count + count, FrameNumber(min(existing.first_frame, first_frame)))


def count_name(info: CaptureInfo, name: str, count: int, first_frame: int, *, is_understood: bool) -> None:
    """Add packets to `info.other_protocols`, or to `info.undecoded` if they could not be decoded.

    Calls for one name may come in any order of frames.
    """
    counts = info.other_protocols if is_understood else info.undecoded
    if name not in counts and len(counts) >= MAX_NAMES:
        name = "other"
    merged = merge(counts.get(name), count, first_frame)
    if merged is not None:
        counts[name] = merged
