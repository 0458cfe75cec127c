"""What the rules about clocks share: evidence of a reading, and the sentences about an offset."""

from collections.abc import Iterator

from osspcap.model.clock import ClientClock, ClockReading, Clocks, Refusal
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Finding, Severity
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.wording import counted, request_id_note, request_name, shortened
from osspcap.units import NS_PER_S, format_duration

WARN_NS = 300 * NS_PER_S
"""A third of the 15 minutes that OSS allows: from here on a drifting clock deserves a warning."""
SAME_NS = 60 * NS_PER_S
"""Clocks within a minute of each other agree."""
MAX_SHOWN = 10
"""Readings whose evidence a finding shows; the others are counted."""


def clocks_of(dissection: Dissection) -> Clocks:
    """Return what is known of the clocks; empty if no exchange told."""
    return dissection.facts.get(Clocks) or Clocks()


def severity_of(clock: ClientClock) -> Severity:
    """Return how much a client's offset matters."""
    match clock.refusal:
        case Refusal.SKEWED:
            return Severity.ERROR
        case Refusal.CORRECTED:
            return Severity.WARNING
        case Refusal.NONE:
            return Severity.WARNING if abs(clock.offset_ns) >= WARN_NS else Severity.INFO


def seconds(offset_ns: int) -> str:
    """Return the size of an offset: `1200 s (20 min 0 s)`, `69 s`."""
    size_ns = abs(offset_ns)
    whole = f"{round(size_ns / NS_PER_S)} s"
    return f"{whole} ({format_duration(size_ns)})" if size_ns >= 120 * NS_PER_S else whole


def signed_seconds(offset_ns: int) -> str:
    """Return an offset with its sign: `-1200 s`."""
    return f"{round(offset_ns / NS_PER_S):+d} s"


def reading_evidence(dissection: Dissection, reading: ClockReading) -> Iterator[Evidence]:
    """Yield both times of a reading as they stand on the wire, then the answer."""
    exchange = dissection.exchanges[reading.exchange]
    limit = f"within 900 s of {reading.server.value}; it is {signed_seconds(reading.offset_ns)} off"
    yield evidence_at(exchange, reading.signed, limit)
    if reading.requested is not None and reading.requested is not reading.signed:
        yield evidence_at(exchange, reading.requested)
    yield evidence_at(exchange, reading.server)
    yield from answer_evidence(exchange)
    if reading.corrected_by is not None:
        repeated = dissection.exchanges[reading.corrected_by]
        if repeated.response is not None:
            yield evidence_at(repeated, repeated.response.seen_start_line())


def outcome(dissection: Dissection, clock: ClientClock) -> str:
    """Say what came of an offset, to follow a colon."""
    exchange = dissection.exchanges[clock.readings[0].exchange]
    note = request_id_note(exchange)
    who = f"{request_name(exchange)} with {exchange.status}{_code_of(exchange)}{note}"
    match clock.refusal:
        case Refusal.SKEWED:
            return f"OSS refuses {who}"
        case Refusal.CORRECTED:
            return f"OSS refused {who}, and the client repeated the request at once with the right time"
        case Refusal.NONE:
            return f"OSS allows 900 s, {request_name(exchange)} is answered with {exchange.status}{note}"


def _code_of(exchange: Exchange) -> str:
    error = None if exchange.operation is None else exchange.operation.error
    return "" if error is None else f" {shortened(error.code.value, 60)}"


def is_replayed(clock: ClientClock) -> bool:
    """Tell whether one signed time was sent again and again while the server's clock went on."""
    first = clock.readings[0]
    return any(
        reading.signed.value == first.signed.value and abs(reading.offset_ns - first.offset_ns) >= SAME_NS
        for reading in clock.readings[1:]
    )


def is_steady(clock: ClientClock) -> bool:
    """Tell whether several different times were signed and all are off by the same."""
    texts = {reading.signed.value for reading in clock.readings}
    return len(texts) > 1 and clock.most_ns - clock.least_ns < SAME_NS


def capture_clock_note(clocks: Clocks, offset_ns: int) -> str:
    """Say what the capture's own time stamps add, as a sentence; empty if there is nothing to hold them against."""
    if clocks.capture is None:
        return ""
    own_ns = clocks.capture.offset_ns
    if abs(own_ns) < SAME_NS:
        return (
            "The time stamps of the capture agree with the server, so the capturing host's clock is right; if that is "
            "the client's own host, the program does not sign with the system's time, or signed long before it sent."
        )
    if abs(own_ns - offset_ns) < SAME_NS:
        return (
            "The time stamps of the capture are off by the same amount, so it was taken on the client's host, and the "
            "clock of that host is what is wrong."
        )
    return f"The time stamps of the capture are off the server's time by {signed_seconds(own_ns)}, another clock again."


def clock_findings(rule: CaptureRule, dissection: Dissection, *, is_behind: bool) -> Iterator[Finding]:
    """Yield a finding for each client whose clock is off to one side, time zones left to their own rule."""
    clocks = clocks_of(dissection)
    for clock in clocks.clients:
        if clock.zone_minutes is None and (clock.offset_ns < 0) is is_behind:
            side = "behind" if is_behind else "ahead of"
            yield _finding(rule, dissection, clocks, clock, f"the client's clock is {seconds(clock.offset_ns)} {side}")


def _finding(rule: CaptureRule, dissection: Dissection, clocks: Clocks, clock: ClientClock, lead: str) -> Finding:
    first = clock.readings[0]
    told = (
        f"The signed time {first.signed.value} differs from the server's {first.server.value} "
        f"by {signed_seconds(clock.offset_ns)}; OSS refuses what lies more than 900 s off its own clock."
    )
    explanation = [told]
    if len(clock.exchanges) > 1:
        least, most = signed_seconds(clock.least_ns), signed_seconds(clock.most_ns)
        spread = least if least == most else f"from {least} to {most}"
        explanation.append(f"It is so in {counted(len(clock.exchanges), 'exchange')} ({spread}).")
    replayed = is_replayed(clock)
    if replayed:
        explanation.append("The same signed time is sent again and again: the request is not signed anew for a retry.")
    explanation.append(capture_clock_note(clocks, clock.offset_ns))
    return rule.finding(
        f"{lead} the server's: {outcome(dissection, clock)}",
        *(item for reading in clock.readings[:MAX_SHOWN] for item in reading_evidence(dissection, reading)),
        explanation=" ".join(part for part in explanation if part),
        exchanges=[dissection.exchanges[number] for number in clock.exchanges],
        severity=severity_of(clock),
        confidence=Confidence.CONFIRMED if _is_certain(clocks, clock, replayed=replayed) else Confidence.LIKELY,
        cause=f"{clock.refusal} {clock.client} {abs(clock.offset_ns) >= WARN_NS}",
        occurrences=len(clock.exchanges),
    )


def _is_certain(clocks: Clocks, clock: ClientClock, *, replayed: bool) -> bool:
    """Tell whether only the clock can be the reason: a request cannot be signed in the future or wait backwards."""
    if replayed:
        return False
    own_ns = None if clocks.capture is None else clocks.capture.offset_ns
    same_host = own_ns is not None and abs(own_ns) >= SAME_NS and abs(own_ns - clock.offset_ns) < SAME_NS
    is_stated = clock.refusal is Refusal.NONE or clock.readings[0].is_stated
    return is_stated and (clock.offset_ns > 0 or same_host or is_steady(clock))


def explains_refusal(finding: Finding) -> bool:
    """Tell whether a finding says why OSS refused: errors do, and of the warnings those about corrected refusals."""
    return finding.severity is Severity.ERROR or finding.cause.startswith(Refusal.CORRECTED)
