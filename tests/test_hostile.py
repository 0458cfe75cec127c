"""Captures come from strangers: no damage raises or hangs, and no rearrangement of packets changes the exchanges."""

import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osspcap.analysis import Options, analyze
from osspcap.model.exchange import Exchange
from osspcap.model.report import Report
from tests.build.bounded import TooSlowError, survives, time_limit
from tests.build.cuts import SIZES, told
from tests.build.http import message, oss_error, request, response
from tests.build.mutations import mutate
from tests.build.wire import ACK, PSH, Capture, Packet, Tcp

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
LARGEST_BYTES = 20_000
ORIGINALS = sorted(path for path in FIXTURES.glob("*.pcap") if path.stat().st_size <= LARGEST_BYTES)
MUTATIONS_EACH = 25
"""With a dozen small fixtures about 300 damaged files; `scripts/fuzz.py` makes as many as wanted."""
BODY = random.Random(9).randbytes(9_000)


@pytest.mark.parametrize("path", ORIGINALS, ids=lambda path: path.stem)
def test_damaged_captures_are_analyzed_or_refused(path: Path, tmp_path: Path) -> None:
    original, damaged = path.read_bytes(), tmp_path / "damaged.pcap"
    for number in range(MUTATIONS_EACH):
        damaged.write_bytes(mutate(random.Random(f"{path.stem}-{number}"), original))
        survives(damaged)


@pytest.mark.parametrize("path", ORIGINALS, ids=lambda path: path.stem)
def test_damaged_captures_tell_the_same_however_they_are_cut(path: Path, tmp_path: Path) -> None:
    original, damaged = path.read_bytes(), tmp_path / "damaged.pcap"
    for number, size in enumerate(SIZES):
        damaged.write_bytes(mutate(random.Random(f"{path.stem}-{number}"), original))
        assert told(damaged, size) == told(damaged)


def test_damage_reaches_beyond_the_file_format(tmp_path: Path) -> None:
    original, damaged = (FIXTURES / "faild.pcap").read_bytes(), tmp_path / "damaged.pcap"
    read = 0
    for number in range(20):
        damaged.write_bytes(mutate(random.Random(number), original))
        read += survives(damaged)
    assert read >= 5


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400), magic=st.sampled_from(["d4c3b2a1", "a1b2c3d4", "4d3cb2a1", "0a0d0d0a", ""]))
def test_any_bytes_are_analyzed_or_refused(data: bytes, magic: str, tmp_path: Path) -> None:
    path = tmp_path / "any"
    path.write_bytes(bytes.fromhex(magic) + data)
    survives(path)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(client=st.binary(max_size=600), server=st.binary(max_size=600), starts=st.booleans())
def test_any_conversation_is_analyzed(client: bytes, server: bytes, starts: bool, tmp_path: Path) -> None:  # noqa: FBT001
    cap = Capture()
    tcp = cap.tcp()
    tcp.handshake()
    tcp.client((b"PUT /key HTTP/1.1\r\nHost: b.oss-cn-hangzhou.aliyuncs.com\r\n" if starts else b"") + client, size=97)
    tcp.server((b"HTTP/1.1 403 Forbidden\r\nServer: AliyunOSS\r\n" if starts else b"") + server, size=89)
    tcp.close()
    assert survives(cap.write(tmp_path / "any.pcap"))


def test_time_limit_stops_what_hangs() -> None:
    def hang() -> None:
        while True:
            pass

    with pytest.raises(TooSlowError), time_limit(0.05):
        hang()


# --- order, duplication, segmentation and chunk size never change the exchanges ---

TURNS = (
    (request("PUT", "/object", body=BODY), response(200)),
    (request("HEAD", "/object"), response(200, Content_Length="9000")),
    (request("GET", "/object"), response(200, body=BODY)),
    (
        request("GET", "/chunked"),
        response(200, Transfer_Encoding="chunked") + b"7d0\r\n" + BODY[:2000] + b"\r\n0\r\n\r\n",
    ),
    (request("POST", "/x?uploadId=1", body=b"<a/>"), response(403, "Forbidden", body=oss_error("AccessDenied", "no"))),
    (request("DELETE", "/object"), message("HTTP/1.1 204 No Content", {"x-oss-request-id": "A" * 24})),
)


def send_in_parts(tcp: Tcp, side: int, data: bytes, sizes: Iterable[int]) -> None:
    sizes = iter(sizes)
    while data:
        part, data = data[: (size := next(sizes))], data[size:]
        tcp.send(side, ACK | (0 if data else PSH), part)
    tcp.send(1 - side, ACK)


def conversation(rng: random.Random, smallest: int) -> Capture:
    cap = Capture()
    tcp = cap.tcp(client_isn=2**32 - 5_000, server_isn=2**32 - 3_000)
    tcp.handshake()
    for asked, answered in TURNS:
        for side, data in ((0, asked), (1, answered)):
            send_in_parts(tcp, side, data, iter(lambda: rng.randint(smallest, 1460), None))
    tcp.close()
    return cap


def disturb(rng: random.Random, cap: Capture, distance: int, repeats: float) -> None:
    """Move packets behind the handshake by up to `distance` places and repeat some of them."""
    opening, rest = cap.packets[:3], cap.packets[3:]
    placed = [(number + rng.uniform(0, distance), packet) for number, packet in enumerate(rest)]
    placed += [(place + rng.uniform(0, 8), packet) for place, packet in placed if rng.random() < repeats]
    ordered = [packet for _, packet in sorted(placed, key=lambda item: item[0])]
    start = cap.packets[0].ts_ns
    cap.packets = [Packet(packet.data, start + number * 1_000_000) for number, packet in enumerate(opening + ordered)]


def start_in_stream(exchange: Exchange) -> int:
    assert exchange.request is not None
    return exchange.request.start_offset


def exchanges(report: Report) -> list[tuple[object, ...]]:
    """All that is told of the exchanges but frames and times, which the rearrangement changes, and numbers, which go
    by frames; so in the order in which they stand in the stream."""
    told: list[tuple[object, ...]] = []
    for exchange in sorted(report.exchanges, key=start_in_stream):
        for half in (exchange.request, exchange.response):
            assert half is not None
            body = half.body
            told.append(
                (half.raw_head, half.status, body.announced, body.captured, body.complete, body.window, body.md5)
            )
        operation = exchange.operation
        told.append((operation and operation.name, operation and operation.error and operation.error.code.value))
    return told


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    cap = conversation(random.Random(0), 1460)
    told = exchanges(analyze(cap.write(tmp_path_factory.mktemp("clean") / "x.pcap"), Options(keep_bodies=True)))
    assert len(told) == 3 * len(TURNS)
    return told


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32),
    smallest=st.sampled_from([1, 40, 700]),
    distance=st.sampled_from([0, 2, 5]),
    repeats=st.sampled_from([0.0, 0.3, 1.0]),
    chunk_bytes=st.sampled_from([None, 2_000, 4_099, 20_000]),
)
def test_rearranged_packets_give_the_same_exchanges(
    seed: int,
    smallest: int,
    distance: int,
    repeats: float,
    chunk_bytes: int | None,
    undisturbed: list[tuple[object, ...]],
    tmp_path: Path,
) -> None:
    rng = random.Random(seed)
    cap = conversation(rng, smallest)
    disturb(rng, cap, distance, repeats)
    report = analyze(cap.write(tmp_path / "x.pcap"), Options(keep_bodies=True, chunk_bytes=chunk_bytes))
    assert exchanges(report) == undisturbed
