import pytest
from hyperframe.frame import DataFrame, Frame, HeadersFrame, PingFrame, SettingsFrame

from osspcap.h2.frames import MAX_FRAME_BYTES, PREFACE, DataEnd, DataPart, FrameReader, Item, Lost, WholeFrame
from osspcap.model.stream import Chunk, End, Event, Gap
from tests.build.events import Talk, cut

PING = PingFrame(0, b"12345678").serialize()


def items_of(events: list[Event], *, expects_preface: bool = False, is_mid_stream: bool = False) -> list[Item]:
    reader = FrameReader(expects_preface=expects_preface, is_mid_stream=is_mid_stream)
    return [item for event in events for item in reader.feed(event)]


def sent(*parts: bytes) -> list[Event]:
    talk = Talk()
    for part in parts:
        talk.client(part)
    return talk.sides[0]


def told(items: list[Item]) -> list[object]:
    """Describe items: DATA joined, frames by type."""
    found: list[object] = []
    for item in items:
        if isinstance(item, DataPart):
            data = bytes(item.event.data) if isinstance(item.event, Chunk) else item.event.length
            if found and isinstance(found[-1], bytes) and isinstance(data, bytes):
                data = found.pop() + data  # type: ignore[operator]
            found.append(data)
        elif isinstance(item, WholeFrame):
            found.append(type(item.frame).__name__)
        else:
            found.append(type(item).__name__)
    return found


@pytest.mark.parametrize("size", [1, 2, 5, 9, 100])
def test_frames_are_the_same_however_they_are_cut(size: int) -> None:
    raw = PREFACE + SettingsFrame(0).serialize() + DataFrame(1, b"body", pad_length=3, flags=["PADDED"]).serialize()
    raw += DataFrame(1, b"", flags=["END_STREAM"]).serialize() + PING
    items = items_of(cut(sent(raw), size), expects_preface=True)
    assert told(items) == ["SettingsFrame", b"body", "DataEnd", "DataEnd", "PingFrame"]
    ends = [item for item in items if isinstance(item, DataEnd)]
    assert [(end.length, end.ends_stream) for end in ends] == [(8, False), (0, True)]


def test_a_frame_names_the_packets_of_its_first_and_last_byte() -> None:
    (item,) = items_of(sent(PING[:4], PING[4:10], PING[10:]))
    assert isinstance(item, WholeFrame)
    assert (item.origin.frame, item.end.frame) == (1, 3)


def test_frames_of_unknown_types_are_passed_over() -> None:
    raw = b"\x00\x00\x03\xbe\x00\x00\x00\x00\x01abc"
    assert told(items_of(sent(raw + PING))) == ["ExtensionFrame", "PingFrame"]


def test_what_is_no_preface_is_lost_until_a_packet_begins_with_a_frame() -> None:
    items = items_of(sent(b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\nabc", PING), expects_preface=True)
    assert told(items) == ["Lost", "PingFrame"]
    assert isinstance(items[0], Lost)
    assert items[0].is_malformed


def test_an_absurd_length_loses_the_place() -> None:
    raw = (MAX_FRAME_BYTES + 1).to_bytes(3) + b"\x01\x00\x00\x00\x00\x01"
    assert told(items_of(sent(raw + b"x" * 100, PING))) == ["Lost", "PingFrame"]


@pytest.mark.parametrize(
    "frame", [b"\x00\x00\x04\x06\x00\x00\x00\x00\x00abcd", b"\x00\x00\x00\x01\x04\x00\x00\x00\x00"]
)
def test_a_frame_that_breaks_the_rules_costs_itself_only(frame: bytes) -> None:
    assert told(items_of(sent(frame + PING))) == ["Lost", "PingFrame"]


def holed(raw: bytes, start: int, stop: int) -> list[Event]:
    talk = Talk()
    talk.client(raw[:start])
    talk.lose(0, stop - start)
    talk.client(raw[stop:])
    return talk.sides[0]


def test_a_hole_in_data_is_passed_on_in_its_place() -> None:
    raw = DataFrame(1, b"0123456789", flags=["END_STREAM"]).serialize() + PING
    assert told(items_of(holed(raw, 11, 15))) == [b"01", 4, b"6789", "DataEnd", "PingFrame"]


def test_a_hole_up_to_the_end_of_data_ends_the_frame() -> None:
    raw = DataFrame(1, b"0123456789").serialize() + PING
    assert told(items_of(holed(raw, 11, 19))) == [b"01", 8, "DataEnd", "PingFrame"]


def test_a_hole_over_padding_is_no_missing_content() -> None:
    raw = DataFrame(1, b"0123", pad_length=6, flags=["PADDED"]).serialize() + PING
    assert told(items_of(holed(raw, 12, 20))) == [b"01", 2, "DataEnd", "PingFrame"]


@pytest.mark.parametrize(("frame", "may_hold"), [(HeadersFrame(1, b"abcdef"), True), (SettingsFrame(0, {4: 9}), False)])
def test_a_hole_in_another_frame_costs_that_frame(frame: Frame, *, may_hold: bool) -> None:
    items = items_of(holed(frame.serialize() + PING, 11, 13))
    assert told(items) == ["Lost", "PingFrame"]
    assert isinstance(items[0], Lost)
    assert items[0].may_hold_fields is may_hold


def test_a_hole_over_a_frame_header_loses_the_place() -> None:
    talk = Talk()
    talk.client(DataFrame(1, b"0123456789").serialize()[:11])
    talk.lose(0, 30)
    talk.client(b"rest of some frame")
    talk.client(PING)
    assert told(items_of(talk.sides[0])) == [b"01", 8, "DataEnd", "Lost", "PingFrame"]


def test_in_mid_stream_the_first_packet_with_a_frame_begins() -> None:
    assert told(items_of(sent(b"some data of a frame", PING + PING), is_mid_stream=True)) == ["PingFrame"] * 2


def test_nothing_follows_the_end() -> None:
    talk = Talk()
    talk.client(PING)
    talk.end(sides=(0,))
    talk.client(PING)
    items = items_of(talk.sides[0])
    assert [type(item) for item in items] == [WholeFrame, End]


def test_a_hole_while_the_place_is_lost_is_told_once() -> None:
    talk = Talk()
    talk.lose(0, 10)
    talk.lose(0, 10)
    assert told(items_of([event for event in talk.sides[0] if isinstance(event, Gap)])) == ["Lost"]
