import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.capture.pcap import PcapWalker
from osspcap.capture.records import MAX_PACKET_BYTES
from osspcap.errors import CorruptCaptureError, TruncatedCaptureError
from tests.build.containers import modified_pcap
from tests.build.decoded import Row, read_rows
from tests.build.wire import START_NS, Capture


def conversation() -> Capture:
    cap = Capture(step_ns=1_234_567)
    tcp = cap.tcp()
    tcp.handshake()
    tcp.client(b"GET / HTTP/1.1\r\n\r\n")
    tcp.server(bytes(range(256)) * 20)
    tcp.close()
    return cap


def without_time(rows: list[Row]) -> list[Row]:
    return [row._replace(ts_ns=0) for row in rows]


@pytest.mark.parametrize("nanoseconds", [False, True])
@pytest.mark.parametrize("big_endian", [False, True])
def test_both_byte_orders_and_resolutions_give_the_same_packets(nanoseconds: bool, big_endian: bool) -> None:  # noqa: FBT001 - parametrized
    cap = conversation()
    info, rows = read_rows(cap.pcap(nanoseconds=nanoseconds, big_endian=big_endian))
    unit = 1 if nanoseconds else 1000
    assert [row.ts_ns for row in rows] == [packet.ts_ns // unit * unit for packet in cap.packets]
    assert [row.frame for row in rows] == list(range(1, len(cap.packets) + 1))
    assert b"".join(row.payload for row in rows if row.sport == 80) == bytes(range(256)) * 20
    assert (info.format, info.link_types, info.snaplen) == ("pcap", ["EN10MB"], 262144)
    assert info.first_packet_ns == START_NS
    assert info.truncated_at is None


@pytest.mark.parametrize("order", ["<", ">"])
def test_modified_pcap_has_longer_record_headers(order: str) -> None:
    cap = conversation()
    assert without_time(read_rows(modified_pcap(cap.packets, order=order))[1]) == without_time(read_rows(cap.pcap())[1])


def test_snap_length_zero_means_none_stated() -> None:
    data = bytearray(conversation().pcap())
    data[16:20] = bytes(4)
    assert read_rows(bytes(data))[0].snaplen is None


def test_frame_check_sequence_bits_are_no_part_of_the_link_type() -> None:
    data = bytearray(conversation().pcap())
    data[20:24] = struct.pack("<I", 0x24000001)
    assert read_rows(bytes(data))[0].link_types == ["EN10MB"]


def test_times_up_to_the_year_2106_are_read() -> None:
    cap = Capture(now_ns=(2**32 - 1) * 10**9)
    cap.tcp().client(b"x")
    assert read_rows(cap.pcap())[1][0].ts_ns == (2**32 - 1) * 10**9


def test_original_length_below_the_captured_one_is_raised_to_it() -> None:
    cap = Capture()
    frame = cap.tcp().frame(0, 0x18, b"hello")
    cap.add(frame, original_length=10)
    info, rows = read_rows(cap.pcap())
    assert (rows[0].payload, rows[0].length) == (b"hello", 5)
    assert info.snaplen_cut is None


def test_file_cut_in_a_record_keeps_what_lies_in_front() -> None:
    data = conversation().pcap()
    whole = read_rows(data)[1]
    info, rows = read_rows(data[:-30])
    assert rows == whole[:-1]
    assert info.truncated_at == len(data) - 30
    assert f"ends at byte {len(data) - 30}" in info.truncation


def test_absurd_record_length_ends_the_file_and_says_where() -> None:
    good = conversation().pcap()
    info, rows = read_rows(good + struct.pack("<IIII", 1, 1, MAX_PACKET_BYTES + 1, 60) + bytes(100))
    assert len(rows) == info.packets == len(conversation().packets)
    assert info.truncated_at == len(good)
    assert f"byte {len(good)} claims {MAX_PACKET_BYTES + 1}" in info.truncation


def test_longest_record_is_read() -> None:
    cap = Capture()
    cap.add(bytes(MAX_PACKET_BYTES))
    cap.tcp().client(b"behind it")
    info, rows = read_rows(cap.pcap(), chunk_bytes=1000)
    assert info.packets == 3
    assert rows[0].payload == b"behind it"


def test_nothing_readable_is_an_error_with_offset_and_advice() -> None:
    data = conversation().pcap()
    with pytest.raises(TruncatedCaptureError, match="byte 20"):
        read_rows(data[:20])
    with pytest.raises(TruncatedCaptureError, match="byte 50, inside the record at byte 24"):
        read_rows(data[:50])
    with pytest.raises(CorruptCaptureError, match="byte 24 claims 4294967295"):
        read_rows(data[:32] + b"\xff" * 100)
    with pytest.raises(CorruptCaptureError, match=r"version 3\.0"):
        read_rows(data[:4] + struct.pack("<HH", 3, 0) + data[8:])


def test_header_without_packets_is_an_empty_capture_and_no_error() -> None:
    info, rows = read_rows(Capture().pcap())
    assert (info.packets, rows, info.first_packet_ns) == (0, [], None)
    assert len(info.sha256) == 64


@given(st.binary(max_size=200))
def test_any_records_never_raise_in_the_walker(data: bytes) -> None:
    walker = PcapWalker(Capture().pcap(), "x")
    batch = walker.walk(bytearray(data) + bytes(256), 0, len(data))
    assert 0 <= batch.consumed <= len(data)
    assert ((batch.start + batch.captured) <= batch.consumed).all()


@pytest.mark.parametrize(("minor", "is_swapped"), [(0, True), (2, True), (3, True), (3, False)])
def test_old_versions_with_their_lengths_swapped_are_read(minor: int, *, is_swapped: bool) -> None:
    new = conversation().pcap(snaplen=100)
    old = bytearray(new[:6] + struct.pack("<H", minor) + new[8:])
    at = 24
    while is_swapped and at < len(new):
        captured, original = struct.unpack_from("<II", new, at + 8)
        struct.pack_into("<II", old, at + 8, original, captured)
        at += 16 + captured
    assert read_rows(bytes(old))[1] == read_rows(new)[1]
