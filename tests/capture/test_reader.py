import gzip
import hashlib
import io
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from osspcap.capture.reader import open_capture
from osspcap.errors import (
    CaptureError,
    CorruptCaptureError,
    EmptyCaptureError,
    TruncatedCaptureError,
    UnknownFormatError,
    UnreadableCaptureError,
)
from tests.build import containers
from tests.build.decoded import read_rows
from tests.build.tunnels import geneve, gre, ipv4_fragments, ipv6_fragments, mpls, outer, pppoe, vlan, vxlan
from tests.build.wire import START_NS, Capture, ethernet, ip_packet, tcp_segment


def story() -> Capture:
    """Plain conversations, tunnels, fragments and noise."""
    cap = Capture(step_ns=1_000_003)
    for client, server in (("192.0.2.10", "203.0.113.10"), ("2001:db8::10", "2001:db8::80")):
        tcp = cap.tcp(client, 50000, server, 80)
        tcp.handshake()
        tcp.client(b"GET /key HTTP/1.1\r\n\r\n")
        tcp.server(bytes(range(256)) * 13)
        packet = ip_packet(client, server, tcp_segment(50001, 80, 5, 6, 0x18, b"tunnelled"))
        is_v6 = ":" in client
        cap.add(outer(gre(packet, protocol=0x86DD if is_v6 else 0x0800, key=7), 47))
        cap.add(outer(packet, 41 if is_v6 else 4))
        cap.add(outer(vxlan(ethernet(packet)), 17))
        cap.add(outer(geneve(ethernet(packet)), 17))
        cap.add(mpls(packet, 16, 17))
        cap.add(ethernet(packet, tags=vlan(5)))
        cap.add(ethernet(packet, tags=vlan(5, 6, kind=0x88A8)))
        cap.add(ethernet(pppoe(packet, protocol=0x57 if is_v6 else 0x21), ethertype=0x8864))
        cap.add(ethernet(ip_packet(client, server, bytes(12), protocol=17)))
        cap.add(ethernet(ip_packet(client, server, tcp_segment(1, 2, 3, 4, 16, b"x" * 90), total_length=0)))
        tcp.close()
    for frame in ipv4_fragments("192.0.2.10", "203.0.113.10", tcp_segment(7, 80, 1, 1, 24, b"frag" * 500), 800):
        cap.add(frame)
    for frame in ipv6_fragments("2001:db8::10", "2001:db8::80", tcp_segment(8, 80, 1, 1, 24, b"six!" * 500), 800):
        cap.add(frame)
    cap.add(ethernet(bytes(28), ethertype=0x0806))
    cap.add(ethernet(ip_packet("192.0.2.1", "192.0.2.2", tcp_segment(1, 2, 3, 4, 16), options=b"\1" * 4)) + bytes(2))
    return cap


STORY = story()
PCAP, PCAPNG = STORY.pcap(), containers.pcapng(STORY.packets)
EVERY = (PCAP, PCAPNG, gzip.compress(PCAP, mtime=0), zstandard.ZstdCompressor().compress(PCAPNG))


def facts(data: bytes, chunk_bytes: int) -> object:
    try:
        return read_rows(data, chunk_bytes=chunk_bytes)
    except CaptureError as error:
        return type(error), str(error)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5000), st.sampled_from(EVERY), st.integers(0, 400))
def test_packets_and_facts_are_the_same_for_any_chunk_size(chunk: int, data: bytes, cut: int) -> None:
    data = data[: len(data) - cut]
    assert facts(data, chunk) == facts(data, 1 << 20)


def test_one_byte_at_a_time_gives_the_same() -> None:
    for data in (PCAP[:3000], PCAPNG[:3000]):
        assert facts(data, 1) == facts(data, 1 << 20)


def test_compressed_captures_are_the_capture_and_hash_as_on_disk(tmp_path: Path) -> None:
    plain = read_rows(PCAP)[1]
    members = gzip.compress(PCAP[:5000], mtime=0) + gzip.compress(PCAP[5000:], mtime=0)
    frames = b"".join(zstandard.ZstdCompressor().compress(part) for part in (PCAP[:10], PCAP[10:]))
    for data, compression in ((PCAP, None), (members, "gzip"), (frames, "zstd")):
        path = tmp_path / "x.cap"
        path.write_bytes(data)
        with open_capture(path) as reader:
            assert sum(len(table) for table in reader.tables()) == len(plain)
            assert (reader.bytes_read, reader.total_bytes) == (len(data), len(data))
        assert reader.info.compression == compression
        assert reader.info.sha256 == hashlib.sha256(data).hexdigest()
        assert read_rows(data)[1] == plain


def test_compressed_capture_cut_short_keeps_its_packets() -> None:
    cap = Capture()
    cap.tcp().client(random.Random(1).randbytes(400_000), size=1000)
    packed = gzip.compress(cap.pcap(), mtime=0)
    info, rows = read_rows(packed[: len(packed) // 2])
    assert 150 < len(rows) < 250
    assert "gzip data ends early" in info.truncation
    assert info.truncated_at is not None
    assert info.sha256 == hashlib.sha256(packed[: len(packed) // 2]).hexdigest()


def test_bytes_behind_damage_are_still_hashed() -> None:
    data = PCAP + b"\xff" * 5_000_000
    info, _ = read_rows(data)
    assert info.truncated_at == len(PCAP)
    assert info.sha256 == hashlib.sha256(data).hexdigest()


def test_facts_of_the_whole_file() -> None:
    cap = Capture()
    cap.add(ethernet(bytes(28), ethertype=0x0806))
    cap.tcp().client(b"x" * 100)
    info, rows = read_rows(cap.pcap(snaplen=80))
    assert (info.packets, info.tcp_packets, len(rows)) == (3, 2, 2)
    assert info.captured_bytes == 42 + 80 + 54
    assert (info.first_packet_ns, info.last_packet_ns) == (START_NS, START_NS + 2_000_000)
    assert info.snaplen == 80
    assert info.snaplen_cut is not None
    assert (info.snaplen_cut.count, info.snaplen_cut.first_frame) == (1, 2)
    assert (info.time_reversals, info.implausible_times, info.path) == (None, None, "-")


@pytest.mark.parametrize("chunk", [64, 1 << 20])
def test_time_that_runs_back_or_was_never_set_is_counted(chunk: int) -> None:
    cap = Capture()
    tcp = cap.tcp()
    second = 1_000_000_000
    for offset in (0, 10 * second, 9 * second, 8 * second - 1000, 20 * second, -START_NS, 21 * second):
        cap.add(tcp.frame(0, 16), at_ns=START_NS + offset)
    info, _ = read_rows(cap.pcap(), chunk_bytes=chunk)
    assert info.time_reversals is not None
    assert (info.time_reversals.count, info.time_reversals.first_frame) == (2, 4)
    assert info.implausible_times is not None
    assert (info.implausible_times.count, info.implausible_times.first_frame) == (1, 6)
    assert info.last_packet_ns == START_NS + 21 * second


def test_tables_that_are_kept_stay_valid() -> None:
    with open_capture("-", stdin=io.BytesIO(PCAP), chunk_bytes=2000) as reader:
        tables = list(reader.tables())
    assert len(tables) > 5
    payload = b"".join(
        bytes(table.buffer[start : start + size])
        for table in tables
        for start, size in zip(table.payload_start.tolist(), table.payload_captured.tolist(), strict=True)
    )
    assert payload == b"".join(row.payload for row in read_rows(PCAP)[1])


def test_every_unreadable_input_has_its_error_on_one_line(tmp_path: Path) -> None:
    cases: list[tuple[bytes | None, type[CaptureError]]] = [
        (None, UnreadableCaptureError),
        (b"", EmptyCaptureError),
        (gzip.compress(b"", mtime=0), EmptyCaptureError),
        (b"hello\n", UnknownFormatError),
        (gzip.compress(b"hello\n", mtime=0), UnknownFormatError),
        (random.Random(1).randbytes(1000), UnknownFormatError),
        (PCAP[:2], TruncatedCaptureError),
        (PCAP[:23], TruncatedCaptureError),
        (PCAP[:40], TruncatedCaptureError),
        (PCAPNG[:27], TruncatedCaptureError),
        (gzip.compress(PCAP, mtime=0)[:14], TruncatedCaptureError),
        (EVERY[3][:-1], TruncatedCaptureError),
        (b"\x1f\x8b\x08" + b"\xff" * 50, CorruptCaptureError),
        (b"\x28\xb5\x2f\xfd", TruncatedCaptureError),
    ]
    for number, (data, error) in enumerate(cases):
        path = tmp_path / f"{number}\n.pcap"
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(error) as caught, open_capture(path) as reader:
            list(reader.tables())
        assert str(caught.value).startswith(f"{tmp_path}/{number}\\n.pcap: ")
        assert "\n" not in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(EVERY), st.data())
def test_damaged_captures_never_raise_anything_but_capture_errors(data: bytes, draw: st.DataObject) -> None:
    changed = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 12))):
        at = draw.draw(st.integers(0, len(changed) - 1) | st.integers(0, 200))
        changed[at : at + 1] = draw.draw(st.binary(max_size=4) | st.just(b"\xff\xff\xff\xff") | st.just(b"\0"))
    chunk = draw.draw(st.sampled_from([200, 1 << 16]))
    try:
        info, rows = read_rows(bytes(changed), chunk_bytes=chunk)
    except CaptureError:
        return
    assert info.tcp_packets == len(rows) <= info.packets
    counted = sum(c.count for c in (*info.other_protocols.values(), *info.undecoded.values()))
    assert len(rows) + counted == info.packets
    for row in rows:
        assert len(row.payload) <= row.length
        assert len(row.options) <= 40


def test_reading_may_be_given_up_half_way() -> None:
    with open_capture("-", stdin=io.BytesIO(PCAP), chunk_bytes=500) as reader:
        next(reader.tables())
    assert 0 < reader.bytes_read < len(PCAP)


FIELDS = (
    "frame.number",
    "tcp.srcport",
    "tcp.dstport",
    "tcp.seq",
    "tcp.ack",
    "tcp.len",
    "tcp.flags",
    "tcp.window_size_value",
    "frame.time_epoch",
)


@pytest.mark.skipif(shutil.which("tshark") is None and "CI" not in os.environ, reason="tshark is not installed")
@pytest.mark.parametrize("data", [PCAP, PCAPNG, gzip.compress(PCAP, mtime=0)], ids=["pcap", "pcapng", "gzip"])
def test_tshark_sees_the_same_packets(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.cap"
    path.write_bytes(data)
    command = ["tshark", "-r", str(path), "-Y", "tcp", "-T", "fields"]
    command += ["-o", "tcp.relative_sequence_numbers:FALSE", "-o", "ipv6.tso_support:TRUE"]
    command += [part for field in FIELDS for part in ("-e", field)]
    out = subprocess.run([*command, "-E", "occurrence=l"], capture_output=True, text=True, check=True).stdout
    expected = []
    for line in out.splitlines():
        frame, sport, dport, seq, ack, length, flags, window, time = line.split("\t")
        seconds, fraction = time.split(".")
        time_ns = int(seconds) * 10**9 + int(fraction.ljust(9, "0"))
        numbers = (int(frame), time_ns, int(sport), int(dport), int(seq), int(ack), int(length))
        expected.append((*numbers, int(flags, 16) & 0xFF, int(window)))
    _, rows = read_rows(data)
    assert [(r.frame, r.ts_ns, r.sport, r.dport, r.seq, r.ack, r.length, r.flags, r.window) for r in rows] == expected


def small() -> Capture:
    capture = Capture()
    capture.tcp().handshake()
    return capture


@pytest.mark.parametrize("chunk_bytes", [1, 200, 1 << 20])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_key_logs_are_found_wherever_they_stand(
    chunk_bytes: int, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    content = containers.pcapng_with_secrets(small(), b"first") + containers.secrets(b"second")
    path = tmp_path / "x.pcapng"
    path.write_bytes(pack(content))
    with open_capture(path, chunk_bytes=chunk_bytes) as reader:
        assert reader.key_logs() == [b"first", b"second"]


def test_damage_ends_the_search_for_key_logs(tmp_path: Path) -> None:
    content = containers.pcapng_with_secrets(small(), b"first")
    path = tmp_path / "x.pcapng"
    for tail in (content[-9:], b"\xff" * 40):
        path.write_bytes(content + tail + containers.secrets(b"second"))
        with open_capture(path) as reader:
            assert reader.key_logs() == [b"first"]


def test_a_pcap_file_has_no_key_logs(tmp_path: Path) -> None:
    with open_capture(small().write(tmp_path / "x.pcap")) as reader:
        assert reader.key_logs() == []
