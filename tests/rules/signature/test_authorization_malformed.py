import pytest

from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID, response
from tests.build.mismatch import (
    KEY,
    SECRET,
    canonical,
    found,
    mismatch,
    only,
    refusal,
    report_on,
    shown,
    v1_request,
    v1_signature,
    v1_string,
    v4_string,
)
from tests.build.signed import raw_request

GOOD = v1_signature("x")
INVALID = refusal("InvalidArgument", "Authorization header is invalid.", status=400)


def sent(authorization: str) -> bytes:
    return v1_request("", Authorization=authorization)


@pytest.mark.parametrize(
    ("authorization", "told"),
    [
        ("Basic dXNlcjpwYXNz", "the authentication is malformed: Basic is no OSS signature"),
        ("hello", "the authentication is malformed: does not begin with a scheme that OSS knows"),
        (f"OSS {KEY}", "the colon and the signature is missing"),
        (f"OSS :{GOOD}", "the access key ID is missing"),
        (f"oss {KEY}:{GOOD}", "'oss' where OSS belongs"),
        (f"OSS{KEY}:{GOOD}", "no single blank behind OSS"),
        (f"OSS4-HMAC-SHA256 Credential={KEY}/20181229/cn-hangzhou,Signature={'a' * 64}", "3 parts where"),
        (f"OSS4-HMAC-SHA256 Signature={'a' * 64}", "Credential is missing"),
    ],
)
def test_each_fault_is_named(authorization: str, told: str) -> None:
    report = report_on((sent(authorization), INVALID))
    assert found(report) == ["SIG109"]
    finding = only(report, "SIG109")
    assert told in finding.summary
    assert finding.confidence is Confidence.CONFIRMED


def test_message_of_a_key_with_a_blank_in_full() -> None:
    answer = refusal("InvalidAccessKeyId", "The OSS Access Key Id contains non-acceptable characters")
    finding = only(report_on((sent(f"OSS LTAI5t AccessKey:{GOOD}"), answer)), "SIG109")
    assert finding.summary == (
        f"OSS refused PutObject of rokid/dir/a.txt with 403 InvalidAccessKeyId (request ID {REQUEST_ID}): the V1 "
        "signature in the header is malformed: the access key ID contains blanks"
    )
    assert "request header Authorization, AccessKeyId|LTAI5t AccessKey|" in shown(finding)


def test_a_signature_that_cannot_be_one_explains_a_mismatch() -> None:
    hexadecimal = v1_signature(v1_string()).encode().hex()
    report = report_on((sent(f"OSS {KEY}:{hexadecimal}"), mismatch(v1_string())))
    assert found(report) == ["SIG109"]
    assert only(report, "SIG109").confidence is Confidence.LIKELY


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (
            f"/k?OSSAccessKeyId={KEY}&Expires=2018-12-29&Signature=MDEyMzQ1Njc4OTAxMjM0NTY3ODk%3D",
            "Expires=2018-12-29, not a count",
        ),
        (
            (
                ""
                f"/k?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential={KEY}%2F20181229%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"
                f"&x-oss-date=20181229T073234Z&x-oss-expires=9000000&x-oss-signature={'a' * 64}"
            ),
            "x-oss-expires=9000000, must be 1 to 604800 seconds",
        ),
    ],
)
def test_parameters_of_a_url_are_read_too(target: str, told: str) -> None:
    url = raw_request("GET", target, {"Host": "rokid.oss-cn-hangzhou.aliyuncs.com"})
    report = report_on(
        (url, refusal("AccessDenied", "Invalid date (should be seconds since epoch).", ec="0002-00000232"))
    )
    assert found(report) == ["SIG109"]
    assert told in only(report, "SIG109").summary


@pytest.mark.parametrize(
    ("authorization", "answer"),
    [
        (f"OSS {KEY}:r2KPR0y4E0G5tnU/MYdcvXHP****", mismatch(v1_string())),
        (f"OSS {KEY}:{GOOD}", INVALID),
        ("Basic dXNlcjpwYXNz", response(200)),
        ("Basic dXNlcjpwYXNz", refusal("NoSuchBucket", "The specified bucket does not exist.", status=404)),
    ],
    ids=["masked", "well-formed", "accepted", "another error"],
)
def test_masked_and_well_formed_ones_are_silent(authorization: str, answer: bytes) -> None:
    assert not report_on((sent(authorization), answer), only="SIG109").findings


def test_a_v4_header_in_any_layout_is_silent() -> None:
    scope = v4_string(canonical()).split("\n")[2]
    for layout in (f"Credential={KEY}/{scope}, Signature={'a' * 64}", f"Signature={'a' * 64},Credential={KEY}/{scope}"):
        assert not report_on((sent(f"OSS4-HMAC-SHA256 {layout}"), INVALID), only="SIG109", secret=SECRET).findings
