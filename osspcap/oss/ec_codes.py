"""EC numbers: the finer code that OSS puts beside the error code, `0002-00000040`.

An EC refines a diagnosis and links to a page; it is never the only trigger: OSS reserves the right to change it.
Source: OSS documentation, "Error codes by EC", and its page for each number; tests of the Python, Java and Go SDKs.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from osspcap.model.pattern import pattern
from osspcap.model.record import record

_FORM = pattern(r"\s*(\d{4})-(\d{8})\s*\Z")

MODULES: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "internal",
        2: "authentication",
        3: "access control",
        4: "quality of service",
        5: "encryption",
        6: "form upload (PostObject)",
        7: "upload callback",
        10: "tagging",
        11: "user metadata",
        12: "versioning",
        13: "storage class",
        14: "lifecycle",
        15: "bucket",
        16: "object",
        17: "request",
        18: "custom domain (CNAME)",
        19: "static website",
        20: "inventory",
        21: "service",
        24: "data lake accelerator",
        25: "cloud box",
        26: "file system semantics",
        27: "retention (WORM)",
        28: "transfer acceleration",
        30: "bucket policy",
        31: "replication",
        32: "logging",
        33: "Referer configuration",
        34: "CORS configuration",
        35: "requester pays",
        36: "access monitor",
        37: "metadata query",
        38: "DDoS protection",
        39: "resource group",
        40: "image processing",
        41: "mirroring",
        42: "multipart upload",
        43: "symbolic link",
        44: "live channel",
        46: "log fields",
        48: "forced download",
        53: "video processing",
        56: "intelligent media management",
        61: "security",
    }
)
"""First half of an EC to the part of OSS that made it. Denied Referer or CORS requests come under 3, not 33 or 34."""

_MEANINGS: Final[Mapping[tuple[int, int], tuple[str, str]]] = {
    # Authentication
    (2, 3): ("InvalidAccessKeyId", "temporary access key used without its security token"),
    (2, 4): ("AccessKeyIdAndSecurityTokenNotMatch", "access key and security token come from different sessions"),
    (2, 5): ("InvalidRequest", "security token of a signed URL stands in a header, not in the query"),
    (2, 6): ("InvalidSecurityToken", "security token is not valid"),
    (2, 7): ("SecurityTokenExpired", "security token has expired"),
    (2, 8): ("InvalidSecurityToken", "security token is not valid"),
    (2, 10): ("", "security token in header and query at once"),
    (2, 40): ("SignatureDoesNotMatch", "V1 signature differs from the one OSS computed"),
    (2, 66): ("InvalidArgument", "unknown value of x-oss-signature-version"),
    (2, 67): ("AccessDenied", "signed URL lacks Expires"),
    (2, 68): ("AccessDenied", "Expires of the signed URL is not valid"),
    (2, 69): ("AccessDenied", "signed URL has expired"),
    (2, 70): ("AccessDenied", "Expires of the signed URL is not valid"),
    (2, 71): ("AccessDenied", "OSSAccessKeyId of the signed URL is missing or not valid"),
    (2, 72): ("AccessDenied", "OSSAccessKeyId of the signed URL is missing or not valid"),
    (2, 73): ("AccessDenied", "OSSAccessKeyId of the signed URL is missing or not valid"),
    (2, 74): ("AccessDenied", "Signature of the signed URL is missing or empty"),
    (2, 75): ("AccessDenied", "Signature of the signed URL is missing or empty"),
    (2, 80): ("", "V1 signatures are no longer accepted for this account or bucket; V4 is needed"),
    (2, 101): ("SignatureDoesNotMatch", "V2 signature differs from the one OSS computed"),
    (2, 113): ("", "x-oss-expires of the V2 signed URL is missing"),
    (2, 118): ("", "x-oss-signature of the V2 signed URL is missing"),
    (2, 201): ("SignatureDoesNotMatch", "V4 signature differs from the one OSS computed"),
    (2, 209): ("", "AdditionalHeaders of the V4 signature is empty"),
    (2, 215): ("", "x-oss-expires of the V4 signed URL is missing"),
    (2, 216): ("", "x-oss-expires of the V4 signed URL is empty"),
    (2, 218): ("", "x-oss-credential of the V4 signed URL is empty"),
    (2, 223): ("InvalidArgument", "date in the V4 credential is not the day of the request: the client's clock is off"),
    (2, 226): ("InvalidArgument", "region in the V4 credential is not the endpoint's"),
    (2, 227): ("InvalidArgument", "product in the V4 credential is not the endpoint's"),
    (2, 228): ("InvalidArgument", "region in the V4 signed URL's credential is not the endpoint's"),
    (2, 232): ("", "x-oss-expires is not within 1 to 604800 seconds"),
    (2, 236): ("AccessDenied", "V4 signed URL has expired"),
    (2, 307): ("SignatureDoesNotMatch", "S3 V2 signature differs from the one OSS computed"),
    (2, 409): ("", "parameters of the S3 V4 signature are not valid"),
    (2, 416): ("", "parameters of the S3 V4 signature are not valid"),
    (2, 417): ("", "parameters of the S3 V4 signature are not valid"),
    (2, 418): ("AccessDenied", "S3 V4 signed URL has expired"),
    (2, 423): ("", "parameters of the S3 V4 signature are not valid"),
    (2, 429): ("SignatureDoesNotMatch", "S3 V4 signature differs from the one OSS computed"),
    (2, 430): ("SignatureDoesNotMatch", "S3 V4 chunk signature differs from the one OSS computed"),
    (2, 501): ("RequestTimeTooSkewed", "time of the S3 request is more than 15 minutes off"),
    (2, 502): ("AccessDenied", "date of the request is missing or cannot be read"),
    (2, 503): ("AccessDenied", "date of the request is missing or cannot be read"),
    (2, 504): ("RequestTimeTooSkewed", "time of the request is more than 15 minutes off"),
    (2, 505): ("AccessDenied", "date of the request is missing or cannot be read"),
    (2, 602): ("", "signed URL may be used only from certain addresses or networks"),
    (2, 702): ("InvalidArgument", "form lacks its policy"),
    (2, 703): ("InvalidArgument", "form lacks its signature"),
    (2, 704): ("InvalidArgument", "signature of the form is empty"),
    (2, 710): ("InvalidArgument", "V4 credential of the form is not valid"),
    (2, 901): ("InvalidAccessKeyId", "access key ID has characters that no key has"),
    (2, 902): ("InvalidAccessKeyId", "access key ID does not exist"),
    (2, 904): ("InvalidAccessKeyId", "access key is disabled, or may be used only from certain addresses"),
    # Access control
    (3, 1): ("AccessDenied", "bucket does not belong to the account that signed"),
    (3, 5): ("AccessDenied", "no permission to read the object; also when public access is blocked"),
    (3, 7): ("AccessDenied", "no permission to read the object's ACL"),
    (3, 16): ("MethodNotAllowed", "method not allowed: the version is a delete marker"),
    (3, 101): ("AccessDenied", "denied by the bucket policy"),
    (3, 201): ("AccessDenied", "explicitly denied by a RAM policy"),
    (3, 301): ("AccessDenied", "denied by the session policy of the temporary credentials"),
    (3, 501): ("AccessDenied", "Referer is empty and the bucket does not allow that"),
    (3, 502): ("AccessDenied", "Referer is on the bucket's blacklist"),
    (3, 503): ("AccessDenied", "Referer is not on the bucket's whitelist"),
    (3, 602): ("AccessForbidden", "no CORS rule of the bucket matches the request"),
    (3, 703): ("AccessDenied", "requester must agree to pay (x-oss-request-payer)"),
    (3, 801): ("UserDisable", "account is barred: arrears or security"),
    (3, 905): ("AccessDenied", "anonymous request, or no policy that allows the RAM user this action"),
    (3, 908): ("BucketDisable", "bucket is switched off"),
    (3, 1401): ("SecondLevelDomainForbidden", "bucket in the path; it must stand in the host name"),
    (3, 1403): ("AccessDenied", "bucket lies in another region; the error names its endpoint"),
    # Encryption, forms, callbacks
    (5, 411): ("InvalidEncryptionRequest", "part count does not fit the client-side encryption's announcement"),
    (6, 104): ("MalformedPOSTRequest", "form is malformed: file missing or not last, or the upload was cut"),
    (6, 107): ("", "form has no file field"),
    (6, 110): ("FieldItemTooLong", "name of a form field is over 8 KB"),
    (6, 112): ("MaxPOSTPreDataLengthExceededError", "fields in front of the file are over 8 MB"),
    (6, 207): ("InvalidPolicyDocument", "form policy has no conditions"),
    (6, 208): ("InvalidPolicyDocument", "form policy has no expiration"),
    (6, 209): ("InvalidPolicyDocument", "form policy has neither conditions nor expiration"),
    (6, 213): ("AccessDenied", "form policy has expired"),
    (6, 218): ("InvalidPolicyDocument", "a condition of the form policy is malformed"),
    (6, 227): ("AccessDenied", "form breaks a condition of its policy"),
    (7, 2): ("InvalidArgument", "callback parameter is not base64"),
    (7, 3): ("InvalidArgument", "callback parameter is not JSON"),
    (7, 4): ("InvalidArgument", "callbackUrl is not a valid URL"),
    (7, 11): ("InvalidArgument", "callbackBody is empty"),
    (7, 27): ("InvalidArgument", "callback given in header and query at once"),
    (7, 202): ("CallbackFailed", "application server did not answer within 5 seconds"),
    (7, 203): ("CallbackFailed", "application server answered with another status than 200"),
    (7, 205): ("CallbackFailed", "application server's answer is not JSON"),
    # Buckets and objects
    (14, 14): ("", "more than 1000 lifecycle rules"),
    (14, 80): ("", "lifecycle rule is not valid"),
    (15, 1): ("InvalidBucketName", "bucket name is not allowed"),
    (15, 101): ("NoSuchBucket", "bucket does not exist"),
    (15, 104): ("BucketAlreadyExists", "bucket name is taken"),
    (15, 301): ("BucketNotEmpty", "bucket still holds objects, versions or fragments"),
    (16, 502): ("MissingArgument", "a required parameter is missing"),
    (16, 608): ("MalformedXML", "XML of the request is malformed"),
    (16, 702): ("OperationNotSupported", "object does not support this operation"),
    (16, 719): ("ArchiveRestoreNotFinished", "archived object is still being restored"),
    (16, 801): ("", "SelectObject request is not valid"),
    (16, 817): ("", "SelectObject request is not valid"),
    (16, 828): ("", "SelectObject request is not valid"),
    (16, 829): ("", "SelectObject request is not valid"),
    (17, 1): ("", "request matches no operation"),
    (17, 101): ("MissingContentLength", "Content-Length is missing"),
    (17, 103): ("", "Content-Length is no integer"),
    (17, 244): ("NoSuchUpload", "upload ID does not exist"),
    (17, 502): ("InvalidDigest", "Content-MD5 is not base64 of 16 bytes"),
    (17, 503): ("InvalidDigest", "Content-MD5 does not fit the body that arrived"),
    (24, 8): ("", "accelerator setting is not valid"),
    (26, 1): ("NoSuchKey", "object does not exist"),
    (26, 2): ("FileAlreadyExists", "object exists and must not be overwritten"),
    (26, 4): ("StaleFile", "object changed since it was opened"),
    (26, 16): ("PositionNotEqualToLength", "position to append at is not the object's length"),
    (30, 6): ("NoSuchBucketPolicy", "bucket has no policy"),
    (31, 1): ("MalformedXML", "XML of the replication rule is malformed"),
    (34, 1): ("NoSuchCORSConfiguration", "bucket has no CORS rules"),
    (40, 5): ("", "image processing request is not valid"),
    (42, 205): ("MalformedXML", "part list of CompleteMultipartUpload is malformed"),
    (42, 213): ("EntityTooSmall", "a part other than the last is below 100 KB"),
    (42, 216): ("", "CompleteMultipartUpload with x-oss-complete-all and a body"),
    (44, 308): ("", "live channel request is not valid"),
    (48, 1): ("", "no error: the default domain forces a download instead of showing the object"),
    (48, 105): ("", "no error: the default domain forces a download instead of showing the object"),
}


@record
class EcEntry:
    """What an EC says."""

    ec: str
    """`0002-00000040`."""
    module: str
    """Part of OSS that made it: `authentication`; empty for a module that is not known."""
    meaning: str
    """Half a sentence; names only the module where the number is not known."""
    code: str
    """Error code it usually comes with; empty if unknown, or if it accompanies a good answer."""


def explain_ec(ec: str) -> EcEntry | None:
    """Return what an EC says; None if it is malformed, or neither it nor its module is known."""
    found = _FORM.match(ec)
    if found is None:
        return None
    module, number = int(found[1]), int(found[2])
    name = MODULES.get(module, "")
    code, meaning = _MEANINGS.get((module, number), ("", ""))
    if not name and not meaning:
        return None
    return EcEntry(f"{found[1]}-{found[2]}", name, meaning or f"stated by {name}; the number is not known here", code)
