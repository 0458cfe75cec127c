import pytest

from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from tests.build.analyze import analyze_capture, exchange_capture
from tests.build.http import message, oss_error, request, response
from tests.build.refusals import STS_KEY, TOKEN, denied, role_refused, signed
from tests.build.wire import Capture


def cause(capture: Capture) -> Cause | None:
    denial = analyze_capture(capture).exchanges[0].facts.get(Denial)
    return None if denial is None else denial.cause


@pytest.mark.parametrize(
    ("code", "text", "ec", "expected"),
    [
        ("AccessDenied", "You have no right to access this object because of bucket acl.", None, Cause.BUCKET_ACL),
        # The message goes before an EC that says otherwise.
        ("AccessDenied", "no right to access this object because of bucket acl.", "0003-00000001", Cause.BUCKET_ACL),
        ("AccessDenied", "You have no right to access this object.", None, Cause.POLICY),
        ("AccessDenied", "没有权限", "0003-00000201", Cause.POLICY),
        ("AccessDenied", "没有权限", None, Cause.DENIED),
        ("AccessDenied", "没有权限", "0003-00000801", Cause.USER_DISABLED),
        ("AccessDenied", "Request has expired.", None, None),
        ("AccessDenied", "Invalid according to Policy: Policy Condition failed", None, None),
        ("AccessDenied", "requester pays", "0003-00000703", None),
        ("AccessDenied", "something", "0002-00000080", None),
        ("AccessForbidden", "CORSResponse: not allowed", "0003-00000602", None),
        ("SignatureDoesNotMatch", "x", "0002-00000040", None),
        ("NoSuchKey", "x", "0026-00000001", None),
        ("PermanentRedirect", "x", None, None),
    ],
)
def test_message_then_ec_then_shape(code: str, text: str, ec: str | None, expected: Cause | None) -> None:
    assert cause(denied(code, text, ec=ec)) is expected


def test_an_anonymous_refusal_is_split_by_what_was_asked() -> None:
    assert cause(denied(message="AccessDenied", key=None)) is Cause.ANONYMOUS_READ
    assert cause(denied(message="AccessDenied", key=None, method="DELETE")) is Cause.ANONYMOUS_WRITE
    assert cause(denied(message="AccessDenied", key=None, target="/k?x-oss-process=csv%2Fselect", method="POST")) is (
        Cause.ANONYMOUS_READ
    )


def test_a_session_has_policies_of_its_own() -> None:
    capture = denied(message="You have no right to access this object.", key=STS_KEY)
    assert cause(capture) is Cause.STS_POLICY


def test_a_token_in_place_makes_an_unknown_key_an_ended_session() -> None:
    text = "The OSS Access Key Id you provided does not exist in our records."
    with_token = denied("InvalidAccessKeyId", text, key=STS_KEY, headers={"x-oss-security-token": TOKEN})
    assert cause(with_token) is Cause.TOKEN_INVALID
    assert cause(denied("InvalidAccessKeyId", text, key=STS_KEY)) is Cause.TOKEN_MISSING


def test_a_signed_form_is_not_anonymous() -> None:
    fields = {"OSSAccessKeyId": "LTAItest", "policy": "e30=", "Signature": "abc=", "key": "k"}
    form = "".join(f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{fields[name]}\r\n' for name in fields)
    body = (form + '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n').encode()
    sent = request("POST", "/", body=body, Content_Type="multipart/form-data; boundary=b")
    answer = response(403, "Forbidden", body=oss_error("AccessDenied", "no right, because of bucket acl."))
    assert cause(exchange_capture((sent, answer))) is Cause.BUCKET_ACL


def test_head_without_any_reason_stays_open() -> None:
    for headers in ({}, signed()):
        assert cause(exchange_capture((request("HEAD", **headers), response(403, "Forbidden")))) is None


def test_the_token_service_has_codes_of_its_own() -> None:
    assert cause(role_refused("NoPermission", "Roles may not be assumed by root accounts.")) is Cause.ROLE_BY_ROOT
    assert cause(role_refused("NoPermission", "No permission perform sts:AssumeRole")) is Cause.ASSUME_DENIED
    assert cause(role_refused("InvalidAccessKeyId", "x")) is None


def test_a_page_of_a_proxy_is_no_denial() -> None:
    page = message("HTTP/1.1 403 Forbidden", {"Server": "nginx", "Content-Length": "4"}, b"stop")
    assert cause(exchange_capture((request(**signed(STS_KEY)), page))) is None
