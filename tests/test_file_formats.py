"""Every kind of file that may hold a capture gives the same report; what is none is refused by name."""

import gzip
import io
import struct
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

from osspcap.analysis import analyze
from osspcap.errors import CaptureError, EmptyCaptureError, TruncatedCaptureError, UnknownFormatError
from osspcap.model.exchange import Exchange
from osspcap.model.report import Report
from tests.build.http import request, response
from tests.build.wire import Capture

KEY_LOG = b"CLIENT_RANDOM 00 00\n"


def conversation() -> Capture:
    cap = Capture()
    tcp = cap.tcp()
    tcp.handshake()
    for number in range(3):
        tcp.client(request("PUT", f"/{number}", body=b"x" * 2_000))
        tcp.server(response(200))
    tcp.close()
    return cap


def block(kind: int, body: bytes, *, order: str = "<") -> bytes:
    body += b"\0" * (-len(body) % 4)
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def option(code: int, value: bytes, *, order: str = "<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def pcapng(capture: Capture, *, order: str = "<") -> bytes:
    """Two interfaces in turn, one in microseconds by default, one in nanoseconds; a key log in front."""
    section = struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)
    interface = struct.pack(order + "HHI", 1, 0, 262144)
    parts = [
        block(0x0A0D0D0A, section, order=order),
        block(1, interface, order=order),
        block(1, interface + option(9, b"\x09", order=order) + option(0, b"", order=order), order=order),
        block(0x0A, struct.pack(order + "II", 0x544C534B, len(KEY_LOG)) + KEY_LOG, order=order),
        block(0xBAD, b"unknown blocks are passed over", order=order),
    ]
    for number, packet in enumerate(capture.packets):
        interface_id = number % 2
        ticks = packet.ts_ns if interface_id else packet.ts_ns // 1000
        size = len(packet.data)
        head = struct.pack(order + "IIIII", interface_id, ticks >> 32, ticks & 0xFFFFFFFF, size, size)
        parts.append(block(6, head + packet.data, order=order))
    return b"".join(parts)


def what_was_read(report: Report) -> list[Exchange]:
    """All that is known of the exchanges, frames and times included."""
    return [replace(exchange) for exchange in report.exchanges]


def expected(tmp_path: Path) -> Report:
    return analyze(conversation().write(tmp_path / "plain.pcap"))


@pytest.mark.parametrize("nanoseconds", [False, True])
@pytest.mark.parametrize("big_endian", [False, True])
def test_all_four_kinds_of_pcap_read_the_same(
    nanoseconds: bool,  # noqa: FBT001 - pytest passes parameters by name
    big_endian: bool,  # noqa: FBT001 - likewise
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.pcap"
    path.write_bytes(conversation().pcap(nanoseconds=nanoseconds, big_endian=big_endian))
    report = analyze(path)
    assert what_was_read(report) == what_was_read(expected(tmp_path))
    assert (report.capture.format, report.capture.compression) == ("pcap", None)


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_with_two_interfaces_and_a_key_log_reads_the_same(order: str, tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    path.write_bytes(pcapng(conversation(), order=order))
    report = analyze(path)
    assert what_was_read(report) == what_was_read(expected(tmp_path))
    assert report.capture.format == "pcapng"
    assert report.capture.decryption_secrets == [KEY_LOG]


def test_nanoseconds_are_kept(tmp_path: Path) -> None:
    cap = conversation()
    for packet in cap.packets:
        packet.ts_ns += 123
    path = tmp_path / "x.pcap"
    path.write_bytes(cap.pcap(nanoseconds=True))
    first = analyze(path).exchanges[0].request
    assert first is not None
    assert first.ts_ns % 1000 == 123


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
@pytest.mark.parametrize("make", [Capture.pcap, pcapng], ids=["pcap", "pcapng"])
def test_compressed_captures_read_the_same(compression: str, make: object, tmp_path: Path) -> None:
    assert callable(make)
    plain: bytes = make(conversation())
    packed = gzip.compress(plain, mtime=0) if compression == "gzip" else zstandard.compress(plain)
    path = tmp_path / "no-suffix"
    path.write_bytes(packed)
    report = analyze(path)
    assert what_was_read(report) == what_was_read(expected(tmp_path))
    assert report.capture.compression == compression


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_reads_the_same(packed: bool, tmp_path: Path) -> None:  # noqa: FBT001 - likewise
    plain = conversation().pcap()
    report = analyze("-", stdin=io.BytesIO(gzip.compress(plain, mtime=0) if packed else plain))
    assert what_was_read(report) == what_was_read(expected(tmp_path))
    assert report.capture.path == "-"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"\x7fELF\x02\x01\x01" + bytes(60), "ELF"),
        (b"PK\x03\x04" + bytes(60), "zip"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "text"),
        (b"No.     Time        Source\n1 0.000000 192.0.2.1\n", "text"),
    ],
)
def test_other_files_are_refused_by_name_with_what_to_do(content: bytes, named: str, tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(UnknownFormatError) as caught:
        analyze(path)
    assert named.lower() in str(caught.value).lower()
    assert "\n" not in str(caught.value)


def test_empty_cut_and_missing_files_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "cut").write_bytes(conversation().pcap()[:11])
    with pytest.raises(EmptyCaptureError):
        analyze(tmp_path / "empty")
    with pytest.raises(TruncatedCaptureError):
        analyze(tmp_path / "cut")
    with pytest.raises(CaptureError):
        analyze(tmp_path / "missing")
    with pytest.raises(CaptureError):
        analyze(tmp_path)
