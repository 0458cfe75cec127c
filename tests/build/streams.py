"""Captures through the TCP stage: all events of every connection, with the payload copied and the cover checked."""

from collections import defaultdict
from collections.abc import Iterable

from osspcap.model.packets import AddressBook
from osspcap.model.stream import Chunk, Connection, End, Event, Gap, GapCause, Train, unrolled
from osspcap.tcp.limits import Limits
from osspcap.tcp.streams import StreamAssembler, StreamDelivery
from tests.build.tables import tables
from tests.build.wire import Capture

Sides = tuple[list[Event], list[Event]]


def assemble(
    capture: Capture,
    *,
    size: int = 0,
    snaplen: int = 1 << 20,
    limits: Limits | None = None,
    shortcuts: bool = True,
    trains: bool = False,
) -> list[tuple[Connection, Sides]]:
    """Assemble a capture in tables of `size` packets and check that events cover all offsets without overlap."""
    book = AddressBook()
    assembler = StreamAssembler(book, limits=limits or Limits(), shortcuts=shortcuts, trains=trains)
    seen: dict[int, Sides] = defaultdict(lambda: ([], []))

    def keep(deliveries: Iterable[StreamDelivery]) -> None:
        for connection, sides in deliveries:
            assert assembler.connections[connection.stream] is connection
            for kept, events in zip(seen[connection.stream], sides, strict=True):
                kept += [_copy(event) for event in unrolled(events)]

    for part in tables(capture, book, size=size, snaplen=snaplen):
        keep(assembler.feed(part))
    keep(assembler.finish())
    assert assembler._held.total == 0
    for sides in seen.values():
        for events in sides:
            _check_cover(events)
    return [(connection, seen[connection.stream]) for connection in assembler.connections]


def one(capture: Capture, **kwargs: int) -> tuple[Connection, list[Event], list[Event]]:
    """Assemble a capture of one connection."""
    ((connection, (first, second)),) = assemble(capture, **kwargs)  # type: ignore[arg-type]
    return connection, first, second


def content(events: list[Event]) -> list[bytes | tuple[int, int, GapCause, bool]]:
    """Bytes, joined between gaps, and gaps as (offset, length, cause, acknowledged)."""
    parts: list[bytes | tuple[int, int, GapCause, bool]] = []
    for event in events:
        match event:
            case Chunk(data=data):
                last = parts.pop() if parts and isinstance(parts[-1], bytes) else b""
                assert isinstance(last, bytes)
                parts.append(last + bytes(data))
            case Gap(offset, length, cause, acknowledged):
                parts.append((offset, length, cause, acknowledged))
            case End():
                pass
    return parts


def _copy(event: Event) -> Event:
    return event._replace(data=memoryview(bytes(event.data))) if isinstance(event, Chunk) else event


def _check_cover(events: list[Event]) -> None:
    at = 0
    for event in events[:-1]:
        assert not isinstance(event, End | Train)
        length = len(event.data) if isinstance(event, Chunk) else event.length
        assert event.offset == at
        assert length > 0
        at += length
    assert isinstance(events[-1], End)
    assert events[-1].offset == at
