from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import REQUEST_ID, oss_error, request, response
from tests.build.refusals import denied, signed, told

CODE = "PRM008"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(denied(message="Access denied by authorizer's policy."), CODE)
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "oss:GetObject" in text
    assert "Condition" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(denied(message="Access denied by authorizer's policy.")) == ["ram-policy-denied"]


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


def test_the_details_of_oss_are_shown() -> None:
    body = oss_error("AccessDenied", "denied").replace(
        b"</Error>",
        b"<AccessDeniedDetail><PolicyType>AccountLevelIdentityBasedPolicy</PolicyType><AuthAction>oss:GetObjectTagging"
        b"</AuthAction><AuthPrincipalType>SubUser</AuthPrincipalType><NoPermissionType>ImplicitDeny</NoPermissionType>"
        b"</AccessDeniedDetail></Error>",
    )
    capture = exchange_capture((request("GET", "/key", **signed()), response(403, "Forbidden", body=body)))
    finding = only_finding(capture, CODE)
    assert "RAM user of access key" in finding.summary
    assert "oss:GetObjectTagging" in finding.summary
    assert "ImplicitDeny" in finding.explanation


def test_a_bucket_policy_is_looked_at_first() -> None:
    finding = only_finding(denied(message="Access denied by bucket policy."), CODE)
    assert "Bucket Policy" in finding.fix[0]
