"""One conversation as text: what the client sent, what the server sent, what the capture lacks of it.

Yields styled lines; the command line decides whether styles become colours. Lines of the client start with `>`, those
of the server with `<`, what osspcap says itself with `-`.
"""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from osspcap.model.exchange import Exchange
from osspcap.model.message import Message
from osspcap.model.stream import Connection, Gap
from osspcap.report.bodytext import Block, body_blocks, hex_dump
from osspcap.report.masking import Masking, Secrets
from osspcap.report.sensitive import Kind, classify
from osspcap.report.terminal import escape
from osspcap.units import format_bytes, format_duration, format_time

HEX_BYTES = 512
"""Bytes of a binary body shown as a hex dump: 32 lines tell its kind; `--raw` writes all that was kept."""
LINE_CHARACTERS = 1_000
"""Characters shown of one line of a body."""
TEXT_CHARACTERS = 65_536
"""Characters of a text body shown."""


class Speaker(Enum):
    """Whose line it is."""

    CLIENT = "> "
    SERVER = "< "
    NOTE = "- "


class Line(NamedTuple):
    """One line, without its prefix."""

    speaker: Speaker
    text: str

    def __str__(self) -> str:
        """Return the line with its prefix, as shown without colours."""
        return f"{self.speaker.value}{self.text}".rstrip()


def connection_lines(connection: Connection, exchanges: list[Exchange], masking: Masking) -> Iterator[Line]:
    """Yield a connection's facts, then its exchanges in order."""
    packets = f"{connection.packets:,} packets, frames {connection.first_frame} to {connection.last_frame}"
    client, server = masking.address(connection.client), masking.address(connection.server)
    yield _note(f"stream {connection.stream}: client {client}, server {server}")
    sni = f", server name {connection.sni}" if connection.sni else ""
    yield _note(f"{connection.protocol}{sni}, {packets}, {connection.end.value}")
    for name, direction in (("client", connection.from_client), ("server", connection.from_server)):
        missing = direction.bytes_missing
        lack = f", {format_bytes(missing)} missing (frame {direction.first_missing_frame})" if missing else ""
        yield _note(f"the {name} sent {format_bytes(direction.bytes_delivered)} that were captured{lack}")
    if not exchanges:
        yield _note("no HTTP message was read on this connection")
    for exchange in exchanges:
        yield from exchange_lines(exchange, masking)


def exchange_lines(exchange: Exchange, masking: Masking) -> Iterator[Line]:
    """Yield one exchange: request, interim responses, final response."""
    secrets = masking.secrets_of(exchange)
    yield Line(Speaker.NOTE, "")
    yield _note(f"exchange {exchange.id}, stream {exchange.stream}")
    request, response = exchange.request, exchange.response
    if request is None:
        yield _note("the request was not captured")
    else:
        yield from _message_lines(request, Speaker.CLIENT, masking, secrets)
    for interim in exchange.interims:
        yield from _message_lines(interim, Speaker.SERVER, masking, secrets)
    if response is None:
        yield _note("no response was captured")
    else:
        if request is not None:
            yield _note(f"{format_duration(response.ts_ns - request.end_ns)} later")
        yield from _message_lines(response, Speaker.SERVER, masking, secrets)
    for anomaly in exchange.anomalies:
        yield _note(masking.text(f"{anomaly.name} in frame {anomaly.frame} {anomaly.detail}".rstrip(), secrets))


def raw_bytes(exchange: Exchange, masking: Masking) -> bytes:
    """Return heads and kept bodies as captured; unless secrets are shown, they are overwritten in equal length."""
    secrets = masking.secrets_of(exchange)
    messages = (exchange.request, *exchange.interims, exchange.response)
    return b"".join(_raw_message(message, masking, secrets) for message in messages if message is not None)


def _raw_message(message: Message, masking: Masking, secrets: Secrets) -> bytes:
    raw_head, body = message.raw_head, message.body.window
    if masking.show_secrets:
        return raw_head + body
    for line in message.fields():
        if classify(line.name) is not Kind.PLAIN and line.raw_value:
            raw_head = raw_head.replace(line.raw_value, b"*" * len(line.raw_value))
    return secrets.overwrite_in(raw_head) + secrets.overwrite_in(body)


def _message_lines(message: Message, speaker: Speaker, masking: Masking, secrets: Secrets) -> Iterator[Line]:
    frames = (
        f"frame {message.frame}"
        if message.frame == message.end_frame
        else (f"frames {message.frame} to {message.end_frame}")
    )
    yield _note(f"{message.kind}, {frames}, {format_time(message.ts_ns)}")
    if message.is_request:
        start = f"{message.method} {masking.plain(message.target)} {message.version}"
    else:
        start = masking.plain(message.seen_start_line().value)
    yield Line(speaker, _one_line(masking.text(start, secrets)))
    for line in message.fields():
        yield Line(speaker, _one_line(f"{line.name}: {masking.named(line.name, line.value)}"))
    yield Line(speaker, "")
    yield from _body_lines(message, speaker, masking, secrets)
    for anomaly in message.anomalies:
        yield _note(masking.text(f"{anomaly.name} in frame {anomaly.frame} {anomaly.detail}".rstrip(), secrets))


def _body_lines(message: Message, speaker: Speaker, masking: Masking, secrets: Secrets) -> Iterator[Line]:
    body = message.body
    shown = body.content or body.window
    for block in body_blocks(shown):
        if block.text is None:
            yield from _binary_lines(block, speaker, masking, secrets)
        else:
            yield from _text_lines(masking.text(block.text, secrets), speaker)
    if body.content and body.content != body.window:
        yield _note("the body is shown with its content coding removed")
    if body.complete and body.captured:
        yield _note(f"body: {format_bytes(body.captured)}, complete")
    elif not body.complete:
        announced = "" if body.announced is None else f" of {format_bytes(body.announced)} announced"
        yield _note(f"body: {format_bytes(body.captured)} captured{announced}, {format_bytes(body.missing)} missing")
        yield _note(f"incomplete: {body.reason or 'its end was not seen'}")
    yield from (_note(_hole(gap)) for gap in body.holes)
    if body.captured > len(body.window):
        yield _note(f"only the first {format_bytes(len(body.window))} of the body are kept")


def _text_lines(text: str, speaker: Speaker) -> Iterator[Line]:
    for line in text[:TEXT_CHARACTERS].splitlines():
        yield Line(speaker, _one_line(line[:LINE_CHARACTERS]))
        if len(line) > LINE_CHARACTERS:
            yield _note(f"{len(line) - LINE_CHARACTERS:,} more characters on this line: --raw FILE writes them")
    if len(text) > TEXT_CHARACTERS:
        yield _note(f"{len(text) - TEXT_CHARACTERS:,} more characters: --raw FILE writes them")


def _binary_lines(block: Block, speaker: Speaker, masking: Masking, secrets: Secrets) -> Iterator[Line]:
    data = block.data if masking.show_secrets else secrets.overwrite_in(block.data)
    yield from (Line(speaker, line) for line in hex_dump(data[:HEX_BYTES], block.offset))
    if len(data) > HEX_BYTES:
        yield _note(f"{format_bytes(len(data) - HEX_BYTES)} more: --raw FILE writes them")


def _hole(gap: Gap) -> str:
    seen = ", yet acknowledged by the peer" if gap.acknowledged else ""
    return (
        f"hole of {format_bytes(gap.length)} at body offset {gap.offset:,}: {gap.cause.value}{seen} (frame {gap.frame})"
    )


def _note(text: str) -> Line:
    return Line(Speaker.NOTE, _one_line(text))


def _one_line(text: str) -> str:
    return escape(text).replace("\n", "\\n")
