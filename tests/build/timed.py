"""Conversations whose time is known: how long each exchange spent on what."""

from io import BytesIO

from osspcap.analysis import Options, analyze
from osspcap.model.latency import Latency, Limit, Phase
from osspcap.model.report import Report
from osspcap.network.latency import measure
from tests.build.wire import ACK, SYN, Capture, Tcp

SYN_OPTIONS = bytes.fromhex("020405b4 0402 0303 07")
"""MSS 1460, SACK, window scale 7."""


def reported(capture: Capture) -> Report:
    """Analyze a capture with one quiet rule, in nanoseconds."""
    return analyze("-", Options(select=("CAP005",)), stdin=BytesIO(capture.pcap(nanoseconds=True)))


def latencies(capture: Capture) -> list[Latency]:
    """Where each exchange of a capture spent its time."""
    report = reported(capture)
    return [measure(item, report.connections[item.stream], report.pauses) for item in report.exchanges]


def milliseconds(phase: Phase | None) -> dict[Limit, int]:
    """What a phase spent at least a millisecond on."""
    assert phase is not None
    return {limit: round(ns / 1e6) for limit, ns in phase.spent if ns >= 500_000}


def opened(
    *,
    to_server_ms: float = 0,
    to_client_ms: float = 0,
    step_ns: int = 1000,
    client_ttl: int = 64,
    server_ttl: int = 52,
    cport: int = 50_000,
) -> tuple[Capture, Tcp]:
    """Begin a connection with given ways to both sides; packets follow each other by a microsecond."""
    capture = Capture(step_ns=step_ns)
    tcp = capture.tcp(cport=cport, client_ttl=client_ttl, server_ttl=server_ttl)
    tcp.send(0, SYN, window=64240, options=SYN_OPTIONS)
    capture.wait(to_server_ms / 1000)
    tcp.send(1, SYN | ACK, window=65160, options=SYN_OPTIONS)
    capture.wait(to_client_ms / 1000)
    tcp.send(0, ACK)
    return capture, tcp
