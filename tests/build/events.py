"""Stream events from nothing: what reassembly would deliver for a conversation, without packets.

talk = Talk()
talk.client(b"GET / HTTP/1.1\r\n\r\n")
talk.server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
talk.end()
connection.feed(*talk.events)

Each call is one packet (or several, with `size`) with its own frame number, 1 ms after the one before. It acknowledges
all that the other side has sent so far.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, pairwise

import numpy as np

from osspcap.model.stream import Chunk, End, EndCause, Event, Gap, GapCause, Train, TrainColumns
from tests.build.wire import START_NS

STEP_NS = 1_000_000


class Talk:
    """A conversation in the making. Side 0 is the client."""

    def __init__(self, *, offsets: tuple[int, int] = (0, 0), knows_acks: bool = True) -> None:
        self.sides: tuple[list[Event], list[Event]] = ([], [])
        self.next_offset = list(offsets)
        self.knows_acks = knows_acks
        self.frame = 0

    @property
    def events(self) -> tuple[list[Event], list[Event]]:
        """The client's events and the server's."""
        return self.sides

    def send(self, side: int, data: bytes, *, size: int | None = None, peer_offset: int | None = None) -> None:
        """Send data in packets of `size` bytes (default: one packet)."""
        step = size or max(len(data), 1)
        for start in range(0, len(data), step):
            part = data[start : start + step]
            self.frame += 1
            known = self.next_offset[1 - side] if peer_offset is None else peer_offset
            acknowledged = known if self.knows_acks else -1
            chunk = Chunk(
                self.next_offset[side], memoryview(part), self.frame, START_NS + self.frame * STEP_NS, acknowledged
            )
            self.sides[side].append(chunk)
            self.next_offset[side] += len(part)

    def client(self, data: bytes, *, size: int | None = None, peer_offset: int | None = None) -> None:
        """Send from the client."""
        self.send(0, data, size=size, peer_offset=peer_offset)

    def server(self, data: bytes, *, size: int | None = None, peer_offset: int | None = None) -> None:
        """Send from the server."""
        self.send(1, data, size=size, peer_offset=peer_offset)

    def lose(self, side: int, length: int, cause: GapCause = GapCause.NOT_CAPTURED) -> None:
        """Leave a hole."""
        self.frame += 1
        ts_ns = START_NS + self.frame * STEP_NS
        self.sides[side].append(Gap(self.next_offset[side], length, cause, True, self.frame, ts_ns))
        self.next_offset[side] += length

    def end(self, cause: EndCause = EndCause.FIN, sides: Iterable[int] = (0, 1)) -> None:
        """End directions."""
        for side in sides:
            self.frame += 1
            ts_ns = START_NS + self.frame * STEP_NS
            self.sides[side].append(End(self.next_offset[side], cause, self.frame, ts_ns))


def cut(events: Sequence[Event], size: int = 1) -> list[Event]:
    """Cut every chunk into pieces of `size` bytes; frame, time and acknowledgement stay those of its packet."""
    return cut_at(events, lambda length: range(0, length, size))


def cut_at(events: Sequence[Event], starts: Callable[[int], Iterable[int]]) -> list[Event]:
    """Cut every chunk where `starts`, given its length, says a piece begins (0 is always one)."""
    pieces: list[Event] = []
    for event in events:
        if not isinstance(event, Chunk):
            pieces.append(event)
            continue
        length = len(event.data)
        begins = sorted({0, *(start for start in starts(length) if 0 < start < length)})
        for begin, end in zip(begins, [*begins[1:], length], strict=True):
            pieces.append(event._replace(offset=event.offset + begin, data=event.data[begin:end]))
    return pieces


_HEADER = b"header"


def train(chunks: Sequence[Chunk]) -> Train:
    """Couple chunks that follow each other; in the buffer, each has a header in front of it."""
    first, last = chunks[0], chunks[-1]
    acked = first.peer_offset
    sizes = [len(chunk.data) for chunk in chunks]
    stops = np.array([*accumulate(size + len(_HEADER) for size in sizes)], np.int64)
    columns = TrainColumns(
        offset=np.array([chunk.offset - first.offset for chunk in chunks], np.uint32),
        start=stops - np.array(sizes, np.int64),
        stop=stops,
        frame=np.array([chunk.frame for chunk in chunks], np.int64),
        ts_ns=np.array([chunk.ts_ns for chunk in chunks], np.int64),
        ack_step=np.array([chunk.peer_offset - acked for chunk in chunks], np.int64),
    )
    data = memoryview(b"".join(_HEADER + chunk.data for chunk in chunks))
    rows = slice(0, len(chunks))
    return Train(data, columns, rows, base=first.offset, end=last.offset + len(last.data), acked=acked)


def trains(events: Sequence[Event]) -> list[Event]:
    """Couple all chunks that follow each other, but for the first."""
    made: list[Event] = []
    chunks: list[Chunk] = []
    for event in events:
        if type(event) is Chunk and made:
            chunks.append(event)
            continue
        made += [train(chunks)] if chunks else []
        chunks.clear()
        made.append(event)
    return made + ([train(chunks)] if chunks else [])


def slices(events: Sequence[Event], count: int) -> list[Sequence[Event]]:
    """Deal events out to `count` consecutive feed calls, as evenly as may be."""
    bounds = [len(events) * index // count for index in range(count + 1)]
    return [events[start:stop] for start, stop in pairwise(bounds)]
