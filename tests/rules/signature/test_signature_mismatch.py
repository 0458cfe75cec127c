import base64

import pytest

from tests.build.http import REQUEST_ID, oss_error, request, response
from tests.build.mismatch import (
    KEY,
    MESSAGE,
    canonical,
    found,
    mismatch,
    only,
    refusal,
    report_on,
    shown,
    v1_request,
    v1_string,
    v4_request,
    v4_string,
)

HEAD = v1_request(v1_string("HEAD"), method="HEAD")


def test_message_without_a_document_in_full() -> None:
    report = report_on((HEAD, response(403, "Forbidden", x_oss_ec="0002-00000040")))
    assert found(report) == ["SIG100"]
    finding = only(report, "SIG100")
    assert finding.summary == (
        f"OSS refused HeadObject of rokid/dir/a.txt with 403 (request ID {REQUEST_ID}): the V1 signature in the header "
        f"of {KEY} is not the one that OSS computed"
    )
    assert (
        finding.explanation
        == "The error answer does not state the string that OSS signed, so there is nothing to compare."
    )
    assert "0002-00000040" in shown(finding)


@pytest.mark.parametrize(
    "authorization",
    [
        f"AWS {KEY}:MDEyMzQ1Njc4OTAxMjM0NTY3ODk=",
        f"AWS4-HMAC-SHA256 Credential={KEY}/c/d/e, SignedHeaders=host, Signature=f",
    ],
)
def test_s3_signatures_are_named_and_not_judged(authorization: str) -> None:
    report = report_on((v1_request("", Authorization=authorization), mismatch(v1_string(), ec="0002-00000307")))
    assert found(report) == ["SIG100"]
    assert "are not rebuilt here" in only(report, "SIG100").explanation


def test_two_hashes_without_a_canonical_request_prove_a_change_but_not_where() -> None:
    ours, theirs = v4_string(canonical()), v4_string(canonical(headers="x-oss-a:1\n"))
    report = report_on((v4_request(ours), mismatch(theirs, ec="0002-00000201")))
    assert found(report) == ["SIG100"]
    assert "in which line cannot be told" in only(report, "SIG100").explanation
    assert ours.split("\n")[-1] in shown(only(report, "SIG100"))


def test_an_older_answer_that_names_it_in_the_message_counts() -> None:
    answer = refusal("AccessDenied", f"SignatureDoesNotMatch {MESSAGE}")
    assert found(report_on((v1_request(v1_string()), answer))) == ["SIG100"]


def test_head_without_any_reason_is_not_called_a_mismatch() -> None:
    assert found(report_on((HEAD, response(403, "Forbidden")))) == ["REQ016"]


def test_a_signature_of_a_form_is_told_generically_unless_the_policy_is_equal() -> None:
    policy = base64.b64encode(b'{"conditions": []}').decode()
    parts = {"key": "a", "OSSAccessKeyId": KEY, "policy": policy, "Signature": "MDEyMzQ1Njc4OTAxMjM0NTY3ODk="}
    body = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in parts.items()
    )
    body += '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nx\r\n--b--\r\n'
    sent = request("POST", "/", body=body.encode(), Content_Type="multipart/form-data; boundary=b")
    without = response(403, "Forbidden", body=oss_error("SignatureDoesNotMatch", MESSAGE))
    assert found(report_on((sent, without), only="SIG")) == ["SIG100"]
    assert found(report_on((sent, mismatch(policy)), only="SIG")) == ["SIG101"]


def test_other_refusals_and_successes_are_silent() -> None:
    sent = v1_request(v1_string())
    assert not report_on((sent, refusal("AccessDenied", "AccessDenied.")), only="SIG").findings
    assert not report_on((sent, response()), only="SIG").findings


def test_it_gives_way_to_what_knows_better() -> None:
    same = v1_string()
    assert found(report_on((v1_request(same), mismatch(same)))) == ["SIG101"]
