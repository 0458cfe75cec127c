from typing import Any

import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.http import message, oss_error, request, response
from tests.build.sightings import put
from tests.build.wire import Capture


def foreign(status: int, body: bytes = b"", **headers: Any) -> bytes:
    return response(status, "No", request_id=None, server=headers.pop("server", None), body=body, **headers)


BLOCKED = foreign(403, b"<html><title>Blocked by policy</title>", server="squid", Via="1.1 gate (squid)")
CONNECT = message("CONNECT rokid.oss-cn-hangzhou.aliyuncs.com:443 HTTP/1.1", {"Host": "x"})


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(exchange_capture((put(), BLOCKED)), "PRX201")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "PutObject of rokid/key was answered by Squid on gate and not by OSS: 403 refuses the request, "
        'page "Blocked by policy"'
    )
    assert evidence_of(finding) == [
        (6, "status line", "HTTP/1.1 403 No"),
        (6, "response header Server", "squid"),
        (6, "response header Via", "1.1 gate (squid)"),
        (6, "response body <title>", "Blocked by policy"),
    ]


@pytest.mark.parametrize(
    ("sent", "answered", "told"),
    [
        (
            put(),
            foreign(407, Proxy_Authenticate='Basic realm="corp"'),
            '407 asks for a login at the proxy (realm "corp")',
        ),
        (CONNECT, foreign(403), "the tunnel to rokid.oss-cn-hangzhou.aliyuncs.com:443 was answered by a device"),
        (put(), foreign(502, b"<html>", server="nginx/1.2"), "nginx and not by OSS: 502 could not get an answer"),
        (request("HEAD"), foreign(403), "403 refuses the request"),
        (
            request(),
            foreign(302, Location="http://login.corp/"),
            "sends the client to another place (http://login.corp/)",
        ),
        (request("GET", "/a.bin"), foreign(200, b"<html>", Content_Type="text/html"), "200 is a page in the place of"),
    ],
)
def test_answers_in_the_place_of_oss_are_errors(sent: bytes, answered: bytes, told: str) -> None:
    finding = only_finding(exchange_capture((sent, answered)), "PRX201")
    assert finding.severity is Severity.ERROR
    assert told in finding.summary


def test_a_page_that_may_be_the_object_is_possible_only() -> None:
    page = foreign(200, b"<html>", Content_Type="text/html")
    finding = only_finding(exchange_capture((request("GET", "/index.html"), page)), "PRX201")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.POSSIBLE)


def test_a_long_login_page_is_recognised_by_its_beginning() -> None:
    page = foreign(200, b"<html><title>Sign in</title>" + b" " * 20_000, Content_Type="text/html")
    finding = only_finding(exchange_capture((request("GET", "/a.bin"), page)), "PRX201")
    assert 'page "Sign in"' in finding.summary


def test_a_login_in_two_steps_is_a_note_and_a_retry_a_warning() -> None:
    login = exchange_capture((put(), foreign(407)), (put(Proxy_Authorization="Basic eDp5"), response()))
    assert only_finding(login, "PRX201").severity is Severity.INFO
    retry = exchange_capture((put(), foreign(502)), (put(), response()))
    assert only_finding(retry, "PRX201").severity is Severity.WARNING


@pytest.mark.parametrize(
    "answered",
    [
        response(403, "Forbidden", body=oss_error("AccessDenied", "no")),
        response(403, "Forbidden", server="nginx/1.22.1", body=oss_error("AccessDenied", "no")),
        response(403, "Forbidden", server="nginx", request_id=None, body=oss_error("AccessDenied", "no")),
        response(404, "Not Found", body=b"<html><title>404</title></html>", Content_Type="text/html"),
        response(503, "Busy", request_id=None),
        response(200, server="nginx", request_id=None, body=b"data"),
        response(200, request_id=None, body=b"<html>", Content_Type="text/html"),
        response(302, "Found", Location="http://example.com/"),
    ],
    ids=["oss", "behind nginx", "old server", "website", "server aliyunoss", "data", "html of oss", "redirect of oss"],
)
def test_answers_of_oss_are_silent(answered: bytes) -> None:
    assert not analyze_capture(exchange_capture((request(), answered)), "PRX201").findings


def test_a_request_without_an_answer_is_silent() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(put())
    tcp.lose(1, b"x" * 400)
    assert not analyze_capture(capture, "PRX201").findings


def test_an_application_server_that_fails_a_callback_is_silent() -> None:
    sent = request("POST", "/cb", host="app", body=b"{}", authorization="x", x_oss_pub_key_url="aA==")
    assert not analyze_capture(exchange_capture((sent, foreign(502))), "PRX201").findings


def test_a_head_cut_by_the_snap_length_is_undecided_or_silent() -> None:
    answer = foreign(403, server="x", X_Long="y" * 300)
    report = analyze_capture(exchange_capture((request("GET", "/k"), answer)), "PRX201", snaplen=200)
    assert not report.findings
    assert all("not captured whole" in item.reason for item in report.undecided)
