"""Reports from nothing, for tests of the reporters: messages come from bytes, the rest is said outright."""

import base64
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from osspcap.model.capture import CaptureInfo
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Finding, Severity, Undecided
from osspcap.model.message import Body, Framing, Message
from osspcap.model.operation import (
    Endpoint,
    ErrorDocument,
    Network,
    Operation,
    Role,
    Scheme,
    SignatureSummary,
)
from osspcap.model.report import Report
from osspcap.model.seen import Seen
from osspcap.model.stream import Address, Connection, ConnectionEnd, Direction, Handshake
from osspcap.units import FrameNumber, Nanoseconds, StreamId
from tests.build.http import BUCKET_HOST, REQUEST_ID
from tests.build.http import message as build_message
from tests.build.wire import START_NS

KEY_ID = "LTAI5tLabUserMain00001a"
SIGNATURE = "dGhpc0lzQVNpZ25hdHVyZTEyMzQ="
ENDPOINT = Endpoint(BUCKET_HOST, "cn-hangzhou", Network.PUBLIC, "public", "oss-cn-hangzhou.aliyuncs.com")


def at(ms: float) -> Nanoseconds:
    """A time in milliseconds after the capture's start."""
    return Nanoseconds(START_NS + round(ms * 1e6))


def seen(value: str, field: str = "response body <Code>", frame: int = 6) -> Seen[str]:
    """A fact."""
    return Seen(value, FrameNumber(frame), field, value.encode("utf-8", "surrogatepass"))


def message(raw: bytes, *, frame: int = 4, ms: float = 3.0, end_ms: float | None = None, **body: Any) -> Message:
    """A message from its bytes; the body is all behind the empty line unless said otherwise."""
    head, separator, content = raw.partition(b"\r\n\r\n")
    words = head.partition(b"\r\n")[0].decode("latin-1").split(" ", 2)
    is_request = not words[0].startswith("HTTP/")
    whole = Body(
        Framing.CONTENT_LENGTH if content else Framing.NONE,
        len(content),
        len(content),
        window=content,
        content=content,
    )
    return Message(
        is_request=is_request,
        frame=FrameNumber(frame),
        ts_ns=at(ms),
        head_end_ns=at(ms),
        end_frame=FrameNumber(frame),
        end_ns=at(ms if end_ms is None else end_ms),
        start_offset=0,
        peer_offset=0,
        raw_head=head + separator,
        head_frames=((0, frame),),
        version=words[2] if is_request else words[0],
        method=words[0] if is_request else "",
        target=words[1] if is_request else "",
        status=0 if is_request else int(words[1]),
        reason="" if is_request else words[2],
        body=replace(whole, **body),
    )


def error_document(code: str = "AccessDenied", text: str = "Denied.", **fields: str) -> ErrorDocument:
    """An error as OSS states it."""
    return ErrorDocument(
        code=seen(code),
        message=seen(text, "response body <Message>"),
        request_id=seen(REQUEST_ID, "response body <RequestId>"),
        host_id=seen(BUCKET_HOST, "response body <HostId>"),
        fields={name: seen(value, f"response body <{name}>") for name, value in fields.items()},
    )


def operation(name: str = "PutObject", key: str | None = "a.txt", **changes: Any) -> Operation:
    """A request to the bucket of the FAQ, signed with `KEY_ID`."""
    plain = Operation(
        role=Role.OSS,
        bucket="rokid",
        object=key,
        name=name,
        endpoint=ENDPOINT,
        request_id=seen(REQUEST_ID, "response header x-oss-request-id"),
        signature=SignatureSummary(Scheme.V1_HEADER, KEY_ID),
        server_time_ms=23,
        answered_by_oss=True,
    )
    return replace(plain, **changes)


def exchange(
    number: int, request: Message | None, response: Message | None, meaning: Operation | None, *, stream: int = 0
) -> Exchange:
    """An exchange of these parts."""
    return Exchange(number, StreamId(stream), request, response, (), (), meaning)


def connection(stream: int = 0, **changes: Any) -> Connection:
    """A connection that was seen from SYN to FIN."""
    plain = Connection(
        stream=StreamId(stream),
        sides=(Address("192.0.2.10", 50000 + stream), Address("203.0.113.10", 80)),
        directions=(Direction(packets=6, data_packets=1), Direction(packets=5, data_packets=1)),
        first_frame=FrameNumber(1),
        first_ns=at(0),
        last_frame=FrameNumber(11),
        last_ns=at(10),
        packets=11,
        handshake=Handshake(FrameNumber(1), at(0), 1, FrameNumber(2), at(0.5), FrameNumber(3), at(1)),
        end=ConnectionEnd.FIN_CLIENT,
        protocol="http/1.1",
    )
    return replace(plain, **changes)


def finding(summary: str, *evidence: Evidence, **changes: Any) -> Finding:
    """A finding of the signature family about exchange 0."""
    plain = Finding(
        rule="SIG101",
        name="wrong-access-key-secret",
        category="signature",
        severity=Severity.ERROR,
        confidence=Confidence.CONFIRMED,
        summary=summary,
        explanation="",
        fix=(),
        sources=("OSS FAQ",),
        evidence=evidence or (fact("status line", "HTTP/1.1 403 Forbidden"),),
        exchanges=(0,),
        streams=(StreamId(0),),
    )
    return replace(plain, **changes)


def fact(field: str, observed: str, expected: str = "", *, frame: int = 6) -> Evidence:
    """A piece of evidence on exchange 0."""
    return Evidence(FrameNumber(frame), StreamId(0), 0, field, observed, expected)


def report(
    *exchanges: Exchange,
    findings: tuple[Finding, ...] = (),
    undecided: tuple[Undecided, ...] = (),
    verdict: str = "Nothing wrong was found.",
    connections: tuple[Connection, ...] | None = None,
    **capture: Any,
) -> Report:
    """A report on a capture of 11 packets."""
    info = CaptureInfo("faild.pcap", "pcap", sha256="ab" * 32, link_types=["EN10MB"], snaplen=262144, packets=11)
    info.captured_bytes, info.first_packet_ns, info.last_packet_ns, info.tcp_packets = 1_812, at(0), at(10), 11
    for name, value in capture.items():
        setattr(info, name, value)
    return Report(
        capture=info,
        connections=(connection(),) if connections is None else connections,
        exchanges=exchanges,
        findings=findings,
        undecided=undecided,
        verdict=verdict,
        rules_checked=37,
    )


SECRETS = {
    "signature": SIGNATURE,
    "token": "CAISzwJ1q6Ft5B2yfSjIr5bWOtiFmopx2pOUbWH6rGl2RL4dqHtYcmlzIA==",
    "query signature": "cXVlcnkvU2lnbmF0dXJlKzEyMzQ=",
    "cookie": "session-4f1d7c",
    "set-cookie": "acwtc-93bd1e",
    "proxy password": "cHJveHk6aHVudGVyMg==",
    "callback password": "cb-passw0rd-774",
    "referer signature": "cmVmZXJlci1zaWduYXR1cmUtMTIz",
    "form policy": "eyJleHBpcmF0aW9uIjoiMjAyMCIsImNvbmRpdGlvbnMiOltdfQ==",
}
"""Every secret of `secretive_report`, by where it stands."""


def secretive_report() -> Report:
    """A failed upload with a secret in every place that can hold one, quoted again in its finding."""
    token, query, password = SECRETS["token"], SECRETS["query signature"], SECRETS["callback password"]
    callback = base64.b64encode(
        f'{{"callbackUrl":"http://app:{password}@app.example.com/cb","callbackBody":"token={password}"}}'.encode()
    ).decode()
    string = (
        f"PUT\n\n\n1546069354\nx-oss-security-token:{token}\n/rokid/a.txt?callback={callback}&security-token={token}"
    )
    target = f"/a.txt?OSSAccessKeyId={KEY_ID}&Signature={quote(query, safe='')}&security-token={quote(token, safe='')}"
    form = (
        f'--b\r\nContent-Disposition: form-data; name="policy"\r\n\r\n{SECRETS["form policy"]}\r\n'
        f'--b\r\nContent-Disposition: form-data; name="Signature"\r\n\r\n{SIGNATURE}\r\n--b--\r\n'
    )
    head = [
        ("Host", BUCKET_HOST),
        ("Authorization", f"OSS {KEY_ID}:{SIGNATURE}"),
        ("x-oss-security-token", token),
        ("Cookie", f"sid={SECRETS['cookie']}; theme=dark"),
        ("Proxy-Authorization", f"Basic {SECRETS['proxy password']}"),
        ("x-oss-callback", callback),
        ("Referer", f"https://console.example.com/?u=/b/k%3FSignature%3D{SECRETS['referer signature']}%26x%3D1"),
    ]
    error = f"<Error><StringToSign>{string}</StringToSign></Error>"
    request = message(build_message(f"PUT {target} HTTP/1.1", head, form.encode()), frame=4)
    answer = [
        ("x-oss-request-id", REQUEST_ID),
        ("Set-Cookie", f"acw_tc={SECRETS['set-cookie']};path=/;HttpOnly"),
        ("x-oss-err", base64.b64encode(error.encode()).decode()),
        ("Location", f"http://{BUCKET_HOST}/a.txt?Signature={quote(query, safe='')}"),
    ]
    response = message(build_message("HTTP/1.1 403 Forbidden", answer, error.encode()), frame=6, ms=5)
    document = error_document(
        "SignatureDoesNotMatch",
        f"The token {token} does not match",
        OSSAccessKeyId=KEY_ID,
        SignatureProvided=SIGNATURE,
        StringToSign=string,
        StringToSignBytes=string.encode().hex(" ").upper() + " ",
        Condition=f"policy {SECRETS['form policy']}",
    )
    found = finding(
        f"The signature {SIGNATURE} was refused",
        fact("request header Authorization", f"OSS {KEY_ID}:{SIGNATURE}", f"OSS {KEY_ID}:{query}"),
        fact("request target", target),
        fact("response body <StringToSignBytes>", string.encode().hex(" ").upper(), string.encode().hex()),
        fact("response header x-oss-err", base64.b64encode(error.encode()).decode()),
        fact("decoded callback", base64.b64decode(callback).decode()),
        fact("form field policy", SECRETS["form policy"]),
        fact("request header Cookie", f"sid={SECRETS['cookie']}", SECRETS["cookie"]),
        explanation=f"OSS compared {SIGNATURE} with {query}; the cookie was {SECRETS['cookie']}.",
        fix=(f"Do not send {token} twice.", f"Drop {quote(token, safe='')}."),
        cause=f"{SIGNATURE}",
    )
    return report(
        exchange(0, request, response, operation(error=document)),
        findings=(found,),
        undecided=(Undecided("SIG100", "signature-mismatch", f"no secret for {SIGNATURE} is known", (0,)),),
        verdict=f"The signature {SIGNATURE} with {token} was refused.",
    )


def forms_of(secret: str) -> set[str]:
    """The ways in which a secret can be written."""
    raw = secret.encode()
    return {
        secret,
        secret.rstrip("="),
        quote(secret, safe=""),
        raw.hex(),
        raw.hex().upper(),
        raw.hex(" "),
        raw.hex(" ").upper(),
        base64.b64encode(raw).decode().rstrip("="),
    }
