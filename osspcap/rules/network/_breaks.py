"""What the rules on broken exchanges share: which concern them, and the evidence of how they ended."""

from collections.abc import Iterator

from osspcap.model.breaks import Break, BreakKind, Breaks, Closing
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.model.report import Dissection
from osspcap.oss.sdk import SdkUse, identify_sdk
from osspcap.rules.wording import counted
from osspcap.units import format_bytes, format_duration


def broken(dissection: Dissection, *kinds: BreakKind) -> Iterator[tuple[Break, Exchange]]:
    """Yield the exchanges that broke off in the given ways."""
    breaks = dissection.facts.get(Breaks)
    for item in () if breaks is None else breaks.breaks:
        if item.kind in kinds and item.exchange is not None:
            yield item, dissection.exchanges[item.exchange]


def ender(item: Break, dissection: Dissection) -> str:
    """Name who ended the connection: `the server 203.0.113.10:80`."""
    connection = dissection.connections[item.stream]
    return f"the client {connection.client}" if item.by_client else f"the server {connection.server}"


def request_evidence(exchange: Exchange) -> Iterator[Evidence]:
    """Yield the request line."""
    if exchange.request is not None:
        line = exchange.request.seen_start_line()
        yield Evidence.of(line, stream=exchange.stream, exchange=exchange.id)


def answer_evidence_of(exchange: Exchange) -> Iterator[Evidence]:
    """Yield the status line, and the request ID, of a response that broke off."""
    if exchange.response is not None:
        line = exchange.response.seen_start_line()
        yield Evidence.of(line, stream=exchange.stream, exchange=exchange.id)
    operation = exchange.operation
    if operation is not None and operation.request_id is not None:
        yield Evidence.of(operation.request_id, stream=exchange.stream, exchange=exchange.id)


def end_evidence(item: Break, expected: str) -> Evidence:
    """Return the packet that ended the connection, with what had passed by then."""
    if item.closing is Closing.NONE:
        return Evidence(item.frame, item.stream, item.exchange, "last packet of the connection", "no answer", expected)
    side = "client" if item.by_client else "server"
    after = f"{format_duration(item.silent_ns)} after the last byte"
    return Evidence(
        item.frame, item.stream, item.exchange, "tcp flags", f"{item.closing} from the {side}, {after}", expected
    )


def progress(captured: int, announced: int | None) -> str:
    """Say how much of a body had passed: `98,304 of 400,000 bytes (24.6%)`."""
    if announced is None:
        return f"{counted(captured, 'byte')} of a length that was not announced"
    share = f" ({captured / announced:.1%})" if announced else ""
    return f"{captured:,} of {counted(announced, 'byte')}{share}"


def size(count: int) -> str:
    """Return a size as people read it."""
    return format_bytes(count)


def sdk_of(exchange: Exchange) -> SdkUse | None:
    """Return the SDK that sent a request; None if its User-Agent is no SDK's."""
    if exchange.request is None:
        return None
    fields = exchange.request.fields()
    return identify_sdk(fields.get("User-Agent"), fields.get("x-oss-user-agent"))
