"""What browsers send for a page of another origin, and what OSS answers."""

from typing import Any

from tests.build.http import REQUEST_ID, oss_error, request, response

PAGE = "http://www.example.com:8000"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
DENIED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / "
    "Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec."
)
NOT_ENABLED = "CORSResponse: CORS is not enabled for this bucket."


def preflight(
    method: str = "PUT", headers: str = "", *, target: str = "/up/a.txt", origin: str = PAGE, **more: str
) -> bytes:
    """A preflight as Chrome sends it."""
    fields: dict[str, Any] = {"Access-Control-Request-Method": method, "Origin": origin, "User-Agent": BROWSER}
    if headers:
        fields["Access-Control-Request-Headers"] = headers
    return request("OPTIONS", target, **(fields | more))


def page_request(
    method: str = "GET", target: str = "/up/a.txt", *, origin: str = PAGE, body: bytes = b"", **more: str
) -> bytes:
    """A request by a page's script."""
    return request(method, target, body=body, **({"Origin": origin, "User-Agent": BROWSER, "Accept": "*/*"} | more))


def allowed(status: int = 200, *, origin: str = PAGE, body: bytes = b"", **more: str) -> bytes:
    """An answer of a bucket whose rule matches."""
    fields = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "GET, PUT, POST, HEAD",
        "Access-Control-Expose-Headers": "ETag, x-oss-request-id",
        "Access-Control-Max-Age": "60",
        "Vary": "Origin",
        "ETag": '"5D41402ABC4B2A76B9719D911017C592"',
    }
    fields |= {_dashed(name): value for name, value in more.items()}
    sent: dict[str, Any] = {name: value for name, value in fields.items() if value}
    return response(status, "OK", body=body, **sent)


def denied(message: str = DENIED, code: str = "AccessForbidden") -> bytes:
    """The refusal of a preflight."""
    return response(403, "Forbidden", body=oss_error(code, message), Content_Type="application/xml")


def without_field(answer: bytes, name: str) -> bytes:
    """An answer from which a device on the way took a field."""
    head, blank, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(name.lower().encode() + b":")]
    return b"\r\n".join(lines) + blank + body


def with_field(message: bytes, line: str) -> bytes:
    """A message to which a device on the way added a field line, perhaps one that is there already."""
    head, blank, body = message.partition(b"\r\n\r\n")
    return head + b"\r\n" + line.encode() + blank + body


def complete_body(*etags: str) -> bytes:
    """The body of CompleteMultipartUpload."""
    parts = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>" for number, etag in enumerate(etags, 1)
    )
    return f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()


def invalid_part() -> bytes:
    """The refusal of a part."""
    message = (
        "One or more of the specified parts could not be found or the specified entity tag might not have matched."
    )
    return response(
        400,
        "Bad Request",
        body=oss_error("InvalidPart", message, RequestId=REQUEST_ID),
        Access_Control_Allow_Origin=PAGE,
        Vary="Origin",
    )


def _dashed(name: str) -> str:
    return name.replace("_", "-")
