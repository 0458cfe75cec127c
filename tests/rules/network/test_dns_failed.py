import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.datagrams import answer, ask, question, refuse_query, resolve
from tests.build.http import request, response
from tests.build.troubles import healthy
from tests.build.wire import Capture

HOST = "rokid.oss-cn-hangzou.aliyuncs.com"


def test_message_and_evidence_in_full() -> None:
    capture = Capture()
    resolve(capture, HOST, code="NXDOMAIN")
    finding = only_finding(capture, "NET003")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        f"{HOST} could not be resolved: there is no such name (NXDOMAIN); 1 lookup by 192.0.2.10 at 192.0.2.53"
    )
    assert evidence_of(finding) == [(2, "DNS answer", f"A {HOST}: NXDOMAIN, no address")]
    assert "endpoint" in finding.fix[0]


@pytest.mark.parametrize(
    ("code", "words"),
    [("SERVFAIL", "the resolver could not find out"), ("REFUSED", "refuses to answer"), ("NOERROR", "no address")],
)
def test_other_answers_without_an_address_are_told_in_words(code: str, words: str) -> None:
    capture = Capture()
    resolve(capture, HOST, code=code, alias="gone.example" if code == "NOERROR" else "")
    assert words in only_finding(capture, "NET003").summary


def test_a_resolver_that_does_not_answer_is_told_after_a_while() -> None:
    capture = Capture()
    for _ in range(2):
        ask(capture, HOST)
        capture.wait(5)
    ask(capture, HOST)
    finding = only_finding(capture, "NET003")
    assert "no resolver answers" in finding.summary
    assert evidence_of(finding) == [(1, "DNS query", f"A {HOST}, asked 3 times in 10 s")]


def test_a_query_at_the_end_of_the_capture_is_silent() -> None:
    capture = Capture()
    ask(capture, HOST)
    assert not analyze_capture(capture, "NET003").findings


def test_a_name_without_ipv6_is_silent() -> None:
    capture = Capture()
    resolve(capture, HOST, kind="AAAA", number=2)
    resolve(capture, HOST, "203.0.113.10")
    assert not analyze_capture(capture, "NET003").findings


def test_a_second_resolver_that_knows_the_name_is_silent() -> None:
    capture = Capture()
    resolve(capture, HOST, code="SERVFAIL")
    resolve(capture, HOST, "203.0.113.10", resolver="192.0.2.54", port=40_001)
    assert not analyze_capture(capture, "NET003").findings


def test_names_of_others_are_silent_beside_oss_traffic() -> None:
    capture = healthy()
    resolve(capture, "www.example.com", code="NXDOMAIN")
    assert not analyze_capture(capture, "NET003").findings


def test_a_name_that_may_be_a_buckets_own_is_a_possible_warning() -> None:
    capture = Capture()
    resolve(capture, "img.example.com", code="NXDOMAIN")
    finding = only_finding(capture, "NET003")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.POSSIBLE)


def test_lookups_over_tcp_count() -> None:
    capture = Capture()
    tcp = capture.tcp(server="192.0.2.53", sport=53)
    tcp.handshake()
    for side, message in ((0, question(HOST)), (1, answer(HOST, code="NXDOMAIN"))):
        tcp.segments(side, len(message).to_bytes(2) + message)
    tcp.close()
    assert only_finding(capture, "NET003").severity is Severity.ERROR


def test_a_name_that_oss_answers_for_all_the_same_is_silent() -> None:
    capture = Capture()
    resolve(capture, "rokid.oss-cn-hangzhou.aliyuncs.com", "203.0.113.10")
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request())
    tcp.server(response())
    assert not analyze_capture(capture, "NET003").findings


def test_a_resolver_that_is_not_there_is_told_at_once() -> None:
    capture = Capture()
    refuse_query(capture, HOST)
    refuse_query(capture, HOST)
    assert "no resolver answers" in only_finding(capture, "NET003").summary
