import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.certificates import HOST
from tests.build.http import request, response
from tests.build.wire import Capture

PAGE = b"<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>"


def clear(answer: bytes | None, *, sport: int = 443, host: str = HOST, by: int = 1) -> Capture:
    capture = Capture()
    tcp = capture.tcp(sport=sport)
    tcp.handshake()
    tcp.client(request("GET", "/a.txt", host=host))
    if answer is not None:
        tcp.server(answer)
    tcp.close(by)
    return capture


def test_a_tls_alert_as_answer_proves_it() -> None:
    found = only_finding(clear(b"\x15\x03\x01\x00\x02\x02\x46"), "TLS007")
    assert (found.severity, found.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert found.summary == f"HTTP in clear was sent to {HOST} on port 443, which speaks TLS"
    assert evidence_of(found) == [
        (4, "request line", "GET /a.txt HTTP/1.1"),
        (6, "answer of the server", "a TLS record"),
    ]


@pytest.mark.parametrize(
    "page",
    [
        PAGE,
        b"Client sent an HTTP request to an HTTPS server.\n",
        (b"Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />"),
    ],
)
def test_a_page_that_says_so_proves_it_on_any_port(page: bytes) -> None:
    answer = response(400, "Bad Request", body=page, request_id=None, server="nginx")
    report = analyze_capture(clear(answer, sport=8443))
    errors = [item.rule for item in report.findings if item.severity is Severity.ERROR]
    assert errors == ["TLS007"]


def test_a_server_that_hangs_up_on_port_443_makes_it_possible() -> None:
    found = only_finding(clear(None), "TLS007")
    assert found.confidence is Confidence.POSSIBLE
    assert evidence_of(found)[1] == (6, "answer of the server", "none; closed by server")


@pytest.mark.parametrize("answer", [None, b"\x15\x03\x01\x00\x02\x02\x46"])
def test_it_is_the_only_fault_told(answer: bytes | None) -> None:
    report = analyze_capture(clear(answer))
    assert [item.rule for item in report.findings if item.severity is not Severity.INFO] == ["TLS007"]


def test_another_port_and_a_client_that_hangs_up_are_silent() -> None:
    assert not analyze_capture(clear(None, sport=80), "TLS007").findings
    assert not analyze_capture(clear(None, by=0), "TLS007").findings


def test_an_answered_request_is_silent() -> None:
    assert not analyze_capture(clear(response()), "TLS007").findings
    refused = response(400, "Bad Request", body=b"<Error><Code>InvalidArgument</Code></Error>")
    assert not analyze_capture(exchange_capture((request(), refused)), "TLS007").findings


def test_other_hosts_are_worth_knowing_only() -> None:
    found = only_finding(clear(b"\x15\x03\x03\x00\x02\x02\x0a", host="www.example.org"), "TLS007")
    assert found.severity is Severity.INFO
