"""Flow control of one direction: how long its sender had to wait for the receiver.

In: DATA sent, and the credit that the other side gave. Out: nanoseconds for which a sender that had more to send stood
at the end of a window. A wait is counted when data follows it: a window that is used up by the last byte delays nobody.

Source: RFC 9113 section 5.2.
"""

from dataclasses import dataclass

INITIAL_WINDOW_BYTES = 65_535
"""Of every window at the start, RFC 9113 section 6.9.2."""


@dataclass(slots=True)
class _Window:
    room: int
    used_up_ns: int | None = None
    """When it was used up; None while there is room."""
    waited_ns: int = 0
    """Time between then and the next credit, not yet charged to a stream."""

    def send(self, count: int, ts_ns: int) -> None:
        self.room -= count
        if self.room <= 0 and self.used_up_ns is None:
            self.used_up_ns = ts_ns

    def give(self, count: int, ts_ns: int) -> None:
        self.room += count
        if self.room > 0 and self.used_up_ns is not None:
            self.waited_ns += max(0, ts_ns - self.used_up_ns)
            self.used_up_ns = None

    def charge(self) -> int:
        waited, self.waited_ns = self.waited_ns, 0
        return waited


class SendWindows:
    """The windows that one side sends into."""

    __slots__ = ("_connection", "_initial", "_streams")

    def __init__(self) -> None:
        self._connection = _Window(INITIAL_WINDOW_BYTES)
        self._initial = INITIAL_WINDOW_BYTES
        self._streams: dict[int, _Window] = {}

    def send(self, stream_id: int, count: int, ts_ns: int) -> int:
        """Take DATA that is sent; return how long it had to wait, in nanoseconds."""
        stream = self._streams.setdefault(stream_id, _Window(self._initial))
        waited = max(self._connection.charge(), stream.charge())
        self._connection.send(count, ts_ns)
        stream.send(count, ts_ns)
        return waited

    def give(self, stream_id: int, count: int, ts_ns: int) -> None:
        """Take a WINDOW_UPDATE of the receiver; stream 0 is the connection."""
        if not stream_id:
            self._connection.give(count, ts_ns)
        elif stream_id in self._streams:
            self._streams[stream_id].give(count, ts_ns)

    def open(self, stream_id: int) -> None:
        """Begin a stream, so that credit given before its data counts."""
        self._streams.setdefault(stream_id, _Window(self._initial))

    def set_initial(self, size: int, ts_ns: int) -> None:
        """Take SETTINGS_INITIAL_WINDOW_SIZE, which changes the windows of open streams too (section 6.9.2)."""
        change, self._initial = size - self._initial, size
        for stream in self._streams.values():
            stream.give(change, ts_ns)

    def forget(self, stream_id: int) -> None:
        """Drop a stream that is over."""
        self._streams.pop(stream_id, None)
