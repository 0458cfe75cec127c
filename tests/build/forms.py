"""PostObject forms as bytes on the wire, as each kind of client writes them, signed with V1 or V4."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from tests.build.analyze import exchange_capture
from tests.build.http import BUCKET_HOST, message, oss_error, response
from tests.build.wire import Capture

KEY_ID, SECRET = "LTAI5tTestFormKeyId01", "testFormSecret0123456789"
EXPIRATION = "2018-12-29T08:32:34.000Z"
"""An hour behind the Date of every answer."""
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
STAMP, DAY, REGION = "20181229T073234Z", "20181229", "cn-hangzhou"

Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Client:
    """How a client writes forms."""

    name: str
    boundary: str
    agent: str
    file_type: str | None = "image/png"
    """Content-Type of the file's part."""
    ends_line: bool = True
    """CR LF behind the closing delimiter."""
    has_lengths: bool = False
    """Content-Length in every part."""


CLIENTS = (
    Client("browser", "----WebKitFormBoundary7MA4YWxkTrZu0gW", "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0"),
    Client("curl", "------------------------6484a820ec3814de", "curl/7.88.1"),
    Client("node", "--------------------------515890814546601021194782", "node-fetch/1.0"),
    Client("requests", "b7a1e1c2d3f4a5b6c7d8e9f0a1b2c3d4", "python-requests/2.31.0", file_type=None),
    Client("okhttp", "5f5cdb4f-2b2c-4b9e-8f0e-3f1f0a6a7b3c", "okhttp/4.12.0", has_lengths=True),
    Client("browser-xhr", "---------------------------9051914041544843365972754266", "Mozilla/5.0 Firefox/120.0"),
)
BROWSER, CURL = CLIENTS[:2]


@dataclass
class Form:
    """A form in the making; `request` writes it."""

    fields: Fields
    file: bytes | None = PICTURE
    behind: Fields = field(default_factory=list)
    """Fields behind the file."""
    filename: str | None = "pic.png"
    file_name: str = "file"
    client: Client = BROWSER
    host: str = BUCKET_HOST
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str | None = None
    """None for the right one; empty for none at all."""
    is_closed: bool = True
    is_chunked: bool = False

    def body(self) -> bytes:
        """The form from its first delimiter to its end."""
        lines = [self._part(name, value.encode()) for name, value in self.fields]
        if self.file is not None:
            lines.append(self._file(self.file))
        lines += [self._part(name, value.encode()) for name, value in self.behind]
        end = f"--{self.client.boundary}--".encode() + (b"\r\n" if self.client.ends_line else b"")
        return b"".join(lines) + (end if self.is_closed else b"")

    def _part(self, name: str, value: bytes, extra: str = "") -> bytes:
        head = f'--{self.client.boundary}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n'
        if self.client.has_lengths:
            head += f"Content-Length: {len(value)}\r\n"
        return f"{head}\r\n".encode() + value + b"\r\n"

    def _file(self, content: bytes) -> bytes:
        extra = "" if self.filename is None else f'; filename="{self.filename}"'
        if self.client.file_type is not None:
            extra += f"\r\nContent-Type: {self.client.file_type}"
        return self._part(self.file_name, content, extra)

    def head(self, length: int) -> dict[str, str]:
        """The header fields."""
        content_type = self.content_type
        if content_type is None:
            content_type = f"multipart/form-data; boundary={self.client.boundary}"
        fields = {"Host": self.host, "User-Agent": self.client.agent, "Accept": "*/*"}
        if content_type:
            fields["Content-Type"] = content_type
        fields |= {"Transfer-Encoding": "chunked"} if self.is_chunked else {"Content-Length": str(length)}
        return fields | self.headers

    def request(self) -> bytes:
        """The whole request."""
        body = self.body()
        if self.is_chunked:
            sizes = range(0, len(body), 700)
            parts = [body[at : at + 700] for at in sizes]
            body = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts) + b"0\r\n\r\n"
        return message("POST / HTTP/1.1", self.head(len(self.body())), body)


def policy(*conditions: Any, expiration: Any = EXPIRATION) -> str:
    """A policy as JSON; with one that limits the size unless conditions are given."""
    document = {"expiration": expiration, "conditions": list(conditions or [["content-length-range", 0, 10485760]])}
    return json.dumps(document)


def encoded(text: str | bytes) -> str:
    """The base64 of a policy."""
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def v1_signature(text: str, secret: str = SECRET) -> str:
    """The V1 signature of a policy's base64."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


def v4_signature(text: str, secret: str = SECRET, day: str = DAY, region: str = REGION) -> str:
    """The V4 signature of a policy's base64."""
    key = b"aliyun_v4" + secret.encode()
    for part in (day, region, "oss", "aliyun_v4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def signed(text: str, *, scheme: str = "v1", key: str = "user/eric/pic.png", is_encoded: bool = False) -> Fields:
    """The fields of a signed form."""
    sent = text if is_encoded else encoded(text)
    if scheme == "v1":
        return [("key", key), ("OSSAccessKeyId", KEY_ID), ("policy", sent), ("Signature", v1_signature(sent))]
    return [
        ("key", key),
        ("x-oss-signature-version", "OSS4-HMAC-SHA256"),
        ("x-oss-credential", f"{KEY_ID}/{DAY}/{REGION}/oss/aliyun_v4_request"),
        ("x-oss-date", STAMP),
        ("policy", sent),
        ("x-oss-signature", v4_signature(sent)),
    ]


def refused_form(form: Form, status: int, code: str, text: str = "", ec: str | None = None, **more: str) -> Capture:
    """A form that OSS refuses."""
    error = oss_error(code, text, ec=ec, **more)
    return exchange_capture((form.request(), response(status, "Refused", body=error, Content_Type="application/xml")))


def taken_form(form: Form, status: int = 204) -> Capture:
    """A form that OSS takes."""
    return exchange_capture((form.request(), response(status, "No Content", length=status != 204)))


EXPIRED = "Invalid according to Policy: Policy expired."
FAILED = "Invalid according to Policy: Policy Condition failed: "
MALFORMED = "The body of your POST request is not well-formed multipart/form-data."
NO_KEY = "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields."
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)


def without(fields: Fields, *names: str) -> Fields:
    """Fields without those of some names."""
    return [pair for pair in fields if pair[0] not in names]


def with_value(fields: Fields, name: str, value: str) -> Fields:
    """Fields with another value for one."""
    return [(one, value if one == name else old) for one, old in fields]
