from osspcap.model.capture import CaptureInfo, FrameCount
from osspcap.model.stream import Direction
from osspcap.report.completeness import lacks_of
from osspcap.units import FrameNumber
from tests.build.reports import connection

FIRST = FrameNumber(7)


def test_a_whole_capture_lacks_nothing() -> None:
    assert lacks_of(CaptureInfo("x"), [connection()]) == []


def test_every_lack_is_said_with_its_measure_and_first_frame() -> None:
    info = CaptureInfo("x", snaplen_cut=FrameCount(3, FIRST), truncated_at=100, time_reversals=FrameCount(1, FIRST))
    info.undecoded["link type 147 (USER0)"] = FrameCount(1, FIRST)
    assert lacks_of(info, []) == [
        "3 packets cut by the snap length, first frame 7",
        "the file breaks off at byte 100",
        "1 packet not decoded (link type 147 (USER0), first frame 7)",
        "time stamps run backwards at frame 7",
    ]


def test_holes_missing_handshakes_and_one_way_connections_are_counted() -> None:
    holes = Direction(packets=3, data_packets=3, bytes_missing=2920, bytes_missing_acknowledged=1460)
    lacks = lacks_of(CaptureInfo("x"), [connection(directions=(holes, Direction()), handshake=None)])
    assert lacks == [
        "2.9 KiB of TCP data missing (1.4 KiB of it acknowledged)",
        "1 connection captured without the handshake",
        "1 connection captured in one direction only",
    ]
