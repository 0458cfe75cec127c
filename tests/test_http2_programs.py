"""HTTP/2 between nginx and curl: what the program reads is what they sent, and what tshark reads."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from osspcap.analysis import Options, analyze
from osspcap.model.report import Report
from osspcap.tls.keylog import KeyLog
from tests.build.programs import Nginx, curl, nginx, relay

pytestmark = pytest.mark.skipif(
    not os.environ.get("CI") and not all(shutil.which(name) for name in ("nginx", "curl", "tshark")),
    reason="nginx, curl or tshark is not installed",
)

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
LARGE = bytes(range(256)) * 2_000
TEXT = b"a line of text\n" * 200


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with nginx(tmp_path_factory.mktemp("nginx")) as running:
        (running.www / "large.bin").write_bytes(LARGE)
        (running.www / "notes.txt").write_bytes(TEXT)
        yield running


def told(report: Report) -> list[tuple[str, str, int | None, int, int]]:
    return sorted(
        (
            exchange.request.method,
            exchange.request.target,
            exchange.status,
            exchange.request.body.captured,
            0 if exchange.response is None else exchange.response.body.captured,
        )
        for exchange in report.exchanges
        if exchange.request is not None
    )


def told_by_tshark(path: Path, keylog: Path | None, port: int) -> tuple[list[tuple[str, str]], list[str]]:
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "aggregator=|", "-E", "separator=/t"]
    command += ["-e", "http2.headers.method", "-e", "http2.headers.path", "-e", "http2.headers.status"]
    command += ["-d", f"tcp.port=={port},http2"] if keylog is None else ["-o", f"tls.keylog_file:{keylog}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    requests: list[tuple[str, str]] = []
    statuses: list[str] = []
    for line in done.stdout.splitlines():
        methods, targets, codes = line.split("\t")
        requests += zip(methods.split("|"), targets.split("|"), strict=True) if methods else ()
        statuses += codes.split("|") if codes else ()
    return sorted(requests), sorted(statuses)


def check_against_tshark(path: Path, report: Report, keylog: Path | None, port: int) -> None:
    requests, statuses = told_by_tshark(path, keylog, port)
    exchanges = report.exchanges
    assert sorted((e.request.method, e.request.target) for e in exchanges if e.request is not None) == requests
    assert sorted(str(e.status) for e in exchanges) == statuses


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_downloads_uploads_and_refusals_inside_tls(server: Nginx, tmp_path: Path, version: str) -> None:
    keylog = tmp_path / "keys"
    upload = tmp_path / "upload"
    upload.write_bytes(LARGE)
    with relay(server.tls_port) as (port, recording):
        at = f"https://127.0.0.1:{port}"
        limits = ("--http2", f"--tlsv{version}", "--tls-max", version)
        got = curl(*limits, f"{at}/large.bin", keylog=keylog)
        assert got == LARGE
        curl(*limits, "--compressed", f"{at}/notes.txt", keylog=keylog)
        curl(*limits, f"{at}/denied", f"{at}/missing", keylog=keylog)
        assert curl(*limits, "-T", str(upload), f"{at}/upload", keylog=keylog) == b"stored"
        curl(*limits, "--head", f"{at}/large.bin", keylog=keylog)
    path = recording.capture().write(tmp_path / "x.pcap")
    report = analyze(path, Options(key_log=KeyLog([keylog.read_bytes()])))
    assert {connection.protocol for connection in report.connections} == {"h2"}
    gzipped = next(
        len(e.response.body.window)
        for e in report.exchanges
        if e.response and e.request and e.request.target == "/notes.txt"
    )
    assert told(report) == [
        ("GET", "/denied", 403, 0, 40),
        ("GET", "/large.bin", 200, 0, len(LARGE)),
        ("GET", "/missing", 404, 0, 153),
        ("GET", "/notes.txt", 200, 0, gzipped),
        ("HEAD", "/large.bin", 200, 0, 0),
        ("PUT", "/upload", 200, len(LARGE), 6),
    ]
    contents = {e.request.target: e.response.body.content for e in report.exchanges if e.request and e.response}
    assert contents["/notes.txt"] == TEXT
    assert contents["/denied"] == b"<Error><Code>AccessDenied</Code></Error>"
    check_against_tshark(path, report, keylog, 443)


def test_prior_knowledge_in_clear(server: Nginx, tmp_path: Path) -> None:
    with relay(server.plain_port) as (port, recording):
        at = f"http://127.0.0.1:{port}"
        for target in ("notes.txt", "denied", "large.bin"):  # curl 7.88 cannot reuse such a connection
            curl("--http2-prior-knowledge", f"{at}/{target}")
    path = recording.capture(sport=8080).write(tmp_path / "x.pcap")
    report = analyze(path)
    assert [(target, status, captured) for _, target, status, _, captured in told(report)] == [
        ("/denied", 403, 40),
        ("/large.bin", 200, len(LARGE)),
        ("/notes.txt", 200, len(TEXT)),
    ]
    check_against_tshark(path, report, None, 8080)


def test_a_recorded_capture_agrees_with_tshark_packet_by_packet() -> None:
    path = FIXTURES / "http2-tls.pcap"
    keylog = path.with_suffix(".keylog")
    command = [
        "tshark",
        "-n",
        "-r",
        str(path),
        "-o",
        f"tls.keylog_file:{keylog}",
        "-Y",
        "http2.headers",
        "-T",
        "fields",
    ]
    command += ["-e", "frame.number", "-e", "http2.headers.path", "-e", "http2.headers.status"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    heads = [line.split("\t") for line in done.stdout.splitlines()]
    exchanges = analyze(path, Options(key_log=KeyLog([keylog.read_bytes()]))).exchanges
    requests = [[str(e.request.frame), e.request.target, ""] for e in exchanges if e.request is not None]
    responses = [[str(e.response.frame), "", str(e.response.status)] for e in exchanges if e.response is not None]
    assert sorted(requests + responses) == sorted(heads)
    assert len(heads) == 6
