import struct

import pytest

from osspcap.capture import interfaces, pcapng
from osspcap.errors import CorruptCaptureError, TruncatedCaptureError
from tests.build import containers
from tests.build.containers import block, enhanced, interface, obsolete, secrets, section, simple
from tests.build.decoded import read_rows
from tests.build.tunnels import sll
from tests.build.wire import START_NS, Capture, ip_packet, tcp_segment

FRAME = Capture().tcp().frame(0, 0x18, b"hello")
HEAD = section() + interface(resolution=9)


def test_enhanced_packets_are_the_packets_of_the_pcap() -> None:
    cap = Capture()
    tcp = cap.tcp()
    tcp.handshake()
    tcp.client(b"x" * 5001)
    info, rows = read_rows(containers.pcapng(cap.packets))
    assert rows == read_rows(cap.pcap(nanoseconds=True))[1]
    assert info.format == "pcapng"


def test_interfaces_have_their_own_link_type_time_and_snap_length() -> None:
    packet = ip_packet("192.0.2.1", "192.0.2.2", tcp_segment(1, 2, 3, 4, 0x18, b"abc"))
    data = section() + interface(1, snaplen=0, name="eth0") + interface(113, snaplen=96, resolution=0, name="any")
    data += enhanced(sll(packet), 9, number=1) + enhanced(FRAME, 8_000_000)
    info, rows = read_rows(data)
    assert [row.payload for row in rows] == [b"abc", b"hello"]
    assert [row.ts_ns for row in rows] == [9 * 10**9, 8 * 10**9]
    assert (info.link_types, info.snaplen) == (["EN10MB", "LINUX_SLL"], 96)
    assert info.interface_names == ["eth0", "any"]


def test_new_section_has_its_own_interfaces_and_byte_order() -> None:
    packet = ip_packet("192.0.2.1", "192.0.2.2", tcp_segment(1, 2, 3, 4, 0x18, b"abc"))
    data = HEAD + enhanced(FRAME, 5)
    data += section(order=">") + interface(101, order=">", resolution=0)
    data += enhanced(packet, 6, order=">", options=containers.option(1, b"a comment", order=">"))
    data += section() + interface(resolution=3) + enhanced(FRAME, 7)
    info, rows = read_rows(data)
    assert [row.payload for row in rows] == [b"hello", b"abc", b"hello"]
    assert [row.ts_ns for row in rows] == [5, 6 * 10**9, 7 * 10**6]
    assert info.link_types == ["EN10MB", "RAW"]


def test_simple_and_obsolete_packets_are_frames_too() -> None:
    data = HEAD + obsolete(FRAME, START_NS) + simple(FRAME) + enhanced(FRAME, START_NS + 5) + simple(FRAME)
    info, rows = read_rows(data)
    assert [row.payload for row in rows] == [b"hello"] * 4
    assert [row.ts_ns for row in rows] == [START_NS, START_NS, START_NS + 5, START_NS + 5]
    assert [row.frame for row in rows] == [1, 2, 3, 4]
    assert info.implausible_times is None


def test_simple_packet_is_cut_by_the_snap_length_of_the_first_interface() -> None:
    data = section() + interface(snaplen=56) + interface(snaplen=10) + simple(FRAME[:56], original=len(FRAME))
    info, rows = read_rows(data)
    assert (rows[0].payload, rows[0].length) == (b"he", 5)
    assert info.snaplen_cut is not None


def test_journal_entries_are_numbered_and_other_blocks_are_not() -> None:
    journal = block(9, b"__REALTIME_TIMESTAMP=1\nMESSAGE=hello\n")
    unknown = block(0x0BAD, b"what") + block(5, bytes(12)) + block(4, bytes(8)) + block(0x80000001, bytes(5))
    info, rows = read_rows(HEAD + unknown + journal + enhanced(FRAME) + unknown)
    assert [row.frame for row in rows] == [2]
    assert info.packets == 2
    assert list(info.other_protocols) == ["systemd journal"]
    assert info.truncated_at is None


def test_tls_key_logs_are_kept_and_other_secrets_are_not() -> None:
    log = b"CLIENT_RANDOM 00 11\n"
    data = HEAD + secrets(log) + secrets(b"wireguard", kind=0x57474B4C) + enhanced(FRAME) + secrets(b"second\n")
    assert read_rows(data)[0].decryption_secrets == [log, b"second\n"]


def test_key_logs_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcapng, "MAX_SECRETS_BYTES", 10)
    info, _ = read_rows(HEAD + secrets(b"12345678") + secrets(b"345") + secrets(b"90"))
    assert info.decryption_secrets == [b"12345678", b"90"]


def test_interfaces_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcapng, "MAX_INTERFACES", 2)
    assert interfaces.MAX_INTERFACES >= 65_536
    info, rows = read_rows(HEAD + enhanced(FRAME) + interface() * 2)
    assert len(rows) == 1
    assert "more than 2 interfaces" in info.truncation


def test_length_without_padding_is_rounded_up() -> None:
    whole = enhanced(FRAME + b"\0")
    assert len(FRAME) % 4 == 3
    length = struct.pack("<I", 32 + len(FRAME))
    head = struct.pack("<IIIII", 0, 0, 0, len(FRAME), len(FRAME))
    sloppy = struct.pack("<I", 6) + length + head + FRAME + b"\0" + length
    assert len(sloppy) == len(whole)
    assert [row.payload for row in read_rows(HEAD + sloppy + whole)[1]] == [b"hello", b"hello"]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (struct.pack("<II", 6, 0xFFFFFFFC) + bytes(100), "claims 4294967292 bytes"),
        (struct.pack("<II", 6, 8) + bytes(100), "claims 8 bytes"),
        (struct.pack("<II", 0x0BAD, 0) + bytes(100), "claims 0 bytes"),
        (enhanced(FRAME, number=1), "interface 1"),
        (enhanced(FRAME)[:-4] + b"\x40\0\0\0", "closing length says 64"),
        (block(0x0BAD, b"1234")[:-4] + b"\x40\0\0\0", "closing length says 64"),
        (block(6, struct.pack("<IIIII", 0, 0, 0, 500, 500) + bytes(40)), "claims 500 captured bytes"),
        (b"\x0a\x0d\x0d\x0a" + bytes(40), "byte-order magic 00000000"),
    ],
)
def test_damage_ends_the_file_and_says_where(bad: bytes, says: str) -> None:
    good = HEAD + enhanced(FRAME)
    info, rows = read_rows(good + bad + enhanced(FRAME) * 3)
    assert [row.frame for row in rows] == [1]
    assert info.truncated_at == len(good)
    assert f"byte {len(good)} " in info.truncation
    assert says in info.truncation
    with pytest.raises(CorruptCaptureError, match="before the first packet"):
        read_rows(HEAD + bad)


def test_packet_of_an_interface_described_later_is_damage_for_any_chunk_size() -> None:
    data = HEAD + enhanced(FRAME) + enhanced(FRAME, number=1) + interface() + enhanced(FRAME, number=1)
    for chunk in (1, 100, 1 << 20):
        info, rows = read_rows(data, chunk_bytes=chunk)
        assert (len(rows), info.truncated_at) == (1, len(HEAD + enhanced(FRAME)))


def test_file_cut_in_a_block_keeps_what_lies_in_front() -> None:
    data = HEAD + enhanced(FRAME) * 2
    info, rows = read_rows(data[:-10])
    assert len(rows) == 1
    assert info.truncated_at == len(data) - 10
    with pytest.raises(TruncatedCaptureError):
        read_rows(data[:20])
    with pytest.raises(TruncatedCaptureError):
        read_rows(data[: len(HEAD) + 40])


def test_absurd_block_takes_no_memory_and_a_long_one_is_read() -> None:
    long = block(0x0BAD, bytes(300_000))
    assert len(read_rows(HEAD + long + enhanced(FRAME), chunk_bytes=1000)[1]) == 1
