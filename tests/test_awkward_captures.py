"""Captures whose packets other tools' defaults misread: each must come out as what really happened."""

import random
import struct
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from osspcap.analysis import analyze
from osspcap.model.message import Body, Message
from osspcap.model.report import Report
from osspcap.model.stream import ConnectionEnd, GapCause
from tests.build.analyzed import answered_body, get, names, opened, report_of, sent_body, told
from tests.build.http import oss_error, request, response
from tests.build.wire import ACK, PSH, SYN, Capture, Packet

BODY = random.Random(5).randbytes(20_000)


# --- answers and resets in mid-body ---


def test_early_403_is_paired_with_the_upload_it_cut_short(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    upload = request("PUT", "/big", body=BODY)
    head = len(upload) - len(BODY)
    tcp.client(upload[: head + 6000])
    tcp.server(response(403, "Forbidden", body=oss_error("AccessDenied", "no"), Connection="close"))
    tcp.client(upload[head + 6000 : head + 9000], acknowledge=False)
    tcp.reset()
    report = report_of(cap, tmp_path)
    assert told(report) == [("PUT /big", 403)]
    body = sent_body(report.exchanges[0])
    assert (body.announced, body.captured, body.missing, body.complete) == (20_000, 9_000, 11_000, False)
    assert report.exchanges[0].is_answered_early
    assert body.reason


def test_server_reset_in_mid_upload_says_who_and_at_which_byte(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    upload = request("PUT", "/big", body=BODY)
    tcp.client(upload[:12_000])
    tcp.reset(1)
    report = report_of(cap, tmp_path)
    assert told(report) == [("PUT /big", None)]
    connection = report.connections[0]
    assert connection.end is ConnectionEnd.RST_SERVER
    assert connection.from_server.resets[0].peer_offset == 12_000
    assert sent_body(report.exchanges[0]).captured == 12_000 - (len(upload) - len(BODY))


def test_client_reset_in_mid_download_keeps_the_pair(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    tcp.client(request("GET", "/big"))
    download = response(200, body=BODY)
    tcp.server(download[:9_000])
    tcp.reset(0)
    report = report_of(cap, tmp_path)
    assert told(report) == [("GET /big", 200)]
    body = answered_body(report.exchanges[0])
    assert (body.announced, body.captured) == (20_000, 9_000 - (len(download) - len(BODY)))
    assert not body.complete
    assert report.connections[0].end is ConnectionEnd.RST_CLIENT
    assert report.connections[0].from_client.resets[0].offset == len(request("GET", "/big"))


# --- holes ---


def test_missing_segment_is_stated_and_later_exchanges_are_whole(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    tcp.client(request("GET", "/first"))
    download = response(200, body=BODY)
    tcp.server(download[:4_380], acknowledge=False)
    tcp.lose(1, download[4_380:5_840])
    tcp.server(download[5_840:])
    for number in range(3):
        get(tcp, f"/later{number}")
    tcp.close()
    report = report_of(cap, tmp_path)
    assert told(report) == [("GET /first", 200), *((f"GET /later{n}", 200) for n in range(3))]
    hole = answered_body(report.exchanges[0])
    head = len(download) - len(BODY)
    assert (hole.announced, hole.missing, hole.complete) == (20_000, 1_460, False)
    assert [(gap.offset, gap.length, gap.cause) for gap in hole.holes] == [(4_380 - head, 1_460, GapCause.NOT_CAPTURED)]
    assert all(answered_body(exchange).complete for exchange in report.exchanges[1:])


# --- packets out of order, repeated, overlapping, wrapped: as if it were clean ---


def clean(cap: Capture, **kwargs: int) -> Capture:
    tcp = opened(cap, **kwargs)
    tcp.client(request("PUT", "/object", body=BODY[:5_000]))
    tcp.server(response(200))
    get(tcp, "/object", BODY)
    tcp.close()
    return cap


def facts(report: Report) -> list[tuple[str, str, int, Body]]:
    parts: list[tuple[str, str, int, Body]] = []
    for exchange in report.exchanges:
        for half in (exchange.request, exchange.response):
            assert half is not None
            parts.append((half.method, half.target, half.status, half.body))
    return parts


def lengths(report: Report) -> list[tuple[str, str, int, int, bool, bytes]]:
    """Without the frames, which may differ."""
    return [(m, t, s, body.captured, body.complete, body.window) for m, t, s, body in facts(report)]


def is_from_client(packet: Packet) -> bool:
    return packet.data[26:30] == bytes((192, 0, 2, 10))


def swap_first_two_segments(packets: list[Packet]) -> None:
    first, second = [n for n, packet in enumerate(packets) if len(packet.data) > 1_000][:2]
    packets[first].data, packets[second].data = packets[second].data, packets[first].data


def move_acks_before_data(packets: list[Packet]) -> None:
    pairs = [(one, two) for one, two in pairwise(packets[3:]) if len(one.data) > 54 and len(two.data) == 54]
    for one, two in pairs:
        one.data, two.data = two.data, one.data


def repeat_every_packet(packets: list[Packet]) -> None:
    packets[:] = [Packet(packet.data, packet.ts_ns + late) for packet in packets for late in (0, 40_000)]


def send_a_larger_overlapping_segment_again(packets: list[Packet]) -> None:
    """The second and third data segments come once more as one, as after a timeout."""
    first, second = [n for n, packet in enumerate(packets) if len(packet.data) > 1_000][1:3]
    again = packets[first].data + packets[second].data[54:]
    again = again[:16] + struct.pack("!H", len(again) - 14) + again[18:]
    packets.insert(second + 1, Packet(again, packets[second].ts_ns + 1))


@pytest.mark.parametrize(
    "disturb",
    [
        swap_first_two_segments,
        move_acks_before_data,
        repeat_every_packet,
        send_a_larger_overlapping_segment_again,
    ],
)
def test_disturbed_order_reads_as_if_it_were_clean(disturb: Callable[[list[Packet]], None], tmp_path: Path) -> None:
    expected = lengths(report_of(clean(Capture()), tmp_path))
    cap = clean(Capture())
    disturb(cap.packets)
    report = report_of(cap, tmp_path)
    assert lengths(report) == expected
    assert report.connections[0].directions[0].bytes_missing == 0
    assert report.connections[0].directions[1].bytes_missing == 0


@pytest.mark.parametrize("before_wrap", [1, 100, 2_000, 4_999])
def test_wrapped_sequence_numbers_read_as_if_it_were_clean(before_wrap: int, tmp_path: Path) -> None:
    expected = facts(report_of(clean(Capture()), tmp_path))
    wrapped = clean(Capture(), client_isn=2**32 - before_wrap, server_isn=2**32 - before_wrap - 7)
    assert facts(report_of(wrapped, tmp_path)) == expected


# --- parts of conversations ---


def test_conversation_without_its_handshake_is_read_and_said(tmp_path: Path) -> None:
    cap = clean(Capture())
    del cap.packets[:3]
    report = report_of(cap, tmp_path)
    assert told(report) == [("PUT /object", 200), ("GET /object", 200)]
    assert report.connections[0].client.port == 50000
    assert "started-mid-connection" in names(report)


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (True, [("PUT /object", None), ("GET /object", None)]),
        (False, [(None, 200), (None, 200)]),
    ],
    ids=["client", "server"],
)
def test_one_direction_alone_gives_its_half_and_is_said(
    kept: bool,  # noqa: FBT001 - pytest passes parameters by name
    expected: list[tuple[str | None, int | None]],
    tmp_path: Path,
) -> None:
    cap = clean(Capture())
    cap.packets = [packet for packet in cap.packets if is_from_client(packet) is kept]
    report = report_of(cap, tmp_path)
    assert told(report) == expected
    assert "one-direction-only" in names(report)


def test_snap_length_of_96_keeps_start_lines_and_is_said(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    for number in range(3):
        get(tcp, f"/object{number}", BODY[:4_000])
    tcp.close()
    report = report_of(cap, tmp_path, snaplen=96)
    assert told(report) == [(f"GET /object{number}", 200) for number in range(3)]
    assert "snaplen-truncated" in names(report)


def test_file_cut_inside_a_record_is_read_up_to_there_and_said(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    get(tcp, "/whole")
    get(tcp, "/cut", BODY)
    path = tmp_path / "x.pcap"
    path.write_bytes(cap.pcap()[:-700])
    report = analyze(path)
    assert told(report) == [("GET /whole", 200), ("GET /cut", 200)]
    assert answered_body(report.exchanges[0]).complete
    assert not answered_body(report.exchanges[1]).complete
    assert report.capture.truncated_at is not None
    assert "file-cut-short" in names(report)


# --- connections ---


def test_reused_addresses_and_ports_are_two_streams(tmp_path: Path) -> None:
    cap = Capture()
    first = opened(cap)
    get(first, "/first")
    first.close()
    cap.wait(30)
    second = opened(cap, client_isn=700_000_000, server_isn=900_000_000)
    get(second, "/second")
    second.close()
    report = report_of(cap, tmp_path)
    assert told(report) == [("GET /first", 200), ("GET /second", 200)]
    assert [connection.stream for connection in report.connections] == [0, 1]
    assert [exchange.stream for exchange in report.exchanges] == [0, 1]


def test_bad_checksums_are_accepted(tmp_path: Path) -> None:
    expected = facts(report_of(clean(Capture()), tmp_path))
    cap = clean(Capture())
    for number, packet in enumerate(cap.packets):  # offload leaves zero or a partial sum
        packet.data = packet.data[:50] + struct.pack("!H", number * 257 % 65536) + packet.data[52:]
        packet.data = packet.data[:24] + b"\0\0" + packet.data[26:]
    assert facts(report_of(cap, tmp_path)) == expected


def test_segments_larger_than_the_mtu_with_ip_length_zero_are_accepted(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    upload = request("PUT", "/big", body=BODY)
    tcp.send(0, ACK | PSH, upload, total_length=0)
    tcp.server(response(200))
    report = report_of(cap, tmp_path)
    assert told(report) == [("PUT /big", 200)]
    assert sent_body(report.exchanges[0]).complete


def test_unanswered_syn_is_a_connection(tmp_path: Path) -> None:
    cap = Capture()
    cap.tcp().send(0, SYN)
    report = report_of(cap, tmp_path)
    assert [connection.end for connection in report.connections] == [ConnectionEnd.UNANSWERED]


def test_every_message_knows_its_own_packet(tmp_path: Path) -> None:
    report = report_of(clean(Capture()), tmp_path)
    messages: list[Message] = [half for e in report.exchanges for half in (e.request, e.response) if half is not None]
    assert [half.frame for half in messages] == [4, 9, 11, 13]
