"""HTTP messages as bytes, with the headers that OSS and its SDKs send."""

BUCKET_HOST = "rokid.oss-cn-hangzhou.aliyuncs.com"
REQUEST_ID = "5C2723573183A12D1A2B3C4D"
DATE = "Sat, 29 Dec 2018 07:32:34 GMT"


def message(start_line: str, headers: dict[str, str] | list[tuple[str, str]], body: bytes = b"") -> bytes:
    """Start line, headers as given, body; nothing is added."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    head = start_line + "\r\n" + "".join(f"{name}: {value}\r\n" for name, value in pairs) + "\r\n"
    return head.encode("latin-1") + body


def request(
    method: str = "GET", target: str = "/key", *, host: str = BUCKET_HOST, body: bytes = b"", **headers: str
) -> bytes:
    """A request as an SDK sends it. Header names are written with `_` for `-`; Content-Length is added for a body."""
    fields = {"Host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    if body and "Content-Length" not in fields and "Transfer-Encoding" not in fields:
        fields["Content-Length"] = str(len(body))
    return message(f"{method} {target} HTTP/1.1", fields, body)


def response(
    status: int = 200,
    reason: str = "OK",
    *,
    body: bytes = b"",
    request_id: str | None = REQUEST_ID,
    server: str | None = "AliyunOSS",
    length: bool = True,
    **headers: str,
) -> bytes:
    """A response as OSS sends it: Server, Date, request ID, Content-Length."""
    fields = {} if server is None else {"Server": server}
    fields["Date"] = DATE
    if request_id is not None:
        fields["x-oss-request-id"] = request_id
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    if length and "Content-Length" not in fields and "Transfer-Encoding" not in fields:
        fields["Content-Length"] = str(len(body))
    return message(f"HTTP/1.1 {status} {reason}", fields, body)


def oss_error(code: str, message_text: str, *, ec: str | None = None, **elements: str) -> bytes:
    """An error document as OSS writes it."""
    parts = {"Code": code, "Message": message_text, "RequestId": REQUEST_ID, "HostId": BUCKET_HOST} | elements
    if ec:
        parts["EC"] = ec
    inner = "".join(f"  <{name}>{value}</{name}>\n" for name, value in parts.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n{inner}</Error>\n'.encode()
