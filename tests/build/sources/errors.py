"""D 1: the form of errors, the table of codes, and operations that OSS does not support."""

from tests.build.analyze import exchange_capture
from tests.build.clocks import refused_capture
from tests.build.forms import MALFORMED, Form, policy, refused_form, signed
from tests.build.http import message, oss_error, request, response
from tests.build.mismatch import mismatch, v1_request, v1_string
from tests.build.pages import invalid_part
from tests.build.refusals import denied
from tests.build.sources.row import Row, Without
from tests.build.uploads import complete, etag_of, initiate, md5_of, part, refusal
from tests.build.wire import Capture

TAG = etag_of(b"part")


def form_refused(code: str, text: str, form: Form | None = None) -> Capture:
    """A form that OSS refuses with a status 400."""
    return refused_form(Form(signed(policy())) if form is None else form, 400, code, text)


def refused(code: str, text: str, status: int, method: str = "GET", target: str = "/key", body: bytes = b"") -> Capture:
    """An unsigned request that OSS refuses."""
    return denied(code, text, status=status, method=method, target=target, body=body, key=None)


ERROR_ROWS = (
    Row(
        ("D 1, example of an error document",),
        "SIG105",
        lambda: exchange_capture(
            (
                request("GET", "/key?OSSAccessKeyId=LTAI5tTestKey&Signature=x"),
                response(
                    403,
                    "Forbidden",
                    body=oss_error(
                        "AccessDenied",
                        "Query-string authentication requires the Signature, Expires and OSSAccessKeyId parameters",
                    ),
                ),
            )
        ),
    ),
    Row(("D 1, AccessDenied",), "PRM012", lambda: denied("AccessDenied", "AccessDenied")),
    Row(
        ("D 1, BucketAlreadyExists",),
        "REQ013",
        lambda: refused("BucketAlreadyExists", "The requested bucket name is not available.", 409, "PUT", "/"),
    ),
    Row(
        ("D 1, BucketNotEmpty",),
        "REQ014",
        lambda: refused("BucketNotEmpty", "The bucket you tried to delete is not empty.", 409, "DELETE", "/"),
    ),
    Row(
        ("D 1, CallbackFailed",),
        "CBK002",
        lambda: exchange_capture(
            (
                request("PUT", body=b"x"),
                response(203, "OK", body=oss_error("CallbackFailed", "Error status : 400.")),
            )
        ),
    ),
    Row(
        ("D 1, EntityTooLarge",),
        "PST010",
        lambda: form_refused(
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed object size.",
            Form(signed(policy(["content-length-range", 0, 10]))),
        ),
    ),
    Row(
        ("D 1, EntityTooSmall",),
        "PST010",
        lambda: form_refused(
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed size.",
            Form(signed(policy(["content-length-range", 5000, 9000]))),
        ),
    ),
    Row(
        ("D 1, FieldItemTooLong",),
        "PST015",
        lambda: form_refused(
            "FieldItemTooLong",
            "Your name of form field is too long.",
            Form([*signed(policy()), ("x-oss-meta-big", "v" * 9000)]),
        ),
    ),
    Row(
        ("D 1, FilePartIntegrity",),
        "REQ016",
        lambda: refused("FilePartIntegrity", "The file part has changed.", 400, "POST", "/key?group", b"<x/>"),
    ),
    Row(
        ("D 1, FilePartNotExist",),
        "REQ016",
        lambda: refused("FilePartNotExist", "The file part does not exist.", 400, "POST", "/key?group", b"<x/>"),
    ),
    Row(
        ("D 1, FilePartNotExist, parts of a completion that are not uploaded",),
        "MPU004",
        lambda: exchange_capture(initiate(), part(1), complete((1, TAG), (2, TAG), answer=refusal("InvalidPart"))),
    ),
    Row(
        ("D 1, FilePartStale",),
        "REQ016",
        lambda: refused("FilePartStale", "The file part times out.", 400, "POST", "/key?group", b"<x/>"),
    ),
    Row(
        ("D 1, IncorrectNumberOfFilesInPOSTRequest",),
        "PST014",
        lambda: form_refused(
            "IncorrectNumberOfFilesInPOSTRequest",
            "POST requires exactly one file upload per request.",
            Form([*signed(policy()), ("file", "another")]),
        ),
    ),
    Row(
        ("D 1, InvalidArgument",),
        "REQ011",
        lambda: refused("InvalidArgument", "Argument max-keys must be an integer between 1 and 1000.", 400, target="/"),
    ),
    Row(
        ("D 1, InvalidAccessKeyId",),
        "PRM001",
        lambda: denied("InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records."),
    ),
    Row(
        ("D 1, InvalidBucketName",),
        "END006",
        lambda: denied(
            "InvalidBucketName",
            "The specified bucket is not valid.",
            status=400,
            host="Ro_kid.oss-cn-hangzhou.aliyuncs.com",
        ),
    ),
    Row(
        ("D 1, InvalidDigest",),
        "INT001",
        lambda: exchange_capture(
            (
                request("PUT", body=b"x", Content_MD5=md5_of(b"y")),
                response(
                    400, "Bad Request", body=oss_error("InvalidDigest", "The Content-MD5 you specified was invalid.")
                ),
            )
        ),
    ),
    Row(
        ("D 1, InvalidEncryptionAlgorithmError",),
        "REQ016",
        lambda: refused(
            "InvalidEncryptionAlgorithmError",
            "The Encryption request you specified is not valid. Supported value: AES256.",
            400,
            "PUT",
            body=b"x",
        ),
    ),
    Row(
        ("D 1, InvalidObjectName",),
        "END007",
        lambda: denied("InvalidObjectName", "The specified object is not valid.", status=400, target="/%5Ckey"),
    ),
    Row(
        ("D 1, InvalidPart",),
        "MPU002",
        lambda: exchange_capture(part(1), complete((1, "A" * 32), answer=invalid_part())),
    ),
    Row(
        ("D 1, InvalidPartOrder",),
        "MPU005",
        lambda: exchange_capture(complete((2, TAG), (1, TAG), answer=refusal("InvalidPartOrder"))),
    ),
    Row(
        ("D 1, InvalidPolicyDocument",),
        "PST005",
        lambda: form_refused(
            "InvalidPolicyDocument", "Invalid Policy: Invalid JSON: unknown char e", Form(signed('{"expiration": e}'))
        ),
    ),
    Row(
        ("D 1, InvalidTargetBucketForLogging",),
        "REQ016",
        lambda: refused(
            "InvalidTargetBucketForLogging",
            "The target bucket for logging does not exist.",
            400,
            "PUT",
            "/?logging",
            b"<BucketLoggingStatus/>",
        ),
    ),
    Row(
        ("D 1, InternalError",),
        "REQ010",
        lambda: refused("InternalError", "We encountered an internal error. Please try again.", 500),
    ),
    Row(
        ("D 1, MalformedXML",),
        "REQ007",
        lambda: refused(
            "MalformedXML", "The XML you provided was not well-formed.", 400, "POST", "/?delete", b"<Delete>"
        ),
    ),
    Row(
        ("D 1, MalformedPOSTRequest",),
        "PST004",
        lambda: form_refused("MalformedPOSTRequest", MALFORMED, Form(signed(policy()), is_closed=False)),
    ),
    Row(
        ("D 1, MaxPOSTPreDataLengthExceededError",),
        "PST015",
        lambda: form_refused(
            "MaxPOSTPreDataLengthExceededError",
            "Your POST request fields preceding the upload file were too large.",
            Form(signed(policy()), file=b"x" * 300_000, file_name="upload"),
        ),
    ),
    Row(
        ("D 1, MethodNotAllowed", "D 1, operations not supported", "D 1, operations not supported, example"),
        "REQ004",
        lambda: exchange_capture(
            (
                message("ABC /1.txt HTTP/1.1", {"Host": "bucketname.oss-cn-shanghai.aliyuncs.com"}),
                response(
                    405,
                    "Method Not Allowed",
                    body=oss_error(
                        "MethodNotAllowed",
                        "The specified method is not allowed against this resource.",
                        Method="abc",
                        ResourceType="Object",
                    ),
                    Allow="GET DELETE HEAD PUT POST OPTIONS",
                ),
            )
        ),
    ),
    Row(
        ("D 1, MissingArgument",),
        "REQ016",
        lambda: refused("MissingArgument", "Missing Some Required Arguments.", 411, "POST", "/key?append", b"x"),
    ),
    Row(
        ("D 1, MissingContentLength",),
        "REQ006",
        lambda: refused("MissingContentLength", "You must provide the Content-Length HTTP header.", 411, "PUT"),
    ),
    Row(
        ("D 1, NoSuchBucket",),
        "REQ002",
        lambda: refused("NoSuchBucket", "The specified bucket does not exist.", 404),
    ),
    Row(("D 1, NoSuchKey",), "REQ001", lambda: refused("NoSuchKey", "The specified key does not exist.", 404)),
    Row(("D 1, NoSuchUpload",), "MPU006", lambda: exchange_capture(part(1, answer=refusal("NoSuchUpload")))),
    Row(
        ("D 1, NotImplemented", "D 1, parameters not supported", "D 1, parameters not supported, example"),
        "REQ005",
        lambda: exchange_capture(
            (
                request("PUT", "/abc.zip", body=b"x", If_Modified_Since="Thu, 11 Aug 2016 01:43:51 GMT"),
                response(
                    400,
                    "Bad Request",
                    body=oss_error(
                        "NotImplemented",
                        "A header you provided implies functionality that is not implemented.",
                        Header="If-Modified-Since",
                    ),
                ),
            )
        ),
    ),
    Row(
        ("D 1, ObjectNotAppendable",),
        "REQ016",
        lambda: refused(
            "ObjectNotAppendable", "The object is not appendable", 409, "POST", "/key?append&position=0", b"x"
        ),
    ),
    Row(
        ("D 1, PositionNotEqualToLength",),
        "REQ008",
        lambda: refused(
            "PositionNotEqualToLength",
            "Position is not equal to file length",
            409,
            "POST",
            "/key?append&position=3",
            b"x",
        ),
    ),
    Row(
        ("D 1, PreconditionFailed",),
        "REQ009",
        lambda: refused("PreconditionFailed", "At least one of the pre-conditions you specified did not hold.", 412),
    ),
    Row(("D 1, RequestTimeTooSkewed",), "CLK001", lambda: refused_capture(-1500)),
    Row(
        ("D 1, RequestTimeout",),
        "REQ016",
        lambda: refused(
            "RequestTimeout",
            "Your socket connection to the server was not read from or written to within the timeout period.",
            400,
            "PUT",
            body=b"x",
        ),
    ),
    Row(
        ("D 1, RequestIsNotMultiPartContent",),
        "PST003",
        lambda: form_refused(
            "RequestIsNotMultiPartContent",
            "Bucket POST must be of the enclosure-type multipart/form-data.",
            Form(signed(policy()), content_type="application/x-www-form-urlencoded"),
        ),
    ),
    Row(
        ("D 1, DownloadTrafficLimitExceeded",),
        "PRF005",
        lambda: refused("DownloadTrafficLimitExceeded", "The downloading traffic exceeds the limit.", 503),
    ),
    Row(
        ("D 1, UploadTrafficRateLimitExceeded",),
        "PRF005",
        lambda: refused(
            "UploadTrafficRateLimitExceeded", "The uploading traffic exceeds the limit.", 503, "PUT", body=b"x"
        ),
    ),
    Row(
        ("D 1, SignatureDoesNotMatch",),
        "SIG101",
        lambda: exchange_capture((v1_request(v1_string()), mismatch(v1_string()))),
    ),
    Row(
        ("D 1, TooManyBuckets",),
        "REQ016",
        lambda: refused("TooManyBuckets", "You have attempted to create more buckets than allowed.", 400, "PUT", "/"),
    ),
    Without(
        ("D front matter", "E front matter"),
        "Legal text, typographic conventions and tables of contents say nothing about a fault.",
    ),
    Without(
        ("D 1, common errors and troubleshooting", "D 1, SDK and tools"),
        "Lists of links to the other sections and to pages about SDKs.",
    ),
)
