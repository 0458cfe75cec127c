from osspcap.content.draft import Origin
from osspcap.http1.headbuffer import MAX_HEAD_BYTES, Growth, HeadBuffer, find_head_end
from osspcap.model.stream import Chunk
from tests.build.events import Talk


def _chunks(*parts: bytes) -> list[Chunk]:
    talk = Talk()
    for part in parts:
        talk.client(part)
    return [event for event in talk.events[0] if isinstance(event, Chunk)]


def _buffer(*, is_request: bool = True) -> HeadBuffer:
    buffer = HeadBuffer(is_request=is_request)
    buffer.begin(Origin(0, 1, 0, -1))
    return buffer


def test_a_head_grows_until_its_empty_line() -> None:
    buffer = _buffer()
    first, second, third = _chunks(b"GET / HT", b"TP/1.1\r\nHost: h\r\n", b"\r\nbody")
    assert [buffer.add(chunk, 0) for chunk in (first, second, third)] == [Growth.MORE, Growth.MORE, Growth.WHOLE]
    assert buffer.used == 2
    assert buffer.whole() == (b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", ((0, 1), (8, 2), (25, 3)))
    assert buffer.origin is None


def test_an_empty_line_split_between_packets_is_found() -> None:
    for parts in ((b"GET / HTTP/1.1\r\n\r", b"\n"), (b"GET / HTTP/1.1\r", b"\n\r\n"), (b"GET / HTTP/1.1\n", b"\n")):
        buffer = _buffer()
        assert [buffer.add(chunk, 0) for chunk in _chunks(*parts)] == [Growth.MORE, Growth.WHOLE]


def test_bytes_that_are_no_start_line_are_refused_at_once() -> None:
    for part in (b"\x16\x03\x01", b"{}", b"hello world\r\n"):
        assert _buffer().add(_chunks(part)[0], 0) is Growth.REFUSED
    assert _buffer(is_request=False).add(_chunks(b"GET / HTTP/1.1\r\n")[0], 0) is Growth.REFUSED


def test_a_start_line_where_another_should_have_gone_on_is_refused() -> None:
    buffer = _buffer()
    first, second = _chunks(b"tail of", b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert buffer.add(first, 0) is Growth.MORE
    assert buffer.add(second, 0) is Growth.REFUSED


def test_the_limit_is_exact() -> None:
    buffer = _buffer()
    first, second = _chunks(b"GET / HTTP/1.1\r\nX: ", b"x" * MAX_HEAD_BYTES)
    assert buffer.add(first, 0) is Growth.MORE
    assert buffer.add(second, 0) is Growth.TOO_LARGE
    assert buffer.used == MAX_HEAD_BYTES - len(first.data)


def test_the_first_empty_line_ends_a_head_whatever_its_line_ends() -> None:
    assert find_head_end(b"a\n\nb\r\n\r\n") == 3
    assert find_head_end(b"a\n\r\nb\n\n") == 4
    assert find_head_end(b"a\r\n\r\nb") == 5
    assert find_head_end(b"a\r\nb\r\n") == -1
