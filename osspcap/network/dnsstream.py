"""DNS over TCP: messages with their length in front (RFC 1035 section 4.2.2) out of a connection's chunks."""

from collections.abc import Sequence

from osspcap.model.datagrams import Carrier, Datagram
from osspcap.model.stream import Chunk, Connection, Event
from osspcap.units import FrameNumber, Nanoseconds, StreamId

DNS_PORT = 53
MAX_MESSAGE_BYTES = 65_535 + 2
"""What the length can state; longer ones do not exist."""
MAX_MESSAGES = 1_000
"""Messages kept of a capture."""


class DnsStreams:
    """Takes what the TCP stage delivers of connections to port 53."""

    def __init__(self) -> None:
        """Begin a capture."""
        self.datagrams: list[Datagram] = []
        """The messages, as if each had come in a datagram."""
        self._buffers: dict[tuple[StreamId, int], bytearray | None] = {}

    def take(self, connection: Connection, events: tuple[Sequence[Event], Sequence[Event]]) -> None:
        """Take the news of one connection; a direction with a hole is given up."""
        for side in (0, 1):
            for event in events[side]:
                key = (connection.stream, side)
                buffer = self._buffers.setdefault(key, bytearray())
                if buffer is None or len(self.datagrams) >= MAX_MESSAGES:
                    break
                if not isinstance(event, Chunk):
                    self._buffers[key] = None
                    break
                buffer += event.data
                self._cut(connection, side, buffer, event)

    def _cut(self, connection: Connection, side: int, buffer: bytearray, event: Chunk) -> None:
        src, dst = connection.sides[side], connection.sides[1 - side]
        place = FrameNumber(event.frame), Nanoseconds(event.ts_ns)
        while len(buffer) >= 2:
            end = 2 + int.from_bytes(buffer[:2])
            if len(buffer) < end or len(self.datagrams) >= MAX_MESSAGES:
                return
            payload = bytes(buffer[2:end])
            del buffer[:end]
            self.datagrams.append(Datagram(*place, Carrier.TCP, src.host, dst.host, src.port, dst.port, payload))
