"""PRF003 slow-first-byte: the answer takes long to begin."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.latency import Latency, Limit, Phase
from osspcap.model.report import Dissection
from osspcap.model.slowness import Slowness
from osspcap.rules.base import CaptureRule, evidence_at
from osspcap.rules.performance._slow import line_evidence, slow_exchanges, vantage_note
from osspcap.rules.wording import request_id_note, request_name
from osspcap.units import NS_PER_S, format_duration

USUAL_NS = NS_PER_S
"""OSS answers ordinary requests within tens of milliseconds; a second is out of the ordinary."""
LONG_NS = 10 * NS_PER_S
"""For requests that make OSS work through data, and those that wait for an application."""
LONG_OPERATIONS = frozenset(
    {
        "CompleteMultipartUpload",
        "CopyObject",
        "UploadPartCopy",
        "DeleteMultipleObjects",
        "SelectObject",
        "CreateSelectObjectMeta",
        "RestoreObject",
        "ProcessObject",
        "AsyncProcessObject",
        "DoMetaQuery",
    }
)
"""Operations whose time grows with the data. Source: OSS documentation of each."""
MOST = 0.8
"""Share from which one side is named."""


class SlowFirstByte(CaptureRule):
    """The answer takes long to begin.

    ## What it finds
    Requests that were sent in full and whose answer begins a second or more later.

    ## Why it matters
    The time is lost either inside OSS or on the way, and `x-oss-server-time` tells which: it says how long OSS worked.

    ## How it decides
    From the last byte of the request to the first of the response, as captured; ten seconds for operations that work
    through data, call an application back or process images. If OSS's own figure covers most of it, OSS was slow; if
    it covers little, the network or a device on the way was. Without the header it is left open.

    ## False alarms
    A request for which so much time is fair: large listings, cold storage classes.
    """

    code = "PRF003"
    name = "slow-first-byte"
    severity = Severity.WARNING
    on_facts = (Slowness,)
    fix = ("Find out on which side the time was lost; each has its own remedy.",)
    sources = ("OSS API reference, common response headers: x-oss-server-time", "RFC 9110 section 6")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each answer that began late."""
        for latency, exchange in slow_exchanges(dissection):
            waiting = latency.waiting
            if waiting is None or waiting.is_open or waiting.duration_ns < _threshold(exchange):
                continue
            where, confidence = _where(latency, waiting)
            yield self.finding(
                f"the answer to {request_name(exchange)} begins {format_duration(waiting.duration_ns)} after the "
                f"request: {_split(latency, waiting)}{request_id_note(exchange)}",
                *_evidence(exchange, waiting),
                exchanges=(exchange,),
                confidence=confidence,
                explanation=f"{_EXPLANATIONS[where]} {vantage_note(latency)}".strip(),
                fix=_FIXES[where],
                cause=where,
            )


_EXPLANATIONS = {
    "server": "OSS itself states that it worked for most of this time (x-oss-server-time); the network is not slow.",
    "network": (
        "OSS states a much shorter time (x-oss-server-time), so the request or the answer was held up on the way: by "
        "a proxy, by losses, or by a long way."
    ),
    "loss": "Segments were lost while the answer was waited for, and TCP was silent until it sent them again.",
    "both": "OSS states a part of this time as its own (x-oss-server-time); the rest was lost on the way.",
    "open": "The answer does not state x-oss-server-time, so OSS's share and that of the network cannot be told apart.",
}
_FIXES = {
    "server": (
        "Repeat the request: if the time stays long, open a ticket with request ID, time and endpoint.",
        "Look at what makes this request heavy: a callback, image processing, a listing over many names.",
        "Set the client's read timeout above the time that such a request takes.",
    ),
    "network": (
        "Look for a proxy, gateway or virus scanner between client and OSS that holds requests back.",
        "Capture at the client and behind that device at the same time, then run `osspcap compare`.",
    ),
    "loss": ("Find where segments are lost: `mtr -T -P <port> <server>` from the client.",),
    "both": (
        "Repeat the request and compare x-oss-server-time with the time that the client measures.",
        "If OSS's share stays long, open a ticket with the request ID; else look for devices on the way.",
    ),
    "open": (
        "Repeat the request without a proxy: an answer of OSS itself states x-oss-server-time.",
        "Capture behind the proxy as well, then run `osspcap compare`.",
    ),
}


def _threshold(exchange: Exchange) -> int:
    operation, request = exchange.operation, exchange.request
    if operation is not None and operation.name in LONG_OPERATIONS:
        return LONG_NS
    if request is not None and ("x-oss-process" in request.target or "callback" in request.target):
        return LONG_NS
    head = b"" if request is None else request.raw_head.lower()
    return LONG_NS if b"\nx-oss-callback:" in head or b"\nx-oss-copy-source:" in head else USUAL_NS


def _where(latency: Latency, waiting: Phase) -> tuple[str, Confidence]:
    whole = waiting.duration_ns
    if waiting.spent_on(Limit.LOSS) >= whole * MOST:
        return "loss", Confidence.CONFIRMED
    if latency.server_ns is None:
        return "open", Confidence.CONFIRMED
    if latency.server_ns >= whole * MOST:
        return "server", Confidence.CONFIRMED
    return ("network" if latency.server_ns <= whole * (1 - MOST) else "both"), Confidence.LIKELY


def _split(latency: Latency, waiting: Phase) -> str:
    if latency.server_ns is None or latency.network_ns is None:
        return "without x-oss-server-time it stays open where the time was lost"
    lost = waiting.spent_on(Limit.LOSS)
    again = f", {format_duration(lost)} of it until something was sent again" if lost else ""
    return (
        f"OSS worked {format_duration(latency.server_ns)} (x-oss-server-time), the network took "
        f"{format_duration(latency.network_ns)}{again}"
    )


def _evidence(exchange: Exchange, waiting: Phase) -> Iterator[Evidence]:
    yield from line_evidence(exchange)
    response, request = exchange.response, exchange.request
    if response is None or request is None:
        return
    line = response.fields().first("x-oss-server-time")
    if line is not None:
        yield evidence_at(exchange, response.seen(line), "milliseconds that OSS worked")
    yield Evidence(
        response.frame,
        exchange.stream,
        exchange.id,
        "first byte of the response",
        f"{format_duration(waiting.duration_ns)} after the last byte of the request (frame {request.end_frame})",
        f"within {format_duration(_threshold(exchange))}",
    )
