"""D 6 and E 8: the errors with status 403 one by one. E 9: signatures of programs without an SDK."""

from tests.build.analyze import exchange_capture
from tests.build.clocks import refused_capture
from tests.build.http import BUCKET_HOST
from tests.build.mismatch import mismatch, refusal, v1_request, v1_string, v1_url
from tests.build.refusals import STS_KEY, TOKEN, denied
from tests.build.signed import raw_request
from tests.build.sources.row import Row, Without
from tests.build.wire import Capture

ENDPOINT = (
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future "
    "requests to this endpoint."
)
INCOMPLETE = refusal(
    "AccessDenied", "Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters."
)
URL = v1_url("/k", v1_string("GET", "/rokid/k", date="1546072354"))
FORM_TYPE = "application/x-www-form-urlencoded"


def both(row: str) -> tuple[str, str]:
    """The places of a row that both guides have."""
    return f"D 6, {row}", f"E 8, {row}"


def misread(sent: str, signed: str, target: str = "/dir/a.txt", **headers: str) -> Capture:
    """A request with the signature of one string, where OSS signed another."""
    return exchange_capture((v1_request(sent, target, **headers), mismatch(signed)))


def key_refused(message: str, key: str = "LTAI5tTestPermanentKey1") -> Capture:
    """A key that OSS does not take."""
    return denied("InvalidAccessKeyId", message, key=key)


FORBIDDEN_ROWS = (
    Row(
        both(
            "UserDisable, arrears",
        ),
        "PRM011",
        lambda: denied("UserDisable", "UserDisable"),
    ),
    Row(both("UserDisable, security reasons"), "PRM011", lambda: denied("UserDisable", "UserDisable", key=None)),
    Row(both("RequestTimeTooSkewed"), "CLK001", lambda: refused_capture(-1000)),
    Row(both("RequestTimeTooSkewed, the clock is ahead"), "CLK011", lambda: refused_capture(1000)),
    Row(both("RequestTimeTooSkewed, GMT and time zones"), "CLK002", lambda: refused_capture(8 * 3600)),
    Row(
        both("InvalidAccessKeyId, the key does not exist"),
        "PRM001",
        lambda: key_refused("The OSS Access Key Id you provided does not exist in our records."),
    ),
    Row(
        both("InvalidAccessKeyId, the key is disabled"),
        "PRM002",
        lambda: key_refused("The OSS Access Key Id you provided is disabled."),
    ),
    Row(
        both("AccessDenied, the bucket must be addressed using the specified endpoint"),
        "END001",
        lambda: denied(message=ENDPOINT, Bucket="my-oss-bucket", Endpoint="oss-cn-shanghai.aliyuncs.com"),
    ),
    Row(both("AccessDenied, without an endpoint in the error"), "END001", lambda: denied(message=ENDPOINT)),
    Row(
        both("ImageDamage, its error document"),
        "MED007",
        lambda: denied("ImageDamage", "The image file may be damaged.", target="/a.jpg?x-oss-process=image/resize,w_9"),
    ),
    Row(both("AccessDenied.AccessDenied"), "PRM012", lambda: denied(message="AccessDenied")),
    Row(
        both("AccessDenied.AccessDenied, subaccount"),
        "PRM008",
        lambda: denied(message="You have no right to access this object."),
    ),
    Row(
        both("AccessDenied.AccessDenied, temporary account"),
        "STS005",
        lambda: denied(
            message="You have no right to access this object.", key=STS_KEY, headers={"x-oss-security-token": TOKEN}
        ),
    ),
    Row(
        both("SignatureDoesNotMatch 1, a bucket in front of the endpoint"),
        "END002",
        lambda: denied("NoSuchBucket", "x", status=404, host="rokid.rokid.oss-cn-hangzhou.aliyuncs.com"),
    ),
    Row(
        both("SignatureDoesNotMatch 1, a slash behind the endpoint, in the Host"),
        "END003",
        lambda: denied("InvalidBucketName", "x", status=400, host=f"{BUCKET_HOST}/"),
    ),
    Row(
        both("SignatureDoesNotMatch 1, a slash behind the endpoint, in the target"),
        "END007",
        lambda: denied("InvalidObjectName", "x", status=400, target="//key"),
    ),
    Row(
        both("SignatureDoesNotMatch 1, blanks around the endpoint"),
        "END004",
        lambda: denied("InvalidBucketName", "x", status=400, host="rokid. oss-cn-hangzhou.aliyuncs.com"),
    ),
    Row(both("SignatureDoesNotMatch 2, the secret"), "SIG101", lambda: misread(v1_string(), v1_string())),
    Row(
        both("SignatureDoesNotMatch 2, blanks around the key"),
        "SIG109",
        lambda: exchange_capture(
            (
                v1_request(v1_string(), Authorization="OSS  LTAI5tTestAccessKeyId001 :bgSoShwVkWjyExCM/tZGiAt+6t8="),
                mismatch(v1_string()),
            )
        ),
    ),
    Row(
        both("SignatureDoesNotMatch 3, the bucket's name"),
        "END006",
        lambda: denied("InvalidBucketName", "The specified bucket is not valid.", status=400, host=f"-{BUCKET_HOST}"),
    ),
    Row(
        both("SignatureDoesNotMatch 3, the object's name"),
        "END007",
        lambda: denied("InvalidObjectName", "The specified object is not valid.", status=400, target="/" + "k" * 1024),
    ),
    Row(
        both("SignatureDoesNotMatch 4, a signature of one's own, in the URL"),
        "SIG105",
        lambda: exchange_capture((raw_request("GET", URL.replace("&", "&amp;"), {"Host": BUCKET_HOST}), INCOMPLETE)),
    ),
    Row(
        both("SignatureDoesNotMatch 5, each field of the signature"),
        "SIG103",
        lambda: misread(v1_string(resource="/rokid/a/b c"), v1_string(resource="/rokid/a%2Fb%20c"), "/a%2Fb%20c"),
    ),
    Row(
        both("SignatureDoesNotMatch 6, a proxy adds a header"),
        "PRX104",
        lambda: misread(v1_string(), v1_string(headers="x-oss-meta-via:proxy\n")),
    ),
    Row(
        both("other errors, unknown codes"),
        "REQ016",
        lambda: denied("BrandNewCode", "Something is wrong.", status=400, key=None),
    ),
    Without(
        both("UserDisable, notes on arrears"),
        "How long data is kept; the rule on disabled users tells what to pay and where to look.",
    ),
    Without(
        both("RequestTimeTooSkewed, how to see the time zone"),
        "Steps on the host; the rules on clocks say what has to be set.",
    ),
    Without(("E 8, other errors, ossutil",), "A tool that tries the network; what it would find is in the capture."),
)

OWN_SIGNATURE_ROWS = (
    Row(
        ("E 9, calculated signature does not match", "E 9, source code"),
        "SIG101",
        lambda: misread(v1_string(content_type=FORM_TYPE), v1_string(content_type=FORM_TYPE), Content_Type=FORM_TYPE),
    ),
    Row(
        ("E 9, request headers, the signature is no signature",),
        "SIG109",
        lambda: exchange_capture(
            (
                v1_request(
                    v1_string(content_type=FORM_TYPE), Content_Type=FORM_TYPE, Authorization="OSS B0g3mdt:lNCA4L0P43Ax"
                ),
                mismatch(v1_string(content_type=FORM_TYPE), OSSAccessKeyId="B0g3mdt"),
            )
        ),
    ),
    Row(
        ("E 9, what is signed must be sent: a header is missing",),
        "PRX105",
        lambda: misread(v1_string(headers="x-oss-meta-a:b\n"), v1_string(), x_oss_meta_a="b"),
    ),
    Row(
        ("E 9, what is signed must be sent: no date",),
        "SIG114",
        lambda: exchange_capture(
            (
                v1_request(v1_string(), Date=""),
                refusal("AccessDenied", "OSS authentication requires a valid Date."),
            )
        ),
    ),
    Row(
        ("E 9, Content-Type of a PUT",),
        "SIG106",
        lambda: exchange_capture(
            (
                v1_request(
                    "",
                    v1_url("/dir/a.txt", v1_string(date="1546072354")),
                    Authorization="",
                    Date="",
                    Content_Type=FORM_TYPE,
                ),
                mismatch(v1_string(date="1546072354", content_type=FORM_TYPE)),
            )
        ),
    ),
    Row(
        ("E 9, only URLs expire",),
        "SIG104",
        lambda: exchange_capture(
            (
                v1_request(
                    "",
                    v1_url("/dir/a.txt", v1_string("GET", date="1546000000"), expires=1_546_000_000),
                    method="GET",
                    Authorization="",
                    Date="",
                ),
                refusal("AccessDenied", "Request has expired."),
            )
        ),
    ),
    Without(
        ("E 9, usage", "E 9, response headers"),
        "How the sample program is called, and an answer in which all went well.",
    ),
)
