from io import BytesIO
from pathlib import Path

import pytest

from osspcap import trace as trace_module
from osspcap.analysis import Options, analyze, dissect
from osspcap.capture.reader import open_capture
from osspcap.model.trace import LeftOut, TracedPacket
from osspcap.trace import follow, loose_records, streams_worth_tracing
from osspcap.units import FrameNumber, StreamId
from tests.build.analyze import refused
from tests.build.http import request, response
from tests.build.traces import packets_of, traced, traced_report
from tests.build.wire import ACK, Capture, ethernet, ip_packet


def bulk(segments: int) -> Capture:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    for _ in range(segments):
        tcp.client(b"x" * 100)
    return capture


def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "FIRST_PACKETS": 5,
        "LAST_PACKETS": 4,
        "AROUND_EVIDENCE": 2,
        "AROUND_NOTES": 1,
        "MAX_PACKETS": 20,
    }.items():
        monkeypatch.setattr(trace_module, name, value)


def shape(steps: tuple[TracedPacket | LeftOut, ...]) -> list[int | tuple[int, int]]:
    return [step.frame if isinstance(step, TracedPacket) else (step.first_frame, step.last_frame) for step in steps]


def test_packets_of_other_streams_are_left_alone() -> None:
    capture = Capture()
    first, second = capture.tcp(cport=50001), capture.tcp(cport=50002)
    first.handshake()
    second.handshake()
    first.client(b"a")
    second.client(b"b")
    assert [packet.frame for packet in packets_of(traced(capture, stream=1))] == [4, 5, 6, 9, 10]


@pytest.mark.parametrize("chunk_bytes", [1, 100, 700])
def test_the_trace_is_the_same_for_any_chunk_size(chunk_bytes: int) -> None:
    capture = bulk(10)
    assert traced(capture, chunk_bytes=chunk_bytes) == traced(capture)


def test_addresses_used_again_are_two_traces() -> None:
    capture = Capture()
    first = capture.tcp()
    first.handshake()
    first.close()
    second = capture.tcp(client_isn=500_000)
    second.handshake()
    assert [packet.frame for packet in packets_of(traced(capture, stream=0))] == [1, 2, 3, 4, 5, 6]
    assert [packet.seq for packet in packets_of(traced(capture, stream=1))] == [0, 0, 1]


def test_evidence_is_kept_with_its_surroundings_and_what_is_left_out_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    small_limits(monkeypatch)
    trace = traced(bulk(30), 40)
    assert shape(trace.steps) == [1, 2, 3, 4, 5, (6, 37), 38, 39, 40, 41, 42, (43, 59), 60, 61, 62, 63]
    left_out = trace.steps[5]
    assert left_out == LeftOut(FrameNumber(6), FrameNumber(37), 32, 1600, 0)
    assert trace.packets == 63


def test_packets_out_of_the_ordinary_are_kept_up_to_the_limit_and_evidence_beyond_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small_limits(monkeypatch)
    capture = bulk(10)
    tcp = capture.tcp()
    for _ in range(40):
        capture.wait(0.5)
        capture.add(tcp.frame(0, ACK, b"x" * 100, seq=1001, ack=9001))
    trace = traced(capture, 60)
    assert len(packets_of(trace)) <= 20 + 5 + 4
    assert 60 in shape(trace.steps)


def test_a_trace_that_ends_early_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_module, "MAX_FOLLOWED_PACKETS", 10)
    trace = traced(bulk(30))
    assert shape(trace.steps)[-2:] == [10, (11, 63)]
    assert trace.steps[-1] == LeftOut(FrameNumber(11), FrameNumber(63), 53, None, None)


def test_records_are_given_as_the_file_has_them() -> None:
    capture = Capture()
    capture.add(b"\0" * 60)  # no TCP: counts as a frame all the same
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(b"abcdefgh" * 40)
    content = capture.pcap(snaplen=200)
    connections = dissect("-", stdin=BytesIO(content)).connections
    with open_capture("-", stdin=BytesIO(content), chunk_bytes=64) as reader:
        followed = [
            (item.packet.frame, bytes(item.record.data), item.record)
            for item in follow(reader, connections, [StreamId(0)])
        ]
    assert [data for _, data, _ in followed] == [packet.data[:200] for packet in capture.packets[1:]]
    assert [record.ts_ns for _, _, record in followed] == [packet.ts_ns for packet in capture.packets[1:]]
    frame, data, record = followed[3]
    assert (frame, record.link_type, record.original_length, record.payload_offset) == (5, 1, 54 + 320, 54)
    assert data[54:].startswith(b"abcdefgh")


def test_a_packet_put_together_from_fragments_has_no_payload_in_its_record() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    segment = tcp.frame(0, ACK, b"z" * 400)[34:]
    for start, more in ((0, 0x2000), (200, 0)):
        piece = segment[start : start + 200] if more else segment[start:]
        packet = ip_packet("192.0.2.10", "203.0.113.10", piece, ip_id=77, fragment=more | start // 8)
        capture.add(ethernet(packet))
    content = capture.pcap()
    connections = dissect("-", stdin=BytesIO(content)).connections
    with open_capture("-", stdin=BytesIO(content)) as reader:
        *_, last = follow(reader, connections, [StreamId(0)])
    assert (last.packet.frame, last.packet.length, last.record.payload_offset) == (5, 400, None)


def test_a_report_traces_only_if_it_is_asked_to(tmp_path: Path) -> None:
    path = refused(404, "NoSuchKey", "The specified key does not exist.").write(tmp_path / "x.pcap")
    assert analyze(path).traces.streams == ()
    (trace,) = analyze(path, Options(trace=True)).traces.streams
    assert [packet.frame for packet in packets_of(trace)] == list(range(1, 11))


def test_a_pipe_is_traced_like_the_file(tmp_path: Path) -> None:
    capture = refused(404, "NoSuchKey", "The specified key does not exist.")
    path = capture.write(tmp_path / "x.pcap")
    assert traced_report(capture).traces == analyze(path, Options(trace=True)).traces


def test_a_pipe_too_long_to_be_kept_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("osspcap.spool.Spool.again", lambda _: None)
    traces = traced_report(refused(404, "NoSuchKey", "x")).traces
    assert traces.streams == ()
    assert "pipe" in traces.lack


def test_a_capture_that_vanished_is_said_to_be_so(tmp_path: Path) -> None:
    dissection = dissect(refused(404, "NoSuchKey", "x").write(tmp_path / "x.pcap"))
    (tmp_path / "x.pcap").write_bytes(b"something else")
    traces = trace_module.trace_report(tmp_path / "x.pcap", dissection, ())
    assert traces.streams == ()
    assert "second time" in traces.lack


def test_streams_of_the_worst_findings_come_first_and_all_in_a_small_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = Capture()
    for number in range(6):
        tcp = capture.tcp(cport=50000 + number)
        tcp.handshake()
        tcp.client(request("GET", f"/{number}"))
        tcp.server(response(200 if number != 4 else 404))
        tcp.close()
    report = analyze("-", stdin=BytesIO(capture.pcap()))
    facts = (report.connections, report.exchanges)
    assert next(iter(streams_worth_tracing(*facts, ()))) == 4
    assert sorted(streams_worth_tracing(*facts, ())) == [0, 1, 2, 3, 4, 5]
    monkeypatch.setattr(trace_module, "SMALL_CAPTURE_PACKETS", 12)
    assert list(streams_worth_tracing(*facts, ())) == [4]
    named = streams_worth_tracing(*facts, report.findings)
    assert all(item.frame in named[item.stream] for f in report.findings for item in f.evidence if item.stream in named)


def test_loose_records_are_those_of_the_frames_asked_for() -> None:
    capture = bulk(5)
    with open_capture("-", stdin=BytesIO(capture.pcap())) as reader:
        found = [
            (frame, bytes(record.data)) for frame, record in loose_records(reader, [FrameNumber(7), FrameNumber(2)])
        ]
    assert found == [(2, capture.packets[1].data), (7, capture.packets[6].data)]
