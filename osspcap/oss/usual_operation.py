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
from osspcap.model.headform import HeadForm
from osspcap.model.headshape import MAX_SHAPES, HeadShape
from osspcap.model.message import Message
from osspcap.model.operation import Network, Operation, Role, SignatureSummary
from osspcap.model.seen import Seen
from osspcap.model.usual import MAX_SERVER_TIME_DIGITS, USUAL_STATUS_END, UsualKind, UsualMeaning, UsualPair
from osspcap.oss.address import HostParts, parse_host
from osspcap.oss.authentication import summarize_header
from osspcap.oss.head import decode_value
from osspcap.oss.operation_table import DEFAULTS
from osspcap.oss.sdk import sdk_label
from osspcap.oss.target import percent_decode
from osspcap.units import FrameNumber

MAX_LINES = 1_024
"""Header lines, or beginnings of them, whose meaning is remembered."""
MAX_LINE_BYTES = 512
"""Longer lines are not remembered."""

LEARNT_NETWORKS = frozenset({Network.CNAME, Network.UNKNOWN})
"""Of endpoints whose bucket is learnt from answers: what such an exchange means may change with those behind it."""

T = TypeVar("T")

_NAMES = {method: DEFAULTS["object", method] for method in ("GET", "HEAD", "PUT", "DELETE")}
_is_object_path = re.compile(rb"/[^?#]+").fullmatch
_starts_v1 = re.compile(rb"[A-Za-z]+: OSS [A-Za-z0-9.]{1,64}").fullmatch
_starts_v4 = re.compile(rb"[A-Za-z]+: OSS4-HMAC-SHA256 Credential=[A-Za-z0-9.]{1,64}").fullmatch
_is_v4 = re.compile(rb"[0-9a-f]{64}").fullmatch
_ends_v4 = re.compile(
    rb"[0-9]{8}/[a-z0-9-]{1,40}/oss/aliyun_v4_request, ?"
    rb"(?:AdditionalHeaders=[a-z0-9;-]{1,400}, ?)?Signature=[0-9a-f]{64}"
).fullmatch


class _Asked(NamedTuple):
    """What a request says beside its target."""

    parts: HostParts
    sdk: str | None
    signature: SignatureSummary | None
    signed: int = -1
    """Index of the signature among the values of its form."""
    has_v4: bool = False
    """True if that must be one of version 4 for all this to hold."""


class _Answered(NamedTuple):
    """What an answer says: as it is, or where it stands among the values of its form."""

    request_id_field: str
    """What evidence calls it."""
    id_variable: int = -1
    time_variable: int = -1
    request_id: bytes = b""
    server_time: int | None = None


def usual_operation(pair: MessagePair) -> Operation | None:
    """Return what a usual exchange means to OSS; None if it is not usual, whatever it is."""
    request, response = pair.request, pair.response
    if request is None or response is None or request.shape is None or response.shape is None:
        return None
    name, target = _NAMES.get(request.method), request.target
    if name is None or response.status >= USUAL_STATUS_END or response.status == 203:
        return None
    if target[:1] != "/" or len(target) == 1 or "?" in target or "#" in target or len(response.head_frames) != 1:
        return None
    asked = None if request.form is None else _asked_in_form(request.form)
    if asked is None or (asked.has_v4 and _is_v4(request.values[asked.signed]) is None):
        asked = _asked_by_lines(request)
    answered = None if response.form is None else _answered_in_form(response.form)
    if answered is None:
        answered = _answered_by_lines(response)
    if asked is None or answered is None:
        return None
    parts = asked.parts
    values = response.values
    request_id = answered.request_id if answered.id_variable < 0 else values[answered.id_variable]
    server_time = answered.server_time
    if answered.time_variable >= 0:
        digits = values[answered.time_variable]
        server_time = int(digits) if digits.isdigit() and len(digits) <= MAX_SERVER_TIME_DIGITS else None
    return Operation(
        Role.OSS,
        parts.bucket,
        percent_decode(target[1:]),
        name,
        parts.endpoint,
        parts.addressing,
        Seen(decode_value(request_id), FrameNumber(response.head_frames[0][1]), answered.request_id_field, request_id),
        asked.signature,
        None,  # error
        server_time,
        None,  # ec
        True,  # answered_by_oss
        "Host",
        asked.sdk,
        request.frame,
    )


def usual_meaning(pair: UsualPair) -> UsualMeaning | None:
    """Return what a usual pair means to OSS, as `usual_operation` reads it; None if it takes a closer look."""
    meaning = _meaning_of_kind(pair.kind)
    if meaning is None or _is_object_path(pair.target) is None:
        return None
    if meaning.has_v4 and _is_v4(pair.asked[meaning.signed]) is None:
        return None
    return meaning


@lru_cache(MAX_SHAPES)
def _meaning_of_kind(kind: UsualKind) -> UsualMeaning | None:
    """Read what all exchanges of a kind have in common; None if that does not tell."""
    name = _NAMES.get(kind.method)
    asked, answered = _asked_in_form(kind.asked), _answered_in_form(kind.answered)
    if name is None or asked is None or answered is None or kind.status >= USUAL_STATUS_END or kind.status == 203:
        return None
    parts = asked.parts
    if answered.id_variable < 0 or parts.endpoint.network in LEARNT_NETWORKS:
        return None
    return UsualMeaning(
        name,
        parts.bucket,
        parts.endpoint,
        parts.addressing,
        asked.signature,
        asked.signed,
        asked.has_v4,
        asked.sdk,
        answered.request_id_field,
        answered.id_variable,
        answered.time_variable,
        percent_decode,
    )


def _asked_by_lines(request: Message) -> _Asked | None:
    """Read a head that has a shape only."""
    places = None if request.shape is None else _places_asked(request.shape)
    if places is None:
        return None
    host, authorization, agent = places
    said = request.raw_head.split(b"\r\n")
    parts = _host(said[host])
    if parts is None or parts.bucket is None:
        return None
    signature = _signature(said[authorization]) if authorization else None
    return _Asked(parts, _sdk(said[agent]) if agent else None, signature)


def _answered_by_lines(response: Message) -> _Answered | None:
    places = None if response.shape is None else _places_answered(response.shape)
    if response.shape is None or places is None:
        return None
    number, field, time_number = places
    replied = response.raw_head.split(b"\r\n")
    request_id = response.shape.value(replied[number], number).strip()
    if not request_id:
        return None
    server_time = None
    if time_number:
        digits = response.shape.value(replied[time_number], time_number).strip()
        if digits.isdigit() and len(digits) <= MAX_SERVER_TIME_DIGITS:
            server_time = int(digits)
    return _Answered(field, request_id=request_id, server_time=server_time)


@lru_cache(MAX_SHAPES)
def _asked_in_form(form: HeadForm) -> _Asked | None:
    """Read the constant part of requests of one form; None if it takes their lines."""
    places = _places_asked(form.shape)
    if places is None:
        return None
    host, signed, agent = (form.lines[number - 1] if number else None for number in places)
    if host is None or host.variable >= 0 or (agent is not None and agent.variable >= 0):
        return None
    parts = _host(host.name + b":" + host.start)
    if parts is None or parts.bucket is None:
        return None
    sdk = None if agent is None else _sdk(agent.name + b":" + agent.start)
    if signed is None or signed.variable < 0:
        return _Asked(parts, sdk, None if signed is None else _signature(signed.name + b":" + signed.start))
    start = signed.name + b":" + signed.start
    if start.endswith(b":") and _starts_v1(start[:-1]) is not None:
        return _Asked(parts, sdk, _signature(start + b"0" * 28), signed.variable)
    before, _, behind = start.partition(b"/")
    if _starts_v4(before) is not None and _ends_v4(behind + b"0" * 64) is not None:
        return _Asked(parts, sdk, _signature(start + b"0" * 64), signed.variable, has_v4=True)
    return None


@lru_cache(MAX_SHAPES)
def _answered_in_form(form: HeadForm) -> _Answered | None:
    """Read the constant part of answers of one form; None if it takes their lines."""
    places = _places_answered(form.shape)
    if places is None:
        return None
    number, field, time_number = places
    request_id = form.lines[number - 1]
    if request_id.variable < 0 or request_id.start.strip() or request_id.end:
        return None
    if not time_number:
        return _Answered(field, request_id.variable)
    took = form.lines[time_number - 1]
    return None if took.variable < 0 or took.start.strip() else _Answered(field, request_id.variable, took.variable)


@lru_cache(MAX_SHAPES)
def _places_asked(shape: HeadShape) -> tuple[int, int, int] | None:
    """Return the lines of Host, Authorization and User-Agent, 0 for none; None if the shape is not usual."""
    lines = shape.lines
    if b"host" not in lines or b"x-oss-copy-source" in lines or b"x-oss-user-agent" in lines:
        return None
    return lines[b"host"], lines.get(b"authorization", 0), lines.get(b"user-agent", 0)


@lru_cache(MAX_SHAPES)
def _places_answered(shape: HeadShape) -> tuple[int, str, int] | None:
    """Return the line of the request ID, what evidence calls it, and the line of x-oss-server-time."""
    lines = shape.lines
    number = lines.get(b"x-oss-request-id", 0)
    if not number or b"x-oss-ec" in lines:
        return None
    field = f"response header {shape.raw_names[number - 1].decode('latin-1')}"
    return number, field, lines.get(b"x-oss-server-time", 0)


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
