"""Facts by hand, for what works on verdicts and not on traffic: the judge and its parts."""

from osspcap.model.capture import CaptureInfo
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.model.message import Message
from osspcap.model.operation import Operation, Role
from osspcap.model.report import Dissection
from osspcap.model.stream import Address, Connection, Direction
from osspcap.units import FrameNumber, Nanoseconds, StreamId


def message(*, frame: int, status: int = 0) -> Message:
    """A message whose head says nothing but its start line."""
    line = f"HTTP/1.1 {status} OK" if status else "GET /key HTTP/1.1"
    return Message(
        is_request=not status,
        frame=FrameNumber(frame),
        ts_ns=Nanoseconds(frame),
        head_end_ns=Nanoseconds(frame),
        end_frame=FrameNumber(frame),
        end_ns=Nanoseconds(frame),
        start_offset=0,
        peer_offset=0,
        raw_head=f"{line}\r\n\r\n".encode(),
        head_frames=((0, frame),),
        version="HTTP/1.1",
        method="" if status else "GET",
        target="" if status else "/key",
        status=status,
    )


def exchange(number: int, status: int | None = 200, role: Role | None = Role.OSS, stream: int = 0) -> Exchange:
    """An exchange in frames 2 * number + 1 and the next."""
    return Exchange(
        id=number,
        stream=StreamId(stream),
        request=message(frame=2 * number + 1),
        response=None if status is None else message(frame=2 * number + 2, status=status),
        interims=(),
        anomalies=(),
        operation=None if role is None else Operation(role),
    )


def connection(stream: int) -> Connection:
    """A connection of which nothing is known but its number."""
    sides = (Address("192.0.2.10", 50_000 + stream), Address("203.0.113.10", 80))
    first, zero = FrameNumber(1), Nanoseconds(0)
    return Connection(StreamId(stream), sides, (Direction(), Direction()), first, zero, first, zero)


def dissection(*exchanges: Exchange, connections: int = 1) -> Dissection:
    """A capture with these exchanges."""
    return Dissection(CaptureInfo("x.pcap"), [connection(number) for number in range(connections)], exchanges)


def evidence(frame: int = 1, *, stream: int | None = None, exchange: int | None = None) -> Evidence:
    """Evidence that only says where it is."""
    return Evidence(FrameNumber(frame), None if stream is None else StreamId(stream), exchange, "packet", "seen")
