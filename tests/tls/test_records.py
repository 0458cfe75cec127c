import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osspcap.model.stream import Chunk, End, EndCause, Event, Gap, GapCause
from osspcap.tls.items import Candidate, Hole, Item, Record, Torn
from osspcap.tls.records import RecordReader
from tests.build.events import Talk, cut

RNG = random.Random(4)
SIZES = (32, 700, 16_401, 5, 3_000, 900)
RECORDS = [b"\x17\x03\x03" + size.to_bytes(2) + RNG.randbytes(size) for size in SIZES]
STREAM = b"".join(RECORDS)


def events(*parts: bytes | int, end: bool = True) -> list[Event]:
    """Bytes in packets of up to 1,460, and holes of a length."""
    talk = Talk()
    for part in parts:
        if isinstance(part, int):
            talk.lose(0, part)
        else:
            talk.send(0, part, size=1_460)
    if end:
        talk.end(sides=(0,))
    return talk.sides[0]


def read(given: Sequence[Event], *, accepts: bool = True, feeds: int = 1) -> list[Item]:
    """Read all items; candidates are accepted if they are followed by another record, or all refused."""
    reader = RecordReader()
    items: list[Item] = []
    for number in range(feeds):
        reader.push(given[len(given) * number // feeds : len(given) * (number + 1) // feeds])
        while (item := reader.next()) is not None:
            if isinstance(item, Candidate):
                if accepts and item.is_followed:
                    items += [reader.accept(item), item.record]
                else:
                    reader.refuse(item)
                continue
            if isinstance(item, Record):
                item = item._replace(payload=bytes(item.payload))
            items.append(item)
        reader.keep()
    assert reader.is_over == isinstance(given[-1], End)
    return items


def shape(items: Sequence[Item]) -> list[object]:
    """What matters: payloads of whole records, lengths of the rest."""
    out: list[object] = []
    for item in items:
        match item:
            case Record():
                out.append(bytes(item.payload))
            case Torn():
                out.append(("torn", item.length, len(item.head)))
            case Hole():
                out.append(("hole", item.length))
            case End():
                out.append("end")
            case _:
                raise AssertionError(item)
    return out


PAYLOADS = [record[5:] for record in RECORDS]


@pytest.mark.parametrize("size", [1, 7, 1_460, 100_000])
def test_records_come_out_whole_however_packets_cut_them(size: int) -> None:
    assert shape(read(cut(events(STREAM), size))) == [*PAYLOADS, "end"]


def test_what_follows_the_last_record_is_left_out() -> None:
    assert shape(read(events(STREAM + b"\x17\x03"))) == [*PAYLOADS, "end"]


def test_a_record_names_the_packet_that_completed_it_and_the_acknowledgement_it_began_with() -> None:
    talk = Talk()
    talk.server(b"x" * 10)
    talk.client(RECORDS[0][:20], peer_offset=4)
    talk.client(RECORDS[0][20:] + RECORDS[3], peer_offset=10)
    first, second = (item for item in read([*talk.sides[0], End(0, EndCause.FIN, 9, 9)]) if isinstance(item, Record))
    assert (first.frame, first.peer_offset, first.offset) == (3, 4, 0)
    assert (second.frame, second.peer_offset, second.offset) == (3, 10, len(RECORDS[0]))


def test_a_hole_inside_a_record_costs_that_record_only() -> None:
    at = len(RECORDS[0] + RECORDS[1]) + 5 + 4_000
    items = read(events(STREAM[:at], 2_000, STREAM[at + 2_000 :]))
    assert shape(items) == [*PAYLOADS[:2], ("torn", 16_401, 4_000), *PAYLOADS[3:], "end"]
    torn = items[2]
    assert isinstance(torn, Torn)
    assert torn.gap == Gap(at, 2_000, GapCause.NOT_CAPTURED, True, torn.gap.frame, torn.gap.ts_ns)


def test_a_hole_that_ends_with_its_record_costs_that_record_only() -> None:
    start = len(RECORDS[0])
    assert shape(read(events(RECORDS[0] + RECORDS[1][:50], len(RECORDS[1]) - 50, STREAM[start + 705 :]))) == [
        PAYLOADS[0],
        ("torn", 700, 45),
        *PAYLOADS[2:],
        "end",
    ]


@pytest.mark.parametrize("lost", [(700, 200), (700, 16_440), (17_100, 50), (37, 705), (30, 12), (38, 2)])
def test_behind_a_swallowed_header_the_next_record_is_found(lost: tuple[int, int]) -> None:
    at, length = lost
    items = shape(read(events(STREAM[:at], length, STREAM[at + length :])))
    assert items[-3:] == [*PAYLOADS[4:], "end"]
    assert any(isinstance(item, tuple) and item[0] == "hole" for item in items)


def test_how_the_stream_was_sliced_does_not_change_what_is_found() -> None:
    given = events(STREAM[:700], 200, STREAM[900:])
    whole = shape(read(given))
    assert all(shape(read(given, feeds=feeds)) == whole for feeds in (2, 5, 12, len(given)))


def test_without_an_accepted_candidate_all_behind_is_one_hole() -> None:
    assert shape(read(events(STREAM[:700], 200, STREAM[900:]), accepts=False)) == [
        PAYLOADS[0],
        ("torn", 700, 658),
        ("hole", len(STREAM) - len(RECORDS[0] + RECORDS[1])),
        "end",
    ]


def test_the_end_tears_a_record() -> None:
    items = read(events(STREAM[:500]))
    assert shape(items) == [PAYLOADS[0], ("torn", 700, 500 - 37 - 5), "end"]
    torn = items[1]
    assert isinstance(torn, Torn)
    assert (torn.gap.cause, torn.gap.length) == (GapCause.ABORTED, 700 - (500 - 37 - 5))


def test_bytes_that_are_no_record_are_kept_to_be_told() -> None:
    reader = RecordReader()
    reader.push(events(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"x" * 2_000))
    while reader.next() is not None:
        pass
    assert reader.stray is not None
    assert bytes(reader.stray.data).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert (reader.stray.offset, reader.stray.frame) == (0, 1)


def test_what_waits_is_counted_and_copied() -> None:
    reader, buffer = RecordReader(), bytearray(RECORDS[0])
    reader.push([Chunk(0, memoryview(buffer), 1, 1, 0)])
    assert reader.waiting == (1, 37)
    reader.keep()
    buffer[:] = bytes(len(buffer))
    record = reader.next()
    assert isinstance(record, Record)
    assert bytes(record.payload) == PAYLOADS[0]


def test_a_long_search_does_not_keep_all_it_went_over() -> None:
    reader = RecordReader()
    noise = random.Random(1).randbytes(1_460).replace(b"\x03", b"\x00")
    for number in range(400):
        reader.push([Chunk(number * 1_460, memoryview(noise), number, number, 0)])
        assert reader.next() is None
    assert len(reader._window) < 200_000
    reader.push(events(STREAM)[:1])


@settings(max_examples=200)
@given(data=st.binary(max_size=400), gaps=st.lists(st.integers(1, 60), max_size=3), accepts=st.booleans())
def test_no_bytes_make_the_reader_raise_or_hang(data: bytes, gaps: list[int], accepts: bool) -> None:  # noqa: FBT001
    parts: list[bytes | int] = [data[:100].replace(b"\x00", b"\x17\x03\x03\x00\x05")]
    for number, gap in enumerate(gaps):
        parts += [gap, RECORDS[number % 2] + data[100 * number :]]
    items = read(events(*(part for part in parts if part)), accepts=accepts)
    assert isinstance(items[-1], End)
