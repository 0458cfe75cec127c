from collections import deque

from osspcap.content.body import BodyReader
from osspcap.content.plan import BodyPlan
from osspcap.content.traced_body import MAX_FRAMES, TracedBodyReader
from osspcap.model.message import Framing
from tests.build.events import Talk


def _plan(length: int | None, framing: Framing = Framing.CONTENT_LENGTH, window: int = 10_000) -> BodyPlan:
    return BodyPlan(framing, length, window, b"", needs_md5=True, needs_crc64=True, is_traced=True)


def test_each_packet_of_the_window_is_noted() -> None:
    talk = Talk()
    talk.client(b"head" + b"x" * 100)
    talk.client(b"y" * 50)
    talk.client(b"z" * 50 + b"rest")
    queue = deque(talk.events[0])
    reader = TracedBodyReader(_plan(200))
    assert reader.drain(queue, 4) == 50
    assert len(queue) == 1
    body, _ = reader.body(is_answered_early=False)
    assert body.frames == ((0, 1), (100, 2), (150, 3))
    assert [body.frame_at(offset) for offset in (0, 99, 100, 199)] == [1, 1, 2, 3]


def test_the_body_is_the_one_of_the_plain_reader() -> None:
    talk = Talk()
    for _ in range(5):
        talk.client(b"0123456789")
    plain, traced = BodyReader(_plan(50)), TracedBodyReader(_plan(50))
    for reader in (plain, traced):
        queue = deque(talk.events[0])
        reader.drain(queue, 0)
        assert not queue
        assert reader.is_ended
    first, second = plain.body(is_answered_early=False)[0], traced.body(is_answered_early=False)[0]
    assert (first.window, first.md5, first.crc64) == (second.window, second.md5, second.crc64)


def test_chunked_bodies_and_windows_that_are_full() -> None:
    talk = Talk()
    talk.client(b"5\r\nab")
    talk.client(b"cde\r\n5\r\nfghij\r\n")
    talk.client(b"0\r\n\r\n")
    reader = TracedBodyReader(_plan(None, Framing.CHUNKED, window=8))
    reader.drain(deque(talk.events[0]), 0)
    body, _ = reader.body(is_answered_early=False)
    assert (body.window, body.frames) == (b"abcdefgh", ((0, 1), (2, 2)))


def test_a_flood_of_small_packets_is_bounded() -> None:
    talk = Talk()
    for _ in range(MAX_FRAMES + 50):
        talk.client(b"x")
    reader = TracedBodyReader(_plan(MAX_FRAMES + 50))
    reader.drain(deque(talk.events[0]), 0)
    assert len(reader.body(is_answered_early=False)[0].frames) == MAX_FRAMES
