"""Traces of captures that are built in a test."""

from io import BytesIO

from osspcap.analysis import Options, analyze, dissect
from osspcap.capture.reader import open_capture
from osspcap.model.report import Report
from osspcap.model.trace import PacketNote, StreamTrace, TracedPacket
from osspcap.trace import trace_streams
from osspcap.units import FrameNumber, StreamId
from tests.build.wire import Capture


def traced(capture: Capture, *frames: int, stream: int = 0, chunk_bytes: int = 8 << 20, **pcap: int) -> StreamTrace:
    """The trace of one stream; `frames` are those that findings name."""
    content = capture.pcap(**pcap)  # type: ignore[arg-type]
    connections = dissect("-", stdin=BytesIO(content)).connections
    wanted = {StreamId(stream): {FrameNumber(frame) for frame in frames}}
    with open_capture("-", stdin=BytesIO(content), chunk_bytes=chunk_bytes) as reader:
        (trace,) = trace_streams(reader, connections, wanted)
    return trace


def packets_of(trace: StreamTrace) -> list[TracedPacket]:
    """The packets that a trace holds."""
    return [step for step in trace.steps if isinstance(step, TracedPacket)]


def notes_of(trace: StreamTrace) -> dict[int, tuple[PacketNote, ...]]:
    """Frame to notes, of packets that have any."""
    return {packet.frame: packet.notes for packet in packets_of(trace) if packet.notes}


def traced_report(capture: Capture | bytes) -> Report:
    """The report on a capture, with packets."""
    content = capture if isinstance(capture, bytes) else capture.pcap()
    return analyze("-", Options(trace=True), stdin=BytesIO(content))
