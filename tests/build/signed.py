"""Signed requests as bytes on the wire, from known-answer vectors or written down in a test.

Every request goes through the message splitter that all tests behind HTTP use, so that nothing is handed to the signing
code that was not read from bytes.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from osspcap.model.message import Message
from osspcap.model.operation import ErrorDocument
from osspcap.model.seen import Seen
from osspcap.oss.error_document import parse_error
from osspcap.oss.signing.request import SignedRequest, from_message
from osspcap.units import FrameNumber
from tests.build.http import oss_error, response
from tests.build.pairs import parse

VECTORS_PATH = Path(__file__).parent.parent / "vectors" / "signatures.json"
KEY_ID, SECRET = "LTAItestAccessKeyId", "testAccessKeySecret0123456789"
DATE = "Sat, 16 Dec 2023 16:20:57 GMT"
STAMP = "20231216T162057Z"

Vector = dict[str, Any]


@cache
def _all_vectors() -> tuple[Vector, ...]:
    return tuple(json.loads(VECTORS_PATH.read_text(encoding="utf-8"))["vectors"])


def vectors(*schemes: str) -> list[Vector]:
    """Known answers of some schemes: `v1-header`, `v1-query`, `v2-header`, `v4-query`, `post-v1` and so on."""
    return [vector for vector in _all_vectors() if vector["scheme"] in schemes]


def vector(name: str) -> Vector:
    """One known answer by its id."""
    return next(each for each in _all_vectors() if each["id"] == name)


def wire(each: Vector) -> bytes:
    """A vector's request as its client would send it, signature included."""
    parts = urlsplit(each["url"])
    pairs = [(name, value) for name, value in each["query"]]
    headers = {name: value for name, value in each["headers"].items() if name.lower() != "host"}
    if each["scheme"].endswith("-query"):
        pairs = [pair for pair in pairs if pair[0] not in {"x-oss-signature", "Signature"}] + _url_signature(each)
    else:
        headers["Authorization"] = authorization(each)
    query = "&".join(_quoted(name) + ("=" + _quoted(value) if value else "") for name, value in pairs)
    target = parts.path + ("?" + query if query else "")
    return raw_request(each["method"], target, {"Host": parts.netloc} | headers)


def authorization(each: Vector) -> str:
    """The Authorization header: the published one, else one as the Go SDK writes it."""
    if each.get("expected_authorization"):
        return str(each["expected_authorization"])
    key, signature = each["access_key_id"], each["expected_signature"]
    names = ";".join(sorted(name.lower() for name in each.get("additional_headers", ())))
    match each["scheme"]:
        case "v1-header":
            return f"OSS {key}:{signature}"
        case "v2-header":
            additional = f",AdditionalHeaders:{names}" if names else ""
            return f"OSS2 AccessKeyId:{key}{additional},Signature:{signature}"
        case _:
            scope = f"{each['sign_date']}/{each['region']}/{each['product']}/aliyun_v4_request"
            additional = f",AdditionalHeaders={names}" if names else ""
            return f"OSS4-HMAC-SHA256 Credential={key}/{scope}{additional},Signature={signature}"


def raw_request(method: str, target: str, headers: dict[str, str] | list[tuple[str, str]], body: bytes = b"") -> bytes:
    """Request line, headers in UTF-8, body."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in pairs) + "\r\n"
    return head.encode("utf-8", "surrogateescape") + body


def request(raw: bytes, *, frame: int = 1) -> Message:
    """A request parsed from its bytes."""
    return parse(raw, is_request=True, frame=frame)


def signed(raw: bytes) -> SignedRequest:
    """A request parsed and split."""
    return from_message(request(raw))


def error(**elements: str) -> ErrorDocument:
    """The error document of a SignatureDoesNotMatch with these elements, parsed from a response's bytes."""
    document = oss_error("SignatureDoesNotMatch", "The request signature we calculated does not match.", **elements)
    return parsed_error(document)


def parsed_error(document: bytes) -> ErrorDocument:
    """An error document parsed from a 403 response that carries it."""
    found = parse_error(parse(response(403, "Forbidden", body=document), is_request=False, frame=2))
    assert found is not None
    return found


def hexed(raw: bytes) -> str:
    """Bytes as StringToSignBytes shows them: upper-case hex, a blank behind each."""
    return "".join(f"{byte:02X} " for byte in raw)


def field(value: str, name: str = "policy") -> Seen[str]:
    """A form field as the form stage hands it over."""
    return Seen(value, FrameNumber(1), f"form field {name}", value.encode())


def _url_signature(each: Vector) -> list[tuple[str, str]]:
    if each["scheme"] == "v1-query":
        return [
            ("OSSAccessKeyId", each["access_key_id"]),
            ("Expires", str(each["expires"])),
            ("Signature", each["expected_signature"]),
        ]
    return [("x-oss-signature", each["expected_signature"])]


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")
