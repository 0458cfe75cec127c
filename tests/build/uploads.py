"""Multipart uploads as conversations: what SDKs send and what OSS answers, checksums included."""

import base64
import hashlib

from fastcrc import crc64

from tests.build.http import BUCKET_HOST, oss_error, request, response

Pair = tuple[bytes, bytes]

UPLOAD = "0004B9895DBBB6EC98E36"
KEY = "/video/clip.bin"
INVALID_PART = (
    "One or more of the specified parts could not be found or the specified entity tag might not have matched the "
    "part's entity tag."
)
MESSAGES = {
    "InvalidPart": INVALID_PART,
    "InvalidPartOrder": "The list of parts was not in ascending order.",
    "EntityTooSmall": "Your proposed upload smaller than the minimum allowed size.",
    "NoSuchUpload": (
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
        "completed."
    ),
}
STATUSES = {"NoSuchUpload": (404, "Not Found"), "AccessDenied": (403, "Forbidden")}


def etag_of(body: bytes) -> str:
    """The ETag of a part or simple object, without quotes."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest().upper()


def md5_of(body: bytes) -> str:
    """The Content-MD5 of a body."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def stored(body: bytes, **headers: str) -> bytes:
    """The answer to a PutObject or UploadPart."""
    fields = {"ETag": f'"{etag_of(body)}"', "x-oss-hash-crc64ecma": str(crc64.xz(body)), "Content-MD5": md5_of(body)}
    return response(**{name.replace("-", "_"): value for name, value in (fields | headers).items() if value})  # type: ignore[arg-type]


def refusal(code: str, status: int = 0, **elements: str) -> bytes:
    """An error document about an upload."""
    known = STATUSES.get(code, (400, "Bad Request"))
    body = oss_error(code, MESSAGES.get(code, "no"), UploadId=UPLOAD, **elements)
    return response(status or known[0], known[1], body=body, Content_Type="application/xml")


def initiate(upload_id: str = UPLOAD, key: str = KEY) -> Pair:
    """InitiateMultipartUpload."""
    result = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<InitiateMultipartUploadResult xmlns="http://doc.oss.example">'
        f"<Bucket>rokid</Bucket><Key>{key[1:]}</Key><UploadId>{upload_id}</UploadId></InitiateMultipartUploadResult>"
    ).encode()
    return request("POST", f"{key}?uploads", Content_Length="0"), response(body=result, Content_Type="application/xml")


def part(
    number: int | str, body: bytes = b"part", answer: bytes | None = None, *, upload_id: str = UPLOAD, **headers: str
) -> Pair:
    """UploadPart; the answer is success unless given."""
    sent = request("PUT", f"{KEY}?partNumber={number}&uploadId={upload_id}", body=body, **headers)
    return sent, stored(body) if answer is None else answer


def copied_part(number: int, etag: str, *, first: int = 0, last: int = 102_399) -> Pair:
    """UploadPartCopy."""
    sent = request(
        "PUT",
        f"{KEY}?partNumber={number}&uploadId={UPLOAD}",
        x_oss_copy_source="/source/key",
        x_oss_copy_source_range=f"bytes={first}-{last}",
        Content_Length="0",
    )
    result = f'<CopyPartResult><LastModified>2018</LastModified><ETag>"{etag}"</ETag></CopyPartResult>'.encode()
    return sent, response(body=result)


def part_list(*entries: tuple[int | str, str], quoted: bool = True) -> bytes:
    """The body of CompleteMultipartUpload."""
    wrap = '"' if quoted else ""
    inner = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{wrap}{etag}{wrap}</ETag></Part>" for number, etag in entries
    )
    return f"<CompleteMultipartUpload>{inner}</CompleteMultipartUpload>".encode()


def complete(
    *entries: tuple[int | str, str],
    answer: bytes | None = None,
    quoted: bool = True,
    body: bytes | None = None,
    upload_id: str = UPLOAD,
) -> Pair:
    """CompleteMultipartUpload; the answer is a success without checksums unless given."""
    listed = part_list(*entries, quoted=quoted) if body is None else body
    return request("POST", f"{KEY}?uploadId={upload_id}", body=listed), completed() if answer is None else answer


def completed(etag: str = "", crc: int | None = None) -> bytes:
    """The answer to a CompleteMultipartUpload."""
    headers = {"ETag": f'"{etag}"'} if etag else {}
    if crc is not None:
        headers["x_oss_hash_crc64ecma"] = str(crc)
    result = (
        f"<CompleteMultipartUploadResult><Location>http://{BUCKET_HOST}{KEY}</Location></CompleteMultipartUploadResult>"
    )
    return response(body=result.encode(), Content_Type="application/xml", **headers)  # type: ignore[arg-type]


def abort(answer: bytes | None = None) -> Pair:
    """AbortMultipartUpload."""
    return request("DELETE", f"{KEY}?uploadId={UPLOAD}"), response(204, "No Content") if answer is None else answer


def list_parts(*entries: tuple[int, bytes]) -> Pair:
    """ListParts that shows parts with their content's checksums."""
    inner = "".join(
        f'<Part><PartNumber>{number}</PartNumber><ETag>"{etag_of(body)}"</ETag><Size>{len(body)}</Size>'
        f"<HashCrc64ecma>{crc64.xz(body)}</HashCrc64ecma></Part>"
        for number, body in entries
    )
    answer = f"<ListPartsResult><UploadId>{UPLOAD}</UploadId>{inner}</ListPartsResult>".encode()
    return request("GET", f"{KEY}?uploadId={UPLOAD}"), response(body=answer, Content_Type="application/xml")


def healthy_upload(*bodies: bytes) -> list[Pair]:
    """A whole upload in which all went well."""
    parts = [part(number, body) for number, body in enumerate(bodies, 1)]
    tags = [etag_of(body) for body in bodies]
    whole = hashlib.md5("".join(tags).encode(), usedforsecurity=False).hexdigest().upper()
    answer = completed(f"{whole}-{len(bodies)}", crc64.xz(b"".join(bodies)))
    return [initiate(), *parts, complete(*enumerate(tags, 1), answer=answer)]
