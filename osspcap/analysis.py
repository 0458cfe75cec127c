"""The whole pipeline on one screen: a capture's bytes to a report."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

from osspcap.capture.reader import CaptureReader, open_capture
from osspcap.dissect import ConnectionDissector
from osspcap.model.exchange import Exchange, MessagePair
from osspcap.model.message import Message
from osspcap.model.operation import Operation, Role
from osspcap.model.report import Dissection, Report
from osspcap.model.secrets import NO_SECRETS, Secrets
from osspcap.oss.facts import Context
from osspcap.oss.operation import Hints, classify
from osspcap.oss.signing.callback_rsa import CallbackKey
from osspcap.oss.stages import gather_facts
from osspcap.rules.judge import judge
from osspcap.rules.registry import select_rules
from osspcap.tcp.streams import StreamAssembler, StreamDelivery
from osspcap.units import StreamId

Progress = Callable[[int, int | None], None]
"""Called with bytes read so far and the file's size (None for a pipe)."""

KEPT_WINDOW_BYTES = 1_024
"""Body windows of healthy exchanges are kept only up to this size: their facts are taken by then."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user chose; the defaults analyze everything."""

    select: tuple[str, ...] = ()
    """Codes, code prefixes or names of the rules to run; empty for all."""
    ignore: tuple[str, ...] = ()
    """Rules to leave out, likewise."""
    keep_bodies: bool = False
    """Keep the body windows of every exchange, and larger ones: for showing a conversation."""
    secrets: Secrets = NO_SECRETS
    """Access key secrets to verify signatures with; never part of the report."""
    callback_key: CallbackKey | None = None
    """Public key to verify upload callbacks with; None for the one OSS publishes."""
    chunk_bytes: int | None = None
    """Bytes of the capture that are worked on at a time; None for the reader's choice. Never changes the result."""


def analyze(
    path: str | os.PathLike[str],
    options: Options = Options(),
    *,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
) -> Report:
    """Analyze one capture file, or standard input for `-`.

    Raises:
        CaptureError: The file cannot be read as a capture at all.
        UsageError: The options name a rule that does not exist.
    """
    with _collector_paused():
        rules = select_rules(options.select, options.ignore)
        dissection = dissect(path, options, progress=progress, stdin=stdin)
        judgement = judge(dissection, rules)
    return Report(
        capture=dissection.capture,
        connections=dissection.connections,
        exchanges=dissection.exchanges,
        findings=judgement.findings,
        undecided=judgement.undecided,
        verdict=judgement.verdict,
        rules_checked=judgement.rules_checked,
    )


def dissect(
    path: str | os.PathLike[str],
    options: Options = Options(),
    *,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
) -> Dissection:
    """Read a capture up to its facts, without judging them; raises as `analyze` does."""
    sizes = {} if options.chunk_bytes is None else {"chunk_bytes": options.chunk_bytes}
    with _collector_paused(), open_capture(path, stdin=stdin, **sizes) as reader:
        assembler = StreamAssembler(reader.addresses)
        collector = _Collector(options)
        for table in reader.tables():
            for delivery in assembler.feed(table):
                collector.take(delivery)
            _report_progress(progress, reader)
        for delivery in assembler.finish():
            collector.take(delivery)
        numbered = collector.finish()
        context = Context(numbered, options.secrets, assembler.connections, options.callback_key)
        exchanges, facts = gather_facts(numbered, context)
    return Dissection(reader.info, assembler.connections, exchanges, facts)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the cyclic garbage collector, and leave it as the caller had it.

    The stages keep hundreds of thousands of small records that form no cycles: going over them again and again would
    cost a third of the run and free nothing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _report_progress(progress: Progress | None, reader: CaptureReader) -> None:
    if progress is not None:
        progress(reader.bytes_read, reader.total_bytes)


class _Collector:
    """Gathers the exchanges of all connections and numbers them when all are known."""

    def __init__(self, options: Options) -> None:
        self._keep_bodies = options.keep_bodies
        self._dissectors: dict[StreamId, ConnectionDissector] = {}
        self._found: list[tuple[int, int, StreamId, MessagePair, Operation | None]] = []
        self._hints = Hints()

    def take(self, delivery: StreamDelivery) -> None:
        """Feed one connection's news to its dissector."""
        connection = delivery.connection
        dissector = self._dissectors.get(connection.stream)
        if dissector is None:
            dissector = self._dissectors[connection.stream] = ConnectionDissector(
                connection, keep_bodies=self._keep_bodies
            )
        self._add(connection.stream, dissector.feed(delivery.events))

    def _add(self, stream: StreamId, pairs: list[MessagePair]) -> None:
        for pair in pairs:
            operation = classify(pair, self._hints)
            kept = pair if self._keep_bodies else _without_needless_windows(pair, operation)
            first = pair.request or pair.response
            offset = first.start_offset if first is not None else 0
            self._found.append((pair.first_frame, offset, stream, kept, operation))

    def finish(self) -> list[Exchange]:
        """Close all dissectors; return the exchanges in order of their start."""
        for stream, dissector in self._dissectors.items():
            self._add(stream, dissector.finish())
        self._dissectors.clear()
        self._found.sort(key=lambda item: item[:3])
        return [
            Exchange(number, stream, pair.request, pair.response, pair.interims, pair.anomalies, operation)
            for number, (_, _, stream, pair, operation) in enumerate(self._found)
        ]


def _without_needless_windows(pair: MessagePair, operation: Operation | None) -> MessagePair:
    """Drop body windows that no report will show, so that memory does not grow with a capture's healthy traffic."""
    request, response = pair.request, pair.response
    large = any(message is not None and len(message.body.window) > KEPT_WINDOW_BYTES for message in (request, response))
    if not large or _is_worth_showing(pair, operation):
        return pair
    if operation is not None and not operation.answered_by_oss and pair.response is not None:
        return replace(pair, request=_without_window(pair.request), response=_with_beginning(pair.response))
    return replace(pair, request=_without_window(request), response=_without_window(response))


def _is_worth_showing(pair: MessagePair, operation: Operation | None) -> bool:
    if operation is None or pair.request is None:
        return False
    if pair.response is None or operation.role is Role.CALLBACK:
        return True
    return pair.response.status >= 400 or pair.response.status == 203


def _with_beginning(message: Message) -> Message:
    """Keep how a page begins that somebody else sent in the place of OSS: it says who that was."""
    body = message.body
    beginning = replace(body, window=body.window[:KEPT_WINDOW_BYTES], content=body.content[:KEPT_WINDOW_BYTES])
    return replace(message, body=beginning)


def _without_window(message: Message | None) -> Message | None:
    if message is None or len(message.body.window) <= KEPT_WINDOW_BYTES:
        return message
    return replace(message, body=replace(message.body, window=b"", content=b""))
