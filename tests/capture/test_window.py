import io

from hypothesis import given
from hypothesis import strategies as st

from osspcap.capture.records import SLACK_BYTES
from osspcap.capture.window import Window


def window(data: bytes, chunk_bytes: int, *, known: bool = True) -> Window:
    return Window(io.BytesIO(data), chunk_bytes, len(data) if known else None)


@given(st.binary(max_size=300), st.integers(1, 40), st.integers(1, 60), st.booleans())
def test_bytes_pass_in_order_whatever_is_consumed(data: bytes, chunk: int, step: int, known: bool) -> None:  # noqa: FBT001 - drawn
    view = window(data, chunk, known=known)
    seen = b""
    while True:
        while view.end - view.start >= step:
            assert view.offset(view.start) == len(seen)
            seen += view.buffer[view.start : view.start + step]
            view.start += step
        assert len(view.buffer) >= view.end + SLACK_BYTES
        if not view.refill(step):
            break
    assert view.is_complete
    assert seen + view.buffer[view.start : view.end] == data


def test_a_buffer_is_used_again_once_nobody_looks_at_it() -> None:
    view = window(bytes(100), 10)
    buffers = []
    for _ in range(6):
        view.refill(1)
        buffers.append(id(view.buffer))
        view.start = view.end
    assert len(set(buffers)) == 1


def test_two_buffers_take_turns_where_each_is_looked_at_while_the_next_is_filled() -> None:
    view = window(bytes(100), 10)
    buffers, looked_at = [], None
    for _ in range(6):
        view.refill(1)
        buffers.append(id(view.buffer))
        looked_at = memoryview(view.buffer)
        view.start = view.end
    assert looked_at is not None
    assert len(set(buffers)) == 2


def test_a_buffer_that_is_looked_at_is_left_alone() -> None:
    view = window(bytes(range(100)), 10)
    kept = []
    for _ in range(6):
        view.refill(1)
        kept.append(memoryview(view.buffer)[view.start : view.end])
        view.start = view.end
    assert b"".join(kept) == bytes(range(60))


def test_it_grows_for_a_record_longer_than_a_chunk() -> None:
    view = window(bytes(range(100)), 4)
    view.refill(1)
    view.refill(50)
    assert view.end - view.start >= 50
