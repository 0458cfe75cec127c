"""How findings name things, so that every rule's sentences read alike.

Text from the wire is shortened here and nothing else: masking secrets and escaping belong to the reports.
"""

from osspcap.model.exchange import Exchange
from osspcap.model.message import Message

MAX_SUMMARY_CHARS = 160
"""Characters of one wire value inside a sentence: an object name of 1023 bytes would bury the rest."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 packet`, `3 packets`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def shortened(text: str, limit: int = MAX_SUMMARY_CHARS) -> str:
    """Cut a long text in its middle, where it is told apart least: start and end stay."""
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half]}...{text[-half:]}"


def request_name(exchange: Exchange) -> str:
    """Name the request as its user knows it: `GetObject of rokid/reports/a.txt`, else `GET to shop.example.com`."""
    operation = exchange.operation
    method = exchange.request.method if exchange.request is not None else ""
    if operation is None:
        host = _host(exchange.request)
        return f"{method or 'request'} to {shortened(host)}" if host else f"{method} request".strip()
    action = operation.name if operation.name != "unknown" else f"{method} request".strip()
    resource = "/".join(part for part in (operation.bucket, operation.object) if part)
    if not resource and operation.endpoint is not None:
        resource = operation.endpoint.host
    return f"{action} of {shortened(resource)}" if resource else action


def request_id_note(exchange: Exchange) -> str:
    """Return ` (request ID 5C27...)`, ready to append; empty if no request ID was seen."""
    operation = exchange.operation
    if operation is None:
        return ""
    seen = operation.request_id
    if seen is None and operation.error is not None:
        seen = operation.error.request_id
    return f" (request ID {shortened(seen.value, 60)})" if seen is not None else ""


def _host(request: Message | None) -> str:
    return request.fields().get("Host") if request is not None else ""
