from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import denied, told

CODE = "PRM003"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied(
            message="You have no right to access this object because of bucket acl.",
            method="PUT",
            target="/reports%2Fa.txt",
            body=b"x",
        ),
        CODE,
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "oss:PutObject on acs:oss:*:*:rokid/reports/a.txt" in text
    assert '"Resource": ["acs:oss:*:*:rokid/reports/a.txt"]' in text
    assert "does not tell whether it belongs to a RAM user" in text
    assert "LTAI5tTestPermanentKey1" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        denied(
            message="You have no right to access this object because of bucket acl.",
            method="PUT",
            target="/reports%2Fa.txt",
            body=b"x",
        )
    ) == ["bucket-acl"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(denied(message="Access denied by authorizer's policy."), CODE).findings


def test_head_states_it_in_a_header() -> None:
    capture = denied(message="You have no right to access this object because of bucket acl.", method="HEAD")
    assert "oss:GetObject on acs:oss:*:*:rokid/key" in only_finding(capture, CODE).summary


def test_without_a_signature_it_is_the_signature_that_lacks() -> None:
    capture = denied(message="You have no right to access this object because of bucket acl.", key=None)
    assert told(capture) == ["anonymous-on-private-bucket"]
