from osspcap.model.operation import Operation, Role
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.oss.minimal_policy import permissions_for
from osspcap.oss.requester import Requester, RequesterKind
from osspcap.rules.refusing import grant_steps, needed, signer, signer_note
from tests.build.refusals import LONG_KEY, STS_KEY, denied, faults

PUT = Operation(Role.OSS, bucket="rokid", object="k", name="PutObject")


def denial(kind: RequesterKind, operation: Operation = PUT) -> Denial:
    return Denial(Cause.POLICY, Requester(kind), is_stated=True, permissions=permissions_for(operation, None))


def test_the_policy_goes_to_the_one_who_signed() -> None:
    (for_user,) = grant_steps(denial(RequesterKind.PERMANENT))
    (for_role,) = grant_steps(denial(RequesterKind.TEMPORARY))
    assert "to the RAM user" in for_user
    assert "to the role" in for_role
    assert '"Action": ["oss:PutObject"], "Resource": ["acs:oss:*:*:rokid/k"]' in for_user


def test_an_unknown_operation_gets_no_policy() -> None:
    unknown = denial(RequesterKind.PERMANENT, Operation(Role.OSS))
    assert grant_steps(unknown) == ()
    assert needed(unknown) == "a permission that the capture does not tell"


def test_every_requester_is_named() -> None:
    names = {signer(denial(kind)) for kind in RequesterKind}
    assert len(names) == len(RequesterKind)
    assert "does not tell" in signer_note(denial(RequesterKind.PERMANENT))
    assert signer_note(denial(RequesterKind.UNKNOWN)) == ""


def test_findings_name_key_operation_and_answer_in_one_sentence() -> None:
    text = "You have no right to access this object because of bucket acl."
    (finding,) = faults(denied(message=text))
    assert LONG_KEY in finding.summary
    assert "GetObject of rokid/key is answered with 403 AccessDenied (request ID" in finding.summary
    assert [item.field for item in finding.evidence] == [
        "request line",
        "request header Authorization, AccessKeyId",
        "status line",
        "response body <Code>",
        "response body <Message>",
        "response header x-oss-request-id",
    ]


def test_a_session_is_told_as_one() -> None:
    (finding,) = faults(denied(message="Access denied by authorizer's policy.", key=STS_KEY))
    assert finding.summary.startswith(f"the temporary key {STS_KEY} may not do this")
