from struct import Struct

from osspcap.capture.cursor import Cursor, SideArea
from osspcap.capture.fragments import Reassembler


def cursor(captured: int, wire: int) -> Cursor:
    return Cursor(bytes(range(16)), 0, captured, wire, 0, Reassembler(), SideArea(100))


def test_headers_are_taken_only_if_captured_whole() -> None:
    place = cursor(5, 16)
    assert place.take(Struct(">HH")) == (0x0001, 0x0203)
    assert place.take(Struct(">H")) is None
    assert place.at == 4


def test_short_headers_are_told_from_cut_ones() -> None:
    assert cursor(5, 16).short("IPv4").name == "IPv4 header cut by the snap length"
    assert cursor(5, 5).short("IPv4").name == "malformed IPv4 header"


def test_inner_lengths_draw_the_packet_in_but_never_out() -> None:
    place = cursor(10, 12)
    place.end_at(14)
    assert (place.captured_end, place.wire_end) == (10, 12)
    place.end_at(6)
    assert (place.captured_end, place.wire_end) == (6, 6)
    place.at = 4
    place.end_at(2)
    assert (place.captured_end, place.wire_end) == (4, 4)


def test_side_area_gives_offsets_behind_the_buffer() -> None:
    side = SideArea(100)
    assert [side.put(b"abc"), side.put(b"de")] == [100, 103]
    assert side.data == b"abcde"
