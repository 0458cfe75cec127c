"""What the rules about cross-origin requests share: their facts, evidence, and the names of things."""

from collections.abc import Iterator

from osspcap.model.cors import CrossOrigin, CrossOriginTraffic
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.model.report import Dissection
from osspcap.rules.base import evidence_at
from osspcap.rules.wording import shortened

NO_TRAFFIC = CrossOriginTraffic()


def traffic_of(dissection: Dissection) -> CrossOriginTraffic:
    """Return the cross-origin requests of a capture; empty if there are none."""
    return dissection.facts.get(CrossOriginTraffic) or NO_TRAFFIC


def asked_evidence(exchange: Exchange, item: CrossOrigin) -> Iterator[Evidence]:
    """Yield what was asked: request line, origin, and for a preflight method and headers."""
    if exchange.request is not None:
        yield evidence_at(exchange, exchange.request.seen_start_line())
    for seen in (item.origin, item.asked_method, item.asked_headers):
        if seen is not None:
            yield evidence_at(exchange, seen)


def absence(exchange: Exchange, name: str, expected: str) -> Iterator[Evidence]:
    """Yield evidence that an answer lacks a field, at the answer's first packet."""
    response = exchange.response
    if response is not None:
        yield Evidence(
            response.frame, exchange.stream, exchange.id, f"response header {name}", "(not in the answer)", expected
        )


def place_of(exchange: Exchange, item: CrossOrigin) -> str:
    """Name whose rules apply: the bucket, else the host."""
    operation = exchange.operation
    if operation is not None and operation.bucket is not None:
        return f"bucket {shortened(operation.bucket)}"
    return shortened(item.host) or "the host"


def origin_of(item: CrossOrigin) -> str:
    """Return the origin for a sentence."""
    return shortened(item.origin.value) or "(empty)"


def method_of(item: CrossOrigin) -> str:
    """Return the method that the page wants to use."""
    return shortened(item.method if item.asked_method is None else item.asked_method.value, 40)


def header_names(text: str | None) -> tuple[str, ...]:
    """Return the names of a comma-separated list, lower case, in order, each once."""
    names = (name.strip().lower() for name in (text or "").split(","))
    return tuple(dict.fromkeys(name for name in names if name))
