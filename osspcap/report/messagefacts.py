"""Headers and bodies of one exchange as data for a page: masked, bounded, binary as a hex dump.

Reports are made to be passed on, objects are not: a body is shown only if it is known to be none. Error documents,
callbacks, answers of the token service and the XML of OSS's own operations are shown; of a form, all but the file.
"""

import re
from collections.abc import Iterator
from typing import Any

from osspcap.model.exchange import Exchange
from osspcap.model.message import Message
from osspcap.model.operation import Network, Role
from osspcap.report.bodytext import body_blocks, hex_dump
from osspcap.report.masking import Secrets
from osspcap.report.view import ReportView
from osspcap.units import format_bytes, format_time

MAX_HEADERS = 200
"""Header lines of one message."""
MAX_VALUE_CHARACTERS = 2_000
"""Characters of one value."""
MAX_TEXT_CHARACTERS = 6_000
"""Characters of a body shown as text."""
MAX_HEX_BYTES = 256
"""Bytes of a body shown in hexadecimal."""
MAX_BOUNDARY_BYTES = 80
"""Of the first line of a form; a boundary has at most 70 characters (RFC 2046 section 5.1.1)."""
MAX_BLOCKS = 24
"""Stretches of one body: parts of a form."""


_CARRIERS = frozenset({"PutObject", "AppendObject", "UploadPart", "GetObject", "SelectObject", "unknown"})
"""Operations whose bodies are object data; what is not known may be."""
_FILE = re.compile(r'\bname="?file"?[;\r\n]', re.IGNORECASE)
HIDDEN = "object data, not shown here; osspcap show prints it"


def exchange_facts(view: ReportView, exchange: Exchange) -> dict[str, Any]:
    """Return all that a page shows of an exchange when it is opened."""
    secrets = view.masking.secrets_of(exchange)
    return {
        "facts": operation_facts(view, exchange, secrets),
        "request": None if exchange.request is None else _message(view, exchange, exchange.request, secrets),
        "interims": [_message(view, exchange, interim, secrets) for interim in exchange.interims],
        "response": None if exchange.response is None else _message(view, exchange, exchange.response, secrets),
        "notes": [
            view.masking.text(f"{anomaly.name} in frame {anomaly.frame} {anomaly.detail}".rstrip(), secrets)
            for anomaly in exchange.anomalies
        ],
    }


def operation_facts(view: ReportView, exchange: Exchange, secrets: Secrets) -> list[list[str]]:
    """Return what the exchange means to OSS as pairs of name and value; empty if it means nothing to it."""
    return [[name, value] for name, value in _operation_facts(view, exchange, secrets) if value]


def _operation_facts(view: ReportView, exchange: Exchange, secrets: Secrets) -> Iterator[tuple[str, str]]:
    operation = exchange.operation
    if operation is None:
        return
    mask = view.masking

    def text(value: str | None) -> str:
        return mask.text(value, secrets) if value else ""

    yield "Operation", "" if operation.name == "unknown" else operation.name
    yield "Bucket", mask.plain(operation.bucket or "")
    yield "Object", mask.object_name(operation.object or "")
    endpoint = operation.endpoint
    if endpoint is not None:
        yield "Endpoint", mask.plain(endpoint.service_host)
        network = "" if endpoint.network is Network.UNKNOWN else endpoint.network.value
        yield "Region", ", ".join(part for part in (endpoint.region or "", network) if part)
    error = operation.error
    if error is not None:
        yield "Error code", text(error.code.value)
        yield "Message", text(error.message.value if error.message is not None else "")
        yield "EC", text(error.ec.value if error.ec is not None else operation.ec)
    yield "Request ID", view.row(exchange).request_id
    if operation.signature is not None:
        key_id = operation.signature.access_key_id
        signed = operation.signature.scheme.value.replace("-", " in ").replace("v", "V", 1)
        yield "Signature", ", ".join(part for part in (signed, mask.key_id(key_id) if key_id else "") if part)
    yield "Client", text(operation.sdk)
    if operation.server_time_ms is not None:
        yield "Server time", f"{operation.server_time_ms} ms (x-oss-server-time)"


def may_be_shown(exchange: Exchange, message: Message) -> bool:
    """Tell whether a body is known to be no object data."""
    operation = exchange.operation
    if not message.is_request and (message.status >= 400 or message.status == 203):
        return True
    if operation is None:
        return False
    return operation.role in (Role.CALLBACK, Role.STS) or (
        operation.role is Role.OSS and operation.name not in _CARRIERS
    )


def _message(view: ReportView, exchange: Exchange, message: Message, secrets: Secrets) -> dict[str, Any]:
    mask = view.masking
    is_shown = may_be_shown(exchange, message)
    if message.is_request:
        start = f"{message.method} {mask.plain(message.target)} {message.version}"
    else:
        start = mask.plain(message.seen_start_line().value)
    lines = message.fields().lines
    return {
        "line": mask.text(start, secrets)[: 2 * MAX_VALUE_CHARACTERS],
        "frame": message.frame,
        "last": message.end_frame,
        "time": format_time(message.ts_ns),
        "headers": [
            [line.name[:MAX_VALUE_CHARACTERS], _cut(mask.named(line.name, line.value))] for line in lines[:MAX_HEADERS]
        ],
        "more": max(0, len(lines) - MAX_HEADERS),
        "body": list(_blocks(view, message, secrets)) if is_shown else [],
        "notes": list(_notes(view, message, secrets, is_shown=is_shown)),
    }


def _cut(value: str) -> str:
    if len(value) <= MAX_VALUE_CHARACTERS:
        return value
    return f"{value[:MAX_VALUE_CHARACTERS]} ... ({len(value):,} characters)"


def _blocks(view: ReportView, message: Message, secrets: Secrets) -> Iterator[list[str]]:
    """Yield stretches of the body: `text` or `hex`, and the content; of a form, all but the file."""
    body, mask = message.body, view.masking
    left = MAX_TEXT_CHARACTERS
    boundary = _boundary(message)
    for number, block in enumerate(body_blocks(body.content or body.window)):
        if number == MAX_BLOCKS or left <= 0:
            return
        if block.text is None:
            if boundary:  # binary in a form is the file
                yield ["text", f"({HIDDEN})"]
                continue
            data = block.data if mask.show_secrets else secrets.overwrite_in(block.data)
            yield ["hex", "\n".join(hex_dump(data[:MAX_HEX_BYTES], block.offset))]
            left -= 4 * MAX_HEX_BYTES
        elif block.text:
            text = mask.text(_without_file(block.text, boundary) if boundary else block.text, secrets)
            yield ["text", text[:left]]
            left -= len(text)


def _boundary(message: Message) -> str:
    """Return what separates the parts of a form, as its first line has it; empty if the body is no form."""
    first = message.body.window[:MAX_BOUNDARY_BYTES].partition(b"\r\n")[0]
    is_form = message.is_request and "multipart/" in message.fields().get("Content-Type").lower()
    return first.decode("latin-1") if is_form else ""


def _without_file(text: str, boundary: str) -> str:
    """Return the parts of a form with the content of the file left out; nothing at all if they cannot be told apart."""
    if boundary not in text:
        return f"({HIDDEN})"
    parts = []
    for part in text.split(boundary):
        head, separator, _ = part.partition("\r\n\r\n")
        is_file = "content-disposition:" in head.lower() and _FILE.search(head + "\r\n")
        parts.append(f"{head}{separator}({HIDDEN})\r\n" if is_file else part)
    return boundary.join(parts)


def _notes(view: ReportView, message: Message, secrets: Secrets, *, is_shown: bool) -> Iterator[str]:
    body = message.body
    kept = body.content or body.window
    if body.complete and body.captured:
        yield f"{format_bytes(body.captured)}, complete"
    elif not body.complete:
        announced = "" if body.announced is None else f" of {format_bytes(body.announced)} announced"
        yield f"{format_bytes(body.captured)} captured{announced}, {format_bytes(body.missing)} missing"
        yield f"incomplete: {body.reason or 'its end was not seen'}"
    if not is_shown:
        yield from (HIDDEN,) if body.captured else ()
    elif not kept and body.captured:
        yield "the content of the body was not kept; osspcap show prints it"
    else:
        if body.content and body.content != body.window:
            yield "shown with its content coding removed"
        if len(kept) > MAX_HEX_BYTES and (body.captured > len(kept) or len(kept) > MAX_TEXT_CHARACTERS):
            yield "the beginning is shown"
    for gap in body.holes:
        seen = ", yet acknowledged by the peer" if gap.acknowledged else ""
        yield f"hole of {format_bytes(gap.length)} at byte {gap.offset:,}: {gap.cause.value}{seen}, frame {gap.frame}"
    for anomaly in message.anomalies:
        yield view.masking.text(f"{anomaly.name} in frame {anomaly.frame} {anomaly.detail}".rstrip(), secrets)
