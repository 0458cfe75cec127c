from osspcap.capture.tally import MAX_NAMES, count_name, merge
from osspcap.model.capture import CaptureInfo, FrameCount
from osspcap.units import FrameNumber


def test_counts_add_up_and_keep_the_first_frame() -> None:
    assert merge(None, 0, 7) is None
    assert merge(None, 2, 7) == FrameCount(2, FrameNumber(7))
    assert merge(FrameCount(2, FrameNumber(7)), 3, 4) == FrameCount(5, FrameNumber(4))
    assert merge(FrameCount(2, FrameNumber(7)), 0, 1) == FrameCount(2, FrameNumber(7))


def test_names_beyond_the_limit_are_counted_together() -> None:
    info = CaptureInfo("x")
    for number in range(MAX_NAMES + 5):
        count_name(info, f"EtherType {number}", 1, number + 1, is_understood=True)
    assert len(info.other_protocols) == MAX_NAMES + 1
    assert info.other_protocols["other"] == FrameCount(5, FrameNumber(MAX_NAMES + 1))
    assert not info.undecoded
