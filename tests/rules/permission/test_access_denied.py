from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import denied, told

CODE = "PRM012"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(denied(message="AccessDenied", method="DELETE"), CODE)
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "oss:DeleteObject" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(denied(message="AccessDenied", method="DELETE")) == ["access-denied"]


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


def test_refusals_about_something_else_are_silent() -> None:
    for message in (
        "Request has expired.",
        "Invalid according to Policy: Policy expired.",
        "OSS authentication requires a valid Date.",
    ):
        assert not analyze_capture(denied(message=message), CODE).findings
