"""Entity tags as OSS makes them: what they say about the content, and how clients write them back.

OSS quotes an ETag in headers; inside CompleteMultipartUpload quotes may stand or be left out, be written as `&quot;`,
and letters may have either case. So tags are compared without quotes and in upper case.

Source: OSS API reference, PutObject, UploadPart, CompleteMultipartUpload. The rule for the ETag of a multipart upload
is not published; it was derived from the sample of the API reference, which it reproduces.
"""

import hashlib
import re
from collections.abc import Sequence

from osspcap.model.exchange import Exchange
from osspcap.model.seen import Seen
from osspcap.oss.head import Head

MAX_COPY_RESULT_BYTES = 4_096
"""Bytes of an UploadPartCopy answer that are searched for its ETag."""

_WRAPPING = " \t\r\n\"'"
_NOTHING = frozenset({"", "NULL", "UNDEFINED", "NAN", "NONE", "NIL"})
"""What a program writes that has no ETag, in upper case."""
_is_md5 = re.compile(r"[0-9A-F]{32}").fullmatch
_split_multipart = re.compile(r"([0-9A-F]{32})-([0-9]{1,5})").fullmatch
_find_copied = re.compile(rb"<ETag>([^<]{0,200})</ETag>", re.IGNORECASE).search


def bare_etag(text: str) -> str:
    """Return an ETag without quotes, blanks and the mark of a weak one, in upper case, ready to be compared."""
    stripped = text.replace("&quot;", '"').replace("&#34;", '"').strip(_WRAPPING)
    return stripped.removeprefix("W/").strip(_WRAPPING).upper()


def is_nothing(bare: str) -> bool:
    """Tell whether a bare ETag is what programs write that have none: empty, null, undefined."""
    return bare in _NOTHING


def is_md5(bare: str) -> bool:
    """Tell whether a bare ETag has the form of an MD5: of PutObject, PostObject and UploadPart."""
    return _is_md5(bare) is not None


def part_count(bare: str) -> int | None:
    """Return the number of parts that the ETag of a multipart object states; None if it has another form."""
    found = _split_multipart(bare)
    return None if found is None else int(found[2])


def multipart_etags(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the bare ETags that an object made of parts may have: an MD5 of their ETags, and their number.

    OSS takes the ETags as upper-case text; deployments that follow S3 take their 16 bytes each.

    Args:
        parts: Bare ETags in order.
    """
    text = "".join(parts)
    sources = [text.encode()]
    if all(map(is_md5, parts)):
        sources.append(bytes.fromhex(text))
    digests = (hashlib.md5(source, usedforsecurity=False).hexdigest().upper() for source in sources)
    return tuple(f"{digest}-{len(parts)}" for digest in digests)


def stated_etag(exchange: Exchange) -> Seen[str] | None:
    """Return the ETag that OSS stated for what was uploaded or copied; None if it stated none."""
    response = exchange.response
    if response is None:
        return None
    found = Head(response).seen(b"\netag:")
    if found is not None or exchange.operation is None or exchange.operation.name != "UploadPartCopy":
        return found
    copied = _find_copied(response.body.content, 0, MAX_COPY_RESULT_BYTES)
    if copied is None:
        return None
    frame = response.frame if response.body.first_frame is None else response.body.first_frame
    text = copied[1].decode("utf-8", "replace").replace("&quot;", '"').strip()
    return Seen(text, frame, "response body <ETag>", copied[1])
