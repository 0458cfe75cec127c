from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture
from tests.build.http import REQUEST_ID, oss_error, response
from tests.build.sightings import codes, legs_capture, only_difference, put


def test_message_and_evidence_in_full() -> None:
    finding = only_difference("PRX301", put("/a%252Fb"), put("/a%2Fb"))
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "the request target of PutObject of rokid/a%2Fb was changed on the way from /a%252Fb to /a%2Fb "
        f"(one round of percent-decoding) (request ID {REQUEST_ID})"
    )
    assert [(item.capture, item.frame, item.observed, item.expected) for item in finding.evidence[:2]] == [
        ("client", 4, "/a%252Fb", ""),
        ("server", 4, "/a%2Fb", "/a%252Fb"),
    ]
    assert [item.observed for item in finding.evidence[2:]] == ["HTTP/1.1 403 Forbidden", REQUEST_ID]


def test_a_change_that_did_no_harm_is_a_warning() -> None:
    finding = only_difference("PRX301", put("/a?x=1"), put("/a?x=2"), response())
    assert finding.severity is Severity.WARNING


def test_another_spelling_of_the_same_key_is_silent() -> None:
    assert codes(put("/a%2Fb"), put("/a/b")) == []


def test_in_legs_of_one_capture_a_refused_signature_is_left_to_the_rules_about_signatures() -> None:
    refused = response(403, "Forbidden", body=oss_error("SignatureDoesNotMatch", "no"))
    report = analyze_capture(legs_capture(put("/a%252Fb"), put("/a%2Fb"), refused, refused), "PRX301")
    assert [finding.severity for finding in report.findings] == [Severity.INFO]


def test_legs_of_one_capture_are_judged_as_well() -> None:
    refused = response(403, "Forbidden")
    report = analyze_capture(legs_capture(put("/a%252Fb"), put("/a%2Fb"), refused, refused), "PRX301")
    assert [(finding.exchanges, finding.streams) for finding in report.findings] == [((0, 1), (0, 1))]
