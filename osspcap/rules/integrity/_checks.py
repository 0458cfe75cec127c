"""What the rules about checksums share: the checks of a capture, evidence, and where the capture was taken."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.model.integrity import Algorithm, BodyCheck, Integrity, Statement
from osspcap.model.message import Message
from osspcap.model.report import Dissection
from osspcap.oss.legs import Legs
from osspcap.oss.proxy import ProxyTrace
from osspcap.rules.base import evidence_at
from osspcap.rules.wording import counted, shortened

MAX_DIGEST_CHARS = 64


def checks_of(dissection: Dissection, *, of_request: bool) -> Iterator[tuple[BodyCheck, Exchange]]:
    """Yield the checks of request or response bodies, each with its exchange."""
    found = dissection.facts.get(Integrity)
    for check in () if found is None else found.checks:
        if check.of_request is of_request:
            yield check, dissection.exchanges[check.exchange]


def by_client(check: BodyCheck, *algorithms: Algorithm) -> Iterator[Statement]:
    """Yield what the client stated."""
    return (item for item in check.statements if item.by_client and item.algorithm in algorithms)


def by_server(check: BodyCheck) -> Iterator[Statement]:
    """Yield what OSS stated, the ETag left out: it need not be an MD5."""
    return (item for item in check.statements if not item.by_client and item.algorithm is not Algorithm.ETAG)


def came_through(exchange: Exchange, dissection: Dissection) -> bool:
    """Tell whether a request had passed a device before it was captured."""
    trace, legs = exchange.facts.get(ProxyTrace), dissection.facts.get(Legs)
    return (trace is not None and trace.came_through) or (legs is not None and legs.outer_of(exchange.id) is not None)


def devices_note(exchange: Exchange) -> str:
    """Name the devices that left marks; empty without any."""
    trace = exchange.facts.get(ProxyTrace)
    if trace is None:
        return ""
    names = [*trace.request_devices, *trace.response_devices, trace.request_product, trace.response_product]
    named = ", ".join(dict.fromkeys(shortened(name, 60) for name in names if name))
    return f" The exchange bears the marks of a device on the way{f' ({named})' if named else ''}."


def right_leg(check: BodyCheck, exchange: Exchange, dissection: Dissection, statement: Statement) -> Exchange | None:
    """Return the proxy's own exchange with OSS whose body is as OSS states it; None if that was not captured.

    A capture that was taken on a proxy holds each request twice. Where the client's side has another body than OSS
    states, and the other side has the stated one, the proxy itself changed it.
    """
    legs = dissection.facts.get(Legs)
    number = None if legs is None else legs.inner_of(exchange.id)
    if number is None or statement.algorithm is not Algorithm.CRC64:
        return None
    inner = dissection.exchanges[number]
    message = inner.request if check.of_request else inner.response
    crc = None if message is None else message.body.crc64
    return inner if crc is not None and str(crc) == statement.seen.value.strip() else None


def leg_note(inner: Exchange | None, what: str) -> str:
    """Say that the proxy on which the capture was taken changed the body; empty without its exchange."""
    first = None if inner is None else inner.request or inner.response
    return "" if first is None else f" The proxy on this host {what} (frame {first.frame}): it changed the body itself."


def body_evidence(exchange: Exchange, message: Message, statement: Statement, expected: str = "") -> Evidence:
    """Show what the captured body has."""
    body = message.body
    frame = message.frame if body.first_frame is None else body.first_frame
    observed = f"{statement.algorithm} {statement.captured} ({counted(body.captured, 'byte')})"
    return Evidence(frame, exchange.stream, exchange.id, f"{message.kind} body", observed, expected)


def stated_evidence(exchange: Exchange, statement: Statement) -> Evidence:
    """Show the statement, and what it would be for the captured body."""
    return evidence_at(exchange, statement.seen, statement.captured)


def place_of_body(message: Message) -> str:
    """Say where the body stands: `frames 4 to 9`."""
    first, last = message.body.first_frame, message.body.last_frame
    if first is None or last is None or first == last:
        return f"frame {message.frame if first is None else first}"
    return f"frames {first} to {last}"
