import pytest

from osspcap.model.callback import CallbackCause, CallbackReply, FaultKind
from osspcap.oss.callback_reply import gather_callback_reply
from osspcap.oss.facts import Context
from tests.build.analyze import analyze_capture
from tests.build.callbacks import OK, TARGET, app_connection, app_leg, called, reply, understood
from tests.build.http import request, response
from tests.build.wire import Capture

C = CallbackCause


def judged(capture: Capture) -> CallbackReply:
    (exchange,) = analyze_capture(capture).exchanges
    found = exchange.facts.get(CallbackReply)
    assert found is not None
    return found


def causes(found: CallbackReply) -> list[CallbackCause]:
    return [fault.cause for fault in found.faults]


@pytest.mark.parametrize(
    "answer",
    [
        reply(),
        reply(b'<?xml version="1.0"?><r/>', Content_Type="application/xml; charset=utf-8"),
        reply(b'{"Status":"OK"}' + b" " * 1000),
    ],
)
def test_a_reply_as_oss_wants_it_has_no_fault(answer: bytes) -> None:
    found = judged(app_leg(answer, wait_s=4.9))
    assert found.faults == ()
    assert (found.target, found.content_type_fault, found.open_question) == (TARGET, "", "")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(b"\xef\xbb\xbf" + OK), FaultKind.BOM),
        (reply(b""), FaultKind.EMPTY),
        (reply(b"<html></html>", Content_Type="text/html"), FaultKind.MARKUP),
        (reply(b"<r/>"), FaultKind.MARKUP),
        (reply(OK, Content_Encoding="gzip"), FaultKind.COMPRESSED),
        (reply(OK, Content_Length="9"), FaultKind.CUT),
    ],
)
def test_a_body_that_is_not_json_is_told(answer: bytes, kind: FaultKind) -> None:
    (fault,) = judged(app_leg(answer)).faults
    assert fault.cause is C.NOT_JSON
    assert fault.fault is not None
    assert fault.fault.kind is kind


def test_content_length_that_cuts_the_body_off_is_named() -> None:
    (fault,) = judged(app_leg(reply(OK, Content_Length="9"))).faults
    assert fault.reason == "Content-Length: 9 cuts it off: more bytes follow"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (reply(b"f\r\n" + OK + b"\r\n0\r\n\r\n", length=False, Transfer_Encoding="chunked"), "chunked"),
        (reply(OK, length=False), "no Content-Length"),
        (reply(b'"' + b"a" * 1_048_576 + b'"'), "1.0 MiB"),
        (reply(OK, Content_Length="99"), "announces 99 bytes, but only 15"),
    ],
)
def test_a_length_that_oss_cannot_use_is_told(answer: bytes, words: str) -> None:
    faults = judged(app_leg(answer)).faults
    assert faults[0].cause is C.LENGTH
    assert words in faults[0].reason


@pytest.mark.parametrize(("wait_s", "expected"), [(4.9, []), (5.1, [C.TIMEOUT])])
def test_five_seconds_are_the_limit(wait_s: float, expected: list[CallbackCause]) -> None:
    assert causes(judged(app_leg(wait_s=wait_s))) == expected


def test_a_late_error_is_both() -> None:
    found = judged(app_leg(reply(b"", 500, "Internal Server Error"), wait_s=6))
    assert causes(found) == [C.TIMEOUT, C.STATUS]
    assert found.faults[1].reason == "the application answers 500 Internal Server Error"


def silent(seconds: float) -> Capture:
    capture = Capture()
    tcp = app_connection(capture)
    tcp.client(called())
    capture.wait(seconds)
    return capture


def test_oss_giving_up_is_a_timeout() -> None:
    capture = Capture()
    tcp = app_connection(capture)
    tcp.client(called())
    capture.wait(5)
    tcp.close(0)
    (fault,) = judged(capture).faults
    assert fault.cause is C.TIMEOUT
    assert "gave up after 5 s" in fault.reason


@pytest.mark.parametrize(("is_reset", "word"), [(True, "reset"), (False, "closed")])
def test_an_application_that_hangs_up_is_unreachable(*, is_reset: bool, word: str) -> None:
    capture = Capture()
    tcp = app_connection(capture)
    tcp.client(called())
    if is_reset:
        tcp.reset(1)
    else:
        tcp.close(1)
    (fault,) = judged(capture).faults
    assert fault.cause is C.UNREACHABLE
    assert f"{word} the connection" in fault.reason


def test_a_capture_that_ends_too_early_leaves_it_open() -> None:
    found = judged(silent(0))
    assert found.faults == ()
    assert found.open_question == "the capture ends before the application answered"


def test_a_body_that_was_not_captured_whole_leaves_it_open() -> None:
    capture = Capture()
    tcp = app_connection(capture)
    tcp.client(called())
    answer = reply(b'{"Status":"OK","Data":"' + b"a" * 2000 + b'"}')
    tcp.server(answer[:300])
    tcp.lose(1, answer[300:400])
    tcp.server(answer[400:])
    tcp.close(1)
    found = judged(capture)
    assert found.faults == ()
    assert found.open_question.startswith("the application's answer was not captured whole")


@pytest.mark.parametrize(
    ("content_type", "words"), [("text/html", "its Content-Type is text/html"), ("", "no Content-Type")]
)
def test_an_unusual_type_of_right_json_is_noted(content_type: str, words: str) -> None:
    found = judged(app_leg(reply(Content_Type=content_type)))
    assert found.faults == ()
    assert words in found.content_type_fault


def test_the_query_of_the_callback_is_not_shown() -> None:
    assert judged(app_leg(sent=called("/cb?token=s3cret"))).target == "app.example.com:8080/cb"


def test_other_exchanges_are_no_callbacks() -> None:
    exchange = understood(request(), response())
    assert gather_callback_reply(exchange, Context()) is None
