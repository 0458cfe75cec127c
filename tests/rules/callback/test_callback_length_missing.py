import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.callbacks import OK, TARGET, app_leg, both_legs, client_leg, failed, reply
from tests.build.http import REQUEST_ID

CODE = "CBK011"
CHUNKED = reply(b"f\r\n" + OK + b"\r\n0\r\n\r\n", length=False, Transfer_Encoding="chunked")
MISSING = failed("Error Status : 400.User server missing content-length.", "0007-00000203")


@pytest.mark.parametrize(
    ("answer", "words", "confidence"),
    [
        (CHUNKED, "chunked and has no Content-Length", Confidence.LIKELY),
        (reply(length=False), "has no Content-Length", Confidence.LIKELY),
        (reply(b'"' + b"a" * 1_048_576 + b'"'), "1.0 MiB", Confidence.CONFIRMED),
        (reply(Content_Length="99"), "announces 99 bytes, but only 15 were sent", Confidence.CONFIRMED),
    ],
)
def test_at_the_application_the_framing_is_seen(answer: bytes, words: str, confidence: Confidence) -> None:
    finding = only_finding(app_leg(answer), CODE)
    assert (finding.severity, finding.confidence) == (Severity.ERROR, confidence)
    assert words in finding.summary
    assert TARGET in finding.summary


@pytest.mark.parametrize(
    "message",
    [
        "Error Status : 400.User server missing content-length.",
        "Error Status : 400.User server return invalid conent-length value.",
        "Error Status : 400.User server return too long content-length value.",
    ],
)
def test_at_the_client_oss_says_it_and_no_status_is_blamed(message: str) -> None:
    capture = client_leg(answer=failed(message, "0007-00000203"))
    report = analyze_capture(capture, "CBK")
    assert [finding.rule for finding in report.findings] == [CODE]
    told = " ".join([report.findings[0].summary, *(observed for _, _, observed in evidence_of(report.findings[0]))])
    assert all(text in told for text in (message, "203", REQUEST_ID, TARGET))


def test_both_legs_are_one_proved_finding() -> None:
    finding = only_finding(both_legs(CHUNKED, MISSING), CODE)
    assert finding.confidence is Confidence.CONFIRMED
    assert finding.exchanges == (0, 1)
    assert "chunked" in finding.summary


def test_an_answer_with_its_length_is_silent() -> None:
    assert not analyze_capture(app_leg(), CODE).findings
    assert not analyze_capture(client_leg(), CODE).findings
