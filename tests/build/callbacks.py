"""Upload callbacks on the wire: the client's leg, the application's leg, or both in one capture."""

import base64
import json
from typing import Any

from osspcap.model.exchange import Exchange
from osspcap.model.facts import Facts
from osspcap.oss.early_facts import EarlyFacts
from osspcap.oss.operation import Hints, classify
from osspcap.units import StreamId
from tests.build.analyze import exchange_capture
from tests.build.http import REQUEST_ID, message, oss_error, request, response
from tests.build.pairs import pair
from tests.build.wire import Capture, Tcp

URL = "http://app.example.com:8080/oss/callback.php"
TARGET = "app.example.com:8080/oss/callback.php"
BODY = "bucket=${bucket}&object=${object}&my=${x:my_var}"
OK = b'{"Status":"OK"}'
NOT_JSON = "Response body is not valid json format."
KEY_URL = base64.b64encode(b"http://gosspublic.alicdn.com/callback_pub_key_v1.pem").decode()
SENT = b"bucket=rokid&object=upload%2Fpic.png"


def encoded(text: str | bytes) -> str:
    """Base64 of a text as OSS wants it."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def parameter(**changed: Any) -> str:
    """A valid callback parameter with members changed; None leaves one out."""
    members: dict[str, Any] = {"callbackUrl": URL, "callbackBody": BODY} | changed
    return encoded(json.dumps({name: value for name, value in members.items() if value is not None}))


VARIABLES = encoded('{"x:my_var":"order-77"}')


def upload(callback: str | None = None, target: str = "/upload%2Fpic.png", **headers: str) -> bytes:
    """PutObject with callback parameters in its header."""
    fields = {} if callback is None else {"x_oss_callback": callback}
    fields |= {"x_oss_callback_var": VARIABLES} | headers
    return request("PUT", target, body=b"PNGDATA", **{name: value for name, value in fields.items() if value})


def form(callback: str, **variables: str) -> bytes:
    """PostObject with callback parameters as fields; names are written with `_` for `:`."""
    fields = {"key": "upload/pic.png", "callback": callback}
    fields |= {name.replace("_", ":", 1): value for name, value in variables.items()}
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    parts.append('--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nPNG\r\n--b--\r\n')
    return request("POST", "/", body="".join(parts).encode(), Content_Type="multipart/form-data; boundary=b")


def complete(callback: str) -> bytes:
    """CompleteMultipartUpload with a callback."""
    body = b"<CompleteMultipartUpload></CompleteMultipartUpload>"
    return request("POST", "/upload%2Fpic.png?uploadId=0004B9", body=body, x_oss_callback=callback)


def failed(text: str = NOT_JSON, ec: str | None = "0007-00000205") -> bytes:
    """OSS's answer to an upload that is stored and whose callback failed."""
    return response(203, "Non-Authoritative Information", body=oss_error("CallbackFailed", text, ec=ec))


def refused(text: str, ec: str | None = None, **elements: str) -> bytes:
    """OSS's refusal of callback parameters."""
    return response(400, "Bad Request", body=oss_error("InvalidArgument", text, ec=ec, **elements))


def understood(sent: bytes, answer: bytes | None = None) -> Exchange:
    """An exchange with its operation, for stages behind them."""
    found = pair(sent, answer)
    operation = classify(found, Hints())
    facts = Facts(EarlyFacts().gather(found, operation))
    return Exchange(0, StreamId(0), found.request, found.response, (), (), operation, facts)


def client_leg(sent: bytes | None = None, answer: bytes | None = None) -> Capture:
    """An upload and its answer."""
    return exchange_capture((upload(parameter()) if sent is None else sent, failed() if answer is None else answer))


def called(target: str = "/oss/callback.php", body: bytes = SENT, **headers: str) -> bytes:
    """OSS's request to the application; a header given as empty is left out."""
    fields = {
        "Host": "app.example.com:8080",
        "Connection": "close",
        "Authorization": encoded(b"s" * 64),
        "Content-Length": str(len(body)),
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": "aliyun-oss-callback",
        "x-oss-bucket": "rokid",
        "x-oss-pub-key-url": KEY_URL,
        "x-oss-request-id": REQUEST_ID,
        "x-oss-tag": "CALLBACK",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    return message(f"POST {target} HTTP/1.1", {name: value for name, value in fields.items() if value}, body)


def reply(body: bytes = OK, status: int = 200, reason: str = "OK", *, length: bool = True, **headers: str) -> bytes:
    """The application's answer."""
    fields = {"Server": "nginx", "Content-Type": "application/json"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    if length:
        fields.setdefault("Content-Length", str(len(body)))
    kept = {name: value for name, value in fields.items() if value}
    return message(f"HTTP/1.1 {status} {reason}", kept, body)


def app_connection(capture: Capture) -> Tcp:
    """OSS's connection to the application."""
    tcp = capture.tcp(client="203.0.113.12", cport=33322 + len(capture.packets), server="198.51.100.80", sport=8080)
    tcp.handshake()
    return tcp


def add_app_leg(capture: Capture, answer: bytes | None = None, *, wait_s: float = 0, sent: bytes | None = None) -> Tcp:
    """Let OSS call the application; the application's side closes."""
    tcp = app_connection(capture)
    tcp.client(called() if sent is None else sent)
    capture.wait(wait_s)
    tcp.server(reply() if answer is None else answer)
    tcp.close(1)
    return tcp


def app_leg(answer: bytes | None = None, *, wait_s: float = 0, sent: bytes | None = None) -> Capture:
    """A callback and the application's answer."""
    capture = Capture()
    add_app_leg(capture, answer, wait_s=wait_s, sent=sent)
    return capture


def both_legs(answer: bytes, outcome: bytes, *, wait_s: float = 0) -> Capture:
    """An upload, the callback that OSS makes meanwhile, and what the client is told."""
    capture = Capture()
    client = capture.tcp()
    client.handshake()
    client.client(upload(parameter()))
    add_app_leg(capture, answer, wait_s=wait_s)
    client.server(outcome)
    client.close()
    return capture
