from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.content.body import BodyReader
from osspcap.content.indexed_body import LATE_WINDOW_BYTES, IndexedBodyReader, body_reader, index_offset
from osspcap.content.plan import BodyPlan
from osspcap.content.traced_body import TracedBodyReader
from osspcap.model.message import Body, Framing
from osspcap.model.stream import Chunk, Event, Gap
from tests.build.events import Talk
from tests.build.media import H264, HEVC, mp4

FILE = mp4(*HEVC, layout="end", data=50_000)
INDEX = FILE.index(b"moov") - 4


def plan(length: int | None, window: int = 4_000, framing: Framing = Framing.CONTENT_LENGTH) -> BodyPlan:
    return BodyPlan(framing, length, window, b"", needs_md5=True, needs_crc64=True, is_traced=True, has_index=True)


def sent(data: bytes, size: int = 1_000, lost: range = range(0)) -> deque[Event]:
    talk = Talk()
    for at in range(0, len(data), size):
        part = data[at : at + size]
        if at in lost:
            talk.lose(0, len(part))
        else:
            talk.client(part)
    return deque(talk.events[0])


def read(reader: BodyReader, queue: deque[Event], batch: int = 10_000) -> Body:
    """Feed the events in batches, holes one by one."""
    waiting: deque[Event] = deque()
    at = 0
    while queue and not reader.is_ended:
        first = queue[0]
        if isinstance(first, Gap):
            reader.skip(first, 0)
            queue.popleft()
            continue
        while queue and not isinstance(queue[0], Gap) and len(waiting) < batch:
            waiting.append(queue.popleft())
        at = reader.drain(waiting, at)
        assert not waiting or reader.is_ended
    return reader.body(is_answered_early=False)[0]


@pytest.mark.parametrize("batch", [1, 7, 10_000])
@pytest.mark.parametrize("size", [37, 1_000, 60_000])
def test_the_index_is_kept_however_it_comes(batch: int, size: int) -> None:
    body = read(IndexedBodyReader(plan(len(FILE))), sent(FILE, size), batch)
    assert body.late is not None
    assert (body.late.offset, body.late.data) == (INDEX, FILE[INDEX:])
    assert body.late.frame == INDEX // size + 1
    assert (body.complete, body.captured, body.window) == (True, len(FILE), FILE[:4_000])


def test_the_body_is_the_one_of_the_plain_reader() -> None:
    plain, indexed = read(BodyReader(plan(len(FILE))), sent(FILE)), read(IndexedBodyReader(plan(len(FILE))), sent(FILE))
    assert (plain.md5, plain.crc64, plain.captured) == (indexed.md5, indexed.crc64, indexed.captured)


def test_what_follows_the_body_is_left() -> None:
    queue = sent(FILE + b"next" * 500)
    reader = IndexedBodyReader(plan(len(FILE)))
    at = reader.drain(queue, 0)
    assert at == len(FILE) % 1_000
    assert sum(len(event.data) for event in queue if isinstance(event, Chunk)) - at == 2_000


def test_a_hole_in_front_of_the_index_does_not_matter_and_one_inside_ends_it() -> None:
    before = read(IndexedBodyReader(plan(len(FILE))), sent(FILE, lost=range(10_000, 11_000)))
    assert before.late is not None
    assert before.late.data == FILE[INDEX:]
    inside = read(IndexedBodyReader(plan(len(FILE))), sent(FILE, 300, lost=range(INDEX + 300, INDEX + 600)))
    assert inside.late is not None
    assert FILE[INDEX:].startswith(inside.late.data)
    assert len(inside.late.data) < 600


def test_a_large_index_is_kept_in_part() -> None:
    file = FILE + bytes(200_000)
    body = read(IndexedBodyReader(plan(len(file))), sent(file))
    assert body.late is not None
    assert len(body.late.data) == LATE_WINDOW_BYTES


@pytest.mark.parametrize(
    "file", [mp4(*H264, data=50_000), mp4(layout="fragmented", data=50_000), b"x" * 50_000, mp4(layout="end", data=100)]
)
def test_other_bodies_have_none(file: bytes) -> None:
    assert read(IndexedBodyReader(plan(len(file))), sent(file)).late is None


def test_the_place_of_the_index() -> None:
    assert index_offset(FILE[:4_000]) == INDEX
    assert index_offset(FILE) == -1
    assert index_offset(b"") == -1
    long = FILE[:24] + b"\0\0\0\1mdat" + (5_000_000_000).to_bytes(8)
    assert index_offset(long + bytes(100)) == 5_000_000_024
    assert index_offset(FILE[:24] + b"\0\0\0\0mdat" + bytes(100)) == -1


def test_a_plan_chooses_its_reader() -> None:
    assert type(body_reader(plan(5))) is IndexedBodyReader
    assert type(body_reader(plan(5)._replace(has_index=False))) is TracedBodyReader
    assert type(body_reader(plan(5)._replace(has_index=False, is_traced=False))) is BodyReader


@given(st.binary(max_size=200))
def test_no_bytes_raise(noise: bytes) -> None:
    assert index_offset(noise) >= -1
