from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import denied, told

CODE = "PRM009"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(denied(message="Anonymous user has no right to access this object.", key=None), CODE)
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "no signature" in text
    assert "public-read" in text
    assert "oss:GetObject on acs:oss:*:*:rokid/key" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(denied(message="Anonymous user has no right to access this object.", key=None)) == [
        "anonymous-on-private-bucket"
    ]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(
        denied(
            message="You have no right to access this object because of bucket acl.",
            method="PUT",
            target="/reports%2Fa.txt",
            body=b"x",
        ),
        CODE,
    ).findings


def test_a_signed_request_is_silent() -> None:
    assert not analyze_capture(denied(message="AccessDenied"), CODE).findings
