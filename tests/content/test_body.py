import random
from collections import deque
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from osspcap.content.body import MAX_HOLES, BodyReader, cut_head_body
from osspcap.content.plan import SHOWN_WINDOW_BYTES, WIDE_WINDOW_BYTES, WINDOW_BYTES, BodyPlan, window_limit
from osspcap.model.message import Framing
from osspcap.model.stream import Chunk, End, EndCause, Event, Gap, unrolled
from tests.build.events import Talk, train


def _plan(length: int | None = 1000, framing: Framing = Framing.CONTENT_LENGTH, window: int = 100) -> BodyPlan:
    return BodyPlan(framing, length, window, b"", needs_md5=False, needs_crc64=False)


def _gap(event: Event) -> Gap:
    assert isinstance(event, Gap)
    return event


def test_a_body_ends_inside_a_packet_and_leaves_the_rest() -> None:
    talk = Talk()
    talk.client(b"head" + b"x" * 600)
    talk.client(b"y" * 400 + b"rest")
    queue = deque(talk.events[0])
    reader = BodyReader(_plan())
    assert reader.drain(queue, 4) == 400
    assert len(queue) == 1
    body, _ = reader.body(is_answered_early=False)
    assert (body.captured, body.complete, body.first_frame, body.last_frame) == (1000, True, 1, 2)
    assert body.window == b"x" * 100


def test_the_window_ends_before_the_first_hole() -> None:
    talk = Talk()
    talk.client(b"x" * 50)
    talk.lose(0, 10)
    talk.client(b"y" * 50)
    reader = BodyReader(_plan(110))
    queue = deque(talk.events[0])
    reader.drain(queue, 0)
    assert reader.skip(_gap(queue.popleft()), 0) == 10
    reader.drain(queue, 0)
    body, _ = reader.body(is_answered_early=False)
    assert (body.window, body.captured, body.missing, body.ended) == (b"x" * 50, 100, 10, True)


def test_a_hole_beyond_the_end_belongs_to_the_body_only_in_part() -> None:
    talk = Talk()
    talk.lose(0, 500)
    reader = BodyReader(_plan(200))
    assert reader.skip(_gap(talk.events[0][0]), 0) == 200
    assert reader.is_ended
    assert reader.body(is_answered_early=False)[0].missing == 200


def test_holes_are_bounded_but_all_counted() -> None:
    talk = Talk()
    reader = BodyReader(_plan(None, Framing.UNTIL_CLOSE))
    for _ in range(40):
        talk.lose(0, 5)
    for event in talk.events[0]:
        reader.skip(_gap(event), 0)
    body, _ = reader.body(is_answered_early=False)
    assert (len(body.holes), body.missing) == (MAX_HOLES, 200)


def test_bodies_of_unknown_length_say_so() -> None:
    talk = Talk()
    talk.client(b"x" * 10)
    reader = BodyReader(_plan(None, Framing.UNTIL_CLOSE))
    reader.drain(deque(talk.events[0]), 0)
    talk.end(EndCause.RST, [0])
    end = talk.events[0][-1]
    assert isinstance(end, End)
    reader.end_with(end)
    body, _ = reader.body(is_answered_early=False)
    assert body.reason == "captured 10 body bytes of an unknown total: connection reset"
    assert body.holes == ()


def test_windows_are_wide_where_words_matter() -> None:
    assert window_limit(b"image/png") == WINDOW_BYTES
    assert window_limit(b" application/xml") == WIDE_WINDOW_BYTES
    assert window_limit(b" multipart/form-data; boundary=x") == WIDE_WINDOW_BYTES
    assert window_limit(b"", status=203) == WIDE_WINDOW_BYTES
    assert window_limit(b"", status=404) == WIDE_WINDOW_BYTES
    assert window_limit(b"", keep_bodies=True) == SHOWN_WINDOW_BYTES


def test_a_head_that_breaks_off_tells_the_announced_length() -> None:
    assert cut_head_body(5, "capture ended").announced == 5
    unknown = cut_head_body(None, "capture ended")
    assert (unknown.announced, unknown.framing, unknown.ended) == (None, Framing.NONE, False)


@given(
    length=st.integers(1, 400),
    size=st.integers(1, 50),
    at=st.integers(0, 20),
    window=st.integers(1, 300),
    sums=st.booleans(),
    batch=st.integers(1, 400),
)
def test_a_train_leaves_what_its_chunks_leave(
    *, length: int, size: int, at: int, window: int, sums: bool, batch: int
) -> None:
    plan = BodyPlan(Framing.CONTENT_LENGTH, length, window, b"", needs_md5=sums, needs_crc64=sums)
    talk = Talk()
    talk.client(random.Random(length).randbytes(300), size=size)
    chunks = [event for event in talk.events[0] if isinstance(event, Chunk)]
    singly, coupled = BodyReader(plan), BodyReader(plan)
    at = min(at, len(chunks[0].data) - 1)
    queue = deque(talk.events[0])
    left = singly.drain(queue, at)
    with mock.patch("osspcap.content.body.BATCH_BYTES", batch):
        used, rest = coupled.take_train(train(chunks), at)
    assert coupled.body(is_answered_early=False) == singly.body(is_answered_early=False)
    assert (coupled.is_ended, coupled.last_frame, coupled.last_ns) == (
        singly.is_ended,
        singly.last_frame,
        singly.last_ns,
    )
    assert coupled.position == singly.position
    assert (used, unrolled([] if rest is None else [rest])) == (left, list(queue))


def test_the_train_takes_plain_bodies_only() -> None:
    assert BodyReader(_plan()).takes_trains
    assert not BodyReader(_plan(None, Framing.CHUNKED)).takes_trains
