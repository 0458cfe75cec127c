"""The whole pipeline on one screen: a capture's bytes to a report."""

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, BinaryIO, cast

from osspcap.capture.reader import CaptureReader, open_capture
from osspcap.collect import ExchangeCollector
from osspcap.errors import CaptureError
from osspcap.media.objects import gather_media
from osspcap.model.exchange import Exchange
from osspcap.model.record import record
from osspcap.model.report import Dissection, Report
from osspcap.model.secrets import NO_SECRETS, Secrets
from osspcap.model.stream import Connection, unrolled
from osspcap.model.trace import NO_TRACES
from osspcap.network.dnsstream import DNS_PORT, DnsStreams
from osspcap.network.facts import gather_network
from osspcap.oss.facts import Context
from osspcap.oss.stages import gather_facts
from osspcap.rules.judge import judge
from osspcap.rules.registry import choose_rules
from osspcap.tcp.streams import StreamAssembler, StreamDelivery
from osspcap.tls.keylog import NO_KEYS, KeyLog
from osspcap.tls.keyring import KeyRing

if TYPE_CHECKING:
    from osspcap.oss.signing.callback_rsa import CallbackKey

Progress = Callable[[int, int | None], None]
"""Called with bytes read so far and the file's size (None for a pipe)."""
Numbered = Callable[[Sequence[Connection], Sequence[Exchange]], None]


@record
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
    callback_key: "CallbackKey | None" = None
    """Public key to verify upload callbacks with; None for the one OSS publishes."""
    key_log: KeyLog = NO_KEYS
    """Key logs to decrypt TLS with, beside those inside the capture; never part of the report."""
    trace: bool = False
    """Read the capture a second time for the packets of the findings' streams: `Report.traces`."""
    chunk_bytes: int | None = None
    """Bytes of the capture that are worked on at a time; None for the reader's choice. Never changes the result."""


DEFAULTS = Options()
"""Options of a caller who gives none."""


def analyze(
    path: str | os.PathLike[str],
    options: Options = DEFAULTS,
    *,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
    numbered: Numbered | None = None,
) -> Report:
    """Analyze one capture file, or standard input for `-`.

    Args:
        path: Of the file.
        options: What the user chose.
        progress: Is told how far reading has come.
        stdin: What `-` stands for.
        numbered: Is given all connections and exchanges once these have their numbers, before facts about them are
            computed and rules are run.

    Raises:
        CaptureError: The file cannot be read as a capture at all.
        UsageError: The options name a rule that does not exist.
    """
    spool = None
    if options.trace and stdin is not None and os.fspath(path) == "-":
        from osspcap.spool import Spool  # noqa: PLC0415 - loads what temporary files need

        spool = Spool(stdin)
    given = stdin if spool is None else cast("BinaryIO", spool)
    with _collector_paused(), spool or nullcontext():
        chosen = choose_rules(options.select, options.ignore)
        dissection = dissect(path, options, progress=progress, stdin=given, numbered=numbered)
        rules = chosen.due(dissection)
        judgement = judge(dissection, rules, needless=len(chosen) - len(rules))
        traces = NO_TRACES
        if options.trace:
            from osspcap.trace import trace_report  # noqa: PLC0415 - most formats show no packets

            traces = trace_report(path, dissection, judgement.findings, stdin=None if spool is None else spool.again())
    return Report(
        capture=dissection.capture,
        connections=dissection.connections,
        exchanges=dissection.exchanges,
        findings=judgement.findings,
        undecided=judgement.undecided,
        verdict=judgement.verdict,
        rules_checked=judgement.rules_checked,
        traces=traces,
        pauses=dissection.pauses,
    )


def dissect(
    path: str | os.PathLike[str],
    options: Options = DEFAULTS,
    *,
    progress: Progress | None = None,
    stdin: BinaryIO | None = None,
    numbered: Numbered | None = None,
) -> Dissection:
    """Read a capture up to its facts, without judging them; arguments and errors are those of `analyze`."""
    sizes = {} if options.chunk_bytes is None else {"chunk_bytes": options.chunk_bytes}
    with _collector_paused(), open_capture(path, stdin=stdin, **sizes) as reader:
        assembler = StreamAssembler(reader.addresses, trains=True)
        keys = _key_ring(path, reader, options)
        collector = ExchangeCollector(keep_bodies=options.keep_bodies, keys=keys)
        names = DnsStreams()
        for table in reader.tables():
            _take(assembler.feed(table), collector, names)
            del table  # or the buffer could not be used again
            _report_progress(progress, reader)
        _take(assembler.finish(), collector, names)
        found = collector.finish()
        if numbered is not None:
            numbered(assembler.connections, found)
        context = Context(found, options.secrets, assembler.connections, options.callback_key)
        exchanges, facts = gather_facts(found, context)
        facts = facts.with_fact(keys.use(assembler.connections)).with_fact(gather_media(exchanges))
        connections, pauses = assembler.connections, assembler.pauses()
        facts = facts.joined(gather_network(reader.info, connections, exchanges, pauses, names.datagrams))
    return Dissection(reader.info, connections, exchanges, facts, pauses)


def _take(deliveries: Iterable[StreamDelivery], collector: ExchangeCollector, names: DnsStreams) -> None:
    """Hand on what the connections delivered."""
    for delivery in deliveries:
        collector.take(delivery)
        if delivery.connection.sides[1].port == DNS_PORT:
            names.take(delivery.connection, (unrolled(delivery.events[0]), unrolled(delivery.events[1])))


def _key_ring(path: str | os.PathLike[str], reader: CaptureReader, options: Options) -> KeyRing:
    """Gather the key logs of a run; a file has those that stand behind their packets looked up once they are missed."""

    def inside() -> list[bytes]:
        return reader.info.decryption_secrets

    def search() -> list[bytes]:
        try:
            with open_capture(path) as again:
                return again.key_logs()
        except CaptureError:  # it is gone
            return []

    may_search = reader.info.format == "pcapng" and reader.total_bytes is not None
    return KeyRing(options.key_log, inside=inside, search=search if may_search else None)


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
