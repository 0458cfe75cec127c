"""Reports from nothing, for tests of the reporters: messages come from bytes, the rest is said outright."""

from dataclasses import replace
from typing import Any

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
