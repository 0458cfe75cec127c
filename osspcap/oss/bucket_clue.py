"""What an answer tells about a bucket that the request's host does not name (custom domain, IP address, lost request).

Error documents name it in `BucketName` or `Bucket`, in the resource of the string that the server signed, or in a
HostId that differs from the client's Host (a reverse proxy in front). Listings and multipart answers name it in their
first elements; nothing else of a good answer is looked at.

Source: OSS API reference, "Error responses", GetBucket, InitiateMultipartUpload, CompleteMultipartUpload.
"""

import re
from typing import NamedTuple

from osspcap.model.message import Message
from osspcap.model.operation import ErrorDocument
from osspcap.model.pattern import pattern
from osspcap.oss.address import parse_host
from osspcap.oss.target import percent_decode

# Bytes of a good answer looked at: the elements stand in its first lines.
MAX_ANSWER_BYTES = 1_024
# Characters of a signed string looked at.
MAX_STRING_CHARS = 65_536

_NAME = pattern(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]\Z")
_LISTING = pattern(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?"
    rb"<(?:ListBucketResult|ListVersionsResult|ListPartsResult|InitiateMultipartUploadResult"
    rb"|CompleteMultipartUploadResult|ListMultipartUploadsResult)\b[^>]*>.{0,600}?"
    rb"<(?:Name|Bucket)>([a-z0-9][a-z0-9._-]{1,62})</",
    re.DOTALL,
)


class BucketClue(NamedTuple):
    """A bucket and what told it."""

    bucket: str
    source: str
    """`error BucketName`, `StringToSign`, `error HostId`, `response body`."""
    resource: str = ""
    """Decoded resource as the server resolved it, `/bucket/key`; empty unless a signed string told it."""


def bucket_clue(response: Message | None, error: ErrorDocument | None) -> BucketClue | None:
    """Return the bucket that an answer names; None if it names none.

    Args:
        response: The final response; None if none was captured.
        error: Its error document, if it has one.
    """
    if error is not None:
        return _clue_of_error(error)
    if response is None or response.status != 200:
        return None
    content = response.body.content
    if content[:1] not in {b"<", b"\xef", b" ", b"\n", b"\r"}:
        return None
    found = _LISTING.match(content[:MAX_ANSWER_BYTES])
    return None if found is None else BucketClue(found[1].decode("ascii"), "response body")


def _clue_of_error(error: ErrorDocument) -> BucketClue | None:
    resource = signed_resource(error)
    bucket = resource[1:].partition("/")[0]
    if _NAME.match(bucket):
        return BucketClue(bucket, "StringToSign", resource)
    for name in ("BucketName", "Bucket"):
        stated = error.fields.get(name)
        if stated is not None and _NAME.match(stated.value.strip()):
            return BucketClue(stated.value.strip(), f"error {name}")
    host = None if error.host_id is None else parse_host(error.host_id.value)
    if host is not None and host.bucket is not None:
        return BucketClue(host.bucket, "error HostId")
    return None


def signed_resource(error: ErrorDocument) -> str:
    """Return the resource, decoded and without query, that the server put under its signature; empty if unknown.

    V1 and V2 name it in the last line of StringToSign (V2 percent-encoded), V4 in the second line of CanonicalRequest.
    """
    canonical = error.fields.get("CanonicalRequest")
    if canonical is not None:
        lines = canonical.value[:MAX_STRING_CHARS].lstrip("\n").split("\n", 2)
        return percent_decode(lines[1].strip()) if len(lines) > 1 and lines[1].startswith("/") else ""
    text = ""
    octets = error.fields.get("StringToSignBytes")
    if octets is not None:
        try:
            text = bytes.fromhex(octets.value[: 3 * MAX_STRING_CHARS]).decode("utf-8", "replace")
        except ValueError:
            text = ""
    if not text and "StringToSign" in error.fields:
        text = error.fields["StringToSign"].value[:MAX_STRING_CHARS]
    last = text.rstrip().rpartition("\n")[2].strip()
    path = last.partition("?")[0]
    if path[:3].upper() == "%2F":
        path = percent_decode(path)
    return path if path.startswith("/") else ""
