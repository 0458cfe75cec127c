"""Traced packets as data for a page: who sent what, what each packet means to HTTP, which findings name it."""

from collections.abc import Iterator
from typing import Any

from osspcap.model.exchange import Exchange
from osspcap.model.message import Message
from osspcap.model.tls import Tls
from osspcap.model.trace import LeftOut, PacketNote, StreamTrace
from osspcap.report.view import ReportView

MAX_LABELS = 4
"""Messages named at one packet."""
MAX_LABEL_CHARACTERS = 120
NOTES = tuple(PacketNote)
"""Notes by their bit in the data."""


def ladders(view: ReportView) -> list[dict[str, Any]]:
    """Return the ladders of a report, those of the worst findings first.

    Steps are `[frame, ns since the connection's first packet, 1 from the client, flags, seq, ack, length, window, bits
    of notes]` or `[0, first frame, last frame, packets, client's bytes, server's bytes]` for packets left out.
    """
    traces: dict[int, StreamTrace] = {trace.stream: trace for trace in view.report.traces.streams}
    labels: dict[int, dict[int, list[str]]] = {stream: {} for stream in traces}
    frames: dict[int, set[int]] = {trace.stream: _frames(trace) for trace in traces.values()}
    for exchange in view.report.exchanges if traces else ():
        if exchange.stream in labels:
            _label(view, exchange, frames[exchange.stream], labels[exchange.stream])
    for stream, found in labels.items():
        for tls in view.report.connections[stream].tls:
            _label_tls(view, tls, frames[stream], found)
    named: dict[int, dict[int, list[int]]] = {stream: {} for stream in traces}
    for number, finding in enumerate(view.findings):
        for item in finding.evidence:
            if item.stream in named and number not in named[item.stream].setdefault(item.frame, []):
                named[item.stream][item.frame].append(number)
    numbers = {one: [number for at in found.values() for number in at] for one, found in named.items()}
    ordered = sorted(numbers, key=lambda one: (min(numbers[one], default=len(view.findings)), one))
    return [_ladder(view, traces[one], labels[one], named[one]) for one in ordered]


def _frames(trace: StreamTrace) -> set[int]:
    return {step.frame for step in trace.steps if not isinstance(step, LeftOut)}


def _label(view: ReportView, exchange: Exchange, frames: set[int], labels: dict[int, list[str]]) -> None:
    for message in (exchange.request, *exchange.interims, exchange.response):
        if message is not None and message.frame in frames:
            found = labels.setdefault(message.frame, [])
            if len(found) < MAX_LABELS:
                found.append(_named(view, exchange, message))


def _named(view: ReportView, exchange: Exchange, message: Message) -> str:
    if message.is_request:
        text = f"{message.method} {view.row(exchange).place}"
    else:
        code = view.row(exchange).code if message is exchange.response else ""
        text = f"{message.status} {code or view.masking.plain(message.reason)}"
    return text.strip()[:MAX_LABEL_CHARACTERS]


def _label_tls(view: ReportView, tls: Tls, frames: set[int], labels: dict[int, list[str]]) -> None:
    """Name the messages of a TLS handshake that stand in clear or were opened, and its alerts."""
    for frame, text in _tls_messages(view, tls):
        if frame in frames:
            found = labels.setdefault(frame, [])
            if len(found) < MAX_LABELS:
                found.append(text[:MAX_LABEL_CHARACTERS])


def _tls_messages(view: ReportView, tls: Tls) -> Iterator[tuple[int, str]]:
    hello, answer = tls.client_hello, tls.server_hello
    if hello is not None:
        yield hello.frame, f"ClientHello {view.masking.plain(hello.sni or '')}".rstrip()
    if answer is not None:
        yield answer.frame, f"ServerHello {answer.version} {answer.suite_name}"
    if tls.certificate_frame is not None and tls.certificates:
        yield tls.certificate_frame, f"Certificate {view.masking.plain(tls.certificates[0].subject)}"
    if tls.plain_answer_frame is not None:
        yield tls.plain_answer_frame, f"answer in clear: {view.masking.text(tls.plain_answer)}"
    if tls.finished_frame is not None:
        yield tls.finished_frame, "Finished"
    hidden = [] if tls.hidden_alert is None else [tls.hidden_alert]
    for alert in (*tls.alerts, *hidden):
        yield alert.frame, f"Alert {alert.name}"


def _ladder(
    view: ReportView, trace: StreamTrace, labels: dict[int, list[str]], named: dict[int, list[int]]
) -> dict[str, Any]:
    connection = view.report.connections[trace.stream]
    return {
        "stream": trace.stream,
        "client": view.masking.address(connection.client),
        "server": view.masking.address(connection.server),
        "protocol": connection.protocol,
        "name": view.masking.plain(connection.sni or ""),
        "end": connection.end.value,
        "packets": trace.packets,
        "steps": list(_steps(trace, connection.first_ns)),
        "gaps": [
            [item.gap.frame, int(item.from_client), item.gap.length, item.gap.cause.value, int(item.gap.acknowledged)]
            for item in trace.gaps
        ],
        "labels": {str(frame): texts for frame, texts in labels.items()},
        "named": {str(frame): numbers for frame, numbers in named.items()},
    }


def _steps(trace: StreamTrace, first_ns: int) -> Iterator[list[int | None]]:
    for step in trace.steps:
        if isinstance(step, LeftOut):
            yield [0, step.first_frame, step.last_frame, step.packets, step.client_bytes, step.server_bytes]
            continue
        notes = sum(1 << NOTES.index(note) for note in step.notes)
        facts = [step.frame, step.ts_ns - first_ns, int(step.from_client), step.flags, step.seq, step.ack]
        yield [*facts, step.length, step.window, notes]
