"""What tests ask of an analyzed capture, and the conversations that many of them hold."""

from pathlib import Path
from typing import Any

from osspcap.analysis import analyze
from osspcap.model.exchange import Exchange
from osspcap.model.message import Body
from osspcap.model.report import Report
from tests.build.http import request, response
from tests.build.wire import Capture, Tcp


def report_of(capture: Capture, tmp_path: Path, **kwargs: int) -> Report:
    """Write the capture and analyze it."""
    return analyze(capture.write(tmp_path / "x.pcap", **kwargs))


def told(report: Report) -> list[tuple[str | None, int | None]]:
    """Request line without version, and status, of every exchange."""
    return [
        (None if e.request is None else f"{e.request.method} {e.request.target}", e.status) for e in report.exchanges
    ]


def names(report: Report) -> set[str]:
    """Names of the rules that found something."""
    return {finding.name for finding in report.findings}


def sent_body(exchange: Exchange) -> Body:
    """Body of the request."""
    assert exchange.request is not None
    return exchange.request.body


def answered_body(exchange: Exchange) -> Body:
    """Body of the response."""
    assert exchange.response is not None
    return exchange.response.body


def opened(capture: Capture, **kwargs: Any) -> Tcp:
    """Begin a connection with its handshake."""
    tcp = capture.tcp(**kwargs)
    tcp.handshake()
    return tcp


def get(tcp: Tcp, target: str, body: bytes = b"0123456789") -> None:
    """Download an object."""
    tcp.client(request("GET", target))
    tcp.server(response(200, body=body))
