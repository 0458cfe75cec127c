from osspcap.content.draft import Origin
from osspcap.http1.draft import draft_of
from osspcap.http1.head import RequestLine, StatusLine
from osspcap.model.message import NO_BODY

HEAD = b"GET /k HTTP/1.1\r\n\r\n"


def test_a_draft_becomes_the_message_of_its_head() -> None:
    draft = draft_of(Origin(7, 3, 100, 9), HEAD, ((0, 3), (5, 4)), RequestLine("GET", "/k", "HTTP/1.1", None), 4, 200)
    found = draft.message()
    assert (found.is_request, found.method, found.target, found.version) == (True, "GET", "/k", "HTTP/1.1")
    assert (found.start_offset, found.peer_offset, found.raw_head) == (7, 9, HEAD)
    assert (found.frame, found.ts_ns, found.end_frame, found.end_ns, found.head_end_ns) == (3, 100, 4, 200, 200)
    assert (found.head_frames, found.body) == (((0, 3), (5, 4)), NO_BODY)


def test_a_response_has_status_and_reason_only() -> None:
    found = draft_of(Origin(0, 1, 0, -1), b"", ((0, 1),), StatusLine("HTTP/1.0", 404, "No", None), 1, 0).message()
    assert (found.is_request, found.method, found.target, found.status, found.reason) == (False, "", "", 404, "No")
