"""The operation of a healthy exchange in the shape that clients and OSS repeat all day: one read of two heads.

In: a message pair. Out: the operation, or None where anything wants the closer look of `osspcap.oss.operation`, which
reads the same exchange the same way; a test holds the two against each other. Usual is a success answered by OSS (it
bears a request ID) to GET, HEAD, PUT or DELETE of an object at an OSS endpoint, unsigned or signed in the header.

Cost: a third of the closer look. What follows from names, hosts, key IDs and User-Agents is remembered, within bounds.
"""

import re
from functools import lru_cache
from typing import NamedTuple, TypeVar

from osspcap.model.exchange import MessagePair
from osspcap.model.headshape import MAX_SHAPES, HeadShape
from osspcap.model.operation import Operation, Role, SignatureSummary
from osspcap.model.seen import Seen
from osspcap.oss.address import HostParts, parse_host
from osspcap.oss.authentication import summarize_header
from osspcap.oss.head import decode_value
from osspcap.oss.operation_table import DEFAULTS
from osspcap.oss.sdk import sdk_label
from osspcap.oss.target import percent_decode
from osspcap.units import FrameNumber

MAX_SERVER_TIME_DIGITS = 15
"""Digits of x-oss-server-time (milliseconds) that are taken for a number."""
MAX_LINES = 1_024
"""Header lines, or beginnings of them, whose meaning is remembered."""
MAX_LINE_BYTES = 512
"""Longer lines are not remembered."""

T = TypeVar("T")

_NAMES = {method: DEFAULTS["object", method] for method in ("GET", "HEAD", "PUT", "DELETE")}
_starts_v1 = re.compile(rb"[A-Za-z]+: OSS [A-Za-z0-9.]{1,64}").fullmatch
_starts_v4 = re.compile(rb"[A-Za-z]+: OSS4-HMAC-SHA256 Credential=[A-Za-z0-9.]{1,64}").fullmatch
_ends_v4 = re.compile(
    rb"[0-9]{8}/[a-z0-9-]{1,40}/oss/aliyun_v4_request, ?"
    rb"(?:AdditionalHeaders=[a-z0-9;-]{1,400}, ?)?Signature=[0-9a-f]{64}"
).fullmatch


class _Asked(NamedTuple):
    """Where a request of one shape says what; 0 for nowhere."""

    host: int
    authorization: int
    agent: int


class _Answered(NamedTuple):
    """Where an answer of one shape says what; 0 for nowhere."""

    request_id: int
    request_id_start: int
    request_id_field: str
    """What evidence calls it."""
    server_time: int
    server_time_start: int


def usual_operation(pair: MessagePair) -> Operation | None:
    """Return what a usual exchange means to OSS; None if it is not usual, whatever it is."""
    request, response = pair.request, pair.response
    if request is None or response is None or request.shape is None or response.shape is None:
        return None
    asked, answered = _asked(request.shape), _answered(response.shape)
    name, target = _NAMES.get(request.method), request.target
    if asked is None or answered is None or name is None or response.status >= 300 or response.status == 203:
        return None
    if target[:1] != "/" or len(target) == 1 or "?" in target or "#" in target or len(response.head_frames) != 1:
        return None
    said = request.raw_head.split(b"\r\n")
    parts = _host(said[asked.host])
    replied = response.raw_head.split(b"\r\n")
    request_id = replied[answered.request_id][answered.request_id_start :].strip()
    if parts is None or parts.bucket is None or not request_id:
        return None
    server_time = None
    if answered.server_time:
        digits = replied[answered.server_time][answered.server_time_start :].strip()
        if digits.isdigit() and len(digits) <= MAX_SERVER_TIME_DIGITS:
            server_time = int(digits)
    return Operation(
        Role.OSS,
        parts.bucket,
        percent_decode(target[1:]),
        name,
        parts.endpoint,
        parts.addressing,
        Seen(decode_value(request_id), FrameNumber(response.head_frames[0][1]), answered.request_id_field, request_id),
        _signature(said[asked.authorization]) if asked.authorization else None,
        None,  # error
        server_time,
        None,  # ec
        True,  # answered_by_oss
        "Host",
        _sdk(said[asked.agent]) if asked.agent else None,
        request.frame,
    )


@lru_cache(MAX_SHAPES)
def _asked(shape: HeadShape) -> _Asked | None:
    lines = shape.lines
    if b"host" not in lines or b"x-oss-copy-source" in lines or b"x-oss-user-agent" in lines:
        return None
    return _Asked(lines[b"host"], lines.get(b"authorization", 0), lines.get(b"user-agent", 0))


@lru_cache(MAX_SHAPES)
def _answered(shape: HeadShape) -> _Answered | None:
    lines = shape.lines
    number = lines.get(b"x-oss-request-id", 0)
    if not number or b"x-oss-ec" in lines:
        return None
    raw_name = shape.raw_names[number - 1]
    field = f"response header {raw_name.decode('latin-1')}"
    return _Answered(number, len(raw_name) + 1, field, lines.get(b"x-oss-server-time", 0), len(b"x-oss-server-time:"))


_hosts: dict[bytes, HostParts | None] = {}
_sdks: dict[bytes, str | None] = {}
_v1_signers: dict[bytes, SignatureSummary | None] = {}
_v4_signers: dict[bytes, SignatureSummary | None] = {}


def _host(line: bytes) -> HostParts | None:
    """Return what a Host line says; None if it names no endpoint of OSS."""
    try:
        return _hosts[line]
    except KeyError:
        pass
    parts = parse_host(decode_value(line.partition(b":")[2]))
    if len(line) <= MAX_LINE_BYTES:
        _remember(_hosts, line, parts)
    return parts


def _sdk(line: bytes) -> str | None:
    """Return the product token that a User-Agent line states, if it is one of OSS's clients."""
    try:
        return _sdks[line]
    except KeyError:
        pass
    label = sdk_label(line.partition(b":")[2])
    if len(line) <= MAX_LINE_BYTES:
        _remember(_sdks, line, label)
    return label


def _signature(line: bytes) -> SignatureSummary | None:
    """Return scheme and key ID that an Authorization line states; None if it is empty.

    In front of a whole signature only the beginning decides, and one key signs most requests.
    """
    signers = _v1_signers
    start, _, rest = line.rpartition(b":")
    known = signers.get(start)
    if known is None:
        before, _, behind = line.partition(b"/")
        if _ends_v4(behind) is not None:
            signers, start, rest = _v4_signers, before, behind
            known = signers.get(start)
    is_whole = rest.isascii() and bool(rest.strip())
    if known is not None and is_whole:
        return known
    summary = summarize_header(decode_value(line.partition(b":")[2]))
    if is_whole and (_starts_v1 if signers is _v1_signers else _starts_v4)(start) is not None:
        _remember(signers, start, summary)
    return summary


def _remember(known: dict[bytes, T], line: bytes, meaning: T) -> None:
    if len(known) >= MAX_LINES:
        known.clear()
    known[line] = meaning
