import pytest

from osspcap.content.draft import Origin
from osspcap.h2.messages import Block, draft_request, draft_response
from osspcap.model.message import NO_BODY, Framing
from osspcap.model.stream import Chunk

END = Chunk(0, memoryview(b""), 4, 40, -1)
ASKED = [(b":method", b"PUT"), (b":path", b"/k"), (b":authority", b"h")]


def block(*, ends_stream: bool = False) -> Block:
    return Block(1, Origin(0, 3, 30, -1), ends_stream=ends_stream)


@pytest.mark.parametrize(
    ("values", "announced"),
    [([b"5"], 5), ([], None), ([b"5", b"5"], 5), ([b"5", b"6"], None), ([b"x"], None), ([b"9" * 30], None)],
)
def test_content_length_counts_if_it_is_one_number(values: list[bytes], announced: int | None) -> None:
    fields = [*ASKED, *((b"content-length", value) for value in values)]
    draft = draft_request(block(), fields, END, keep_bodies=False)
    assert draft is not None
    body = draft.message().body
    assert (body.framing, body.announced) == (Framing.STREAM_END, announced)


def test_a_stream_that_ends_with_its_head_has_no_body() -> None:
    draft = draft_request(block(ends_stream=True), [*ASKED, (b"content-length", b"0")], END, keep_bodies=False)
    assert draft is not None
    assert draft.body is NO_BODY
    assert (draft.frame, draft.ts_ns, draft.head_end_frame, draft.head_end_ns) == (3, 30, 4, 40)


def test_interim_responses_have_no_body() -> None:
    draft = draft_response(block(), [(b":status", b"103")], END, keep_bodies=False)
    assert draft is not None
    assert (draft.status, draft.body) == (103, NO_BODY)


def test_heads_that_say_nothing_are_no_messages() -> None:
    assert draft_request(block(), [(b"a", b"b")], END, keep_bodies=False) is None
    assert draft_response(block(), [(b"a", b"b")], END, keep_bodies=False) is None
