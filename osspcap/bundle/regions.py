"""Which bytes of a stream a bundle may hold: heads and the bodies that explain a fault, never object data.

In: the exchanges of one connection. Out: for each direction, ranges of stream offsets that are text; everything else
is left out. What TLS carries is kept as it is: without keys nobody reads it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from osspcap.model.exchange import Exchange
from osspcap.model.message import Message
from osspcap.model.operation import Role
from osspcap.model.stream import Connection

MAX_TEXT_BYTES = 1024 * 1024
"""Of one body; behind that it is treated as object data."""
ENDLESS = 1 << 62
"""Offset behind the end of any stream."""
_OBJECT_OPERATIONS = frozenset(
    ("PutObject", "AppendObject", "UploadPart", "GetObject", "SelectObject", "PostObject", "PostVodPlaylist", "unknown")
)
"""Operations whose bodies are, or may be, what users store."""
_ERROR_STATUS_MIN, _CALLBACK_FAILED = 400, 203


@dataclass(frozen=True, slots=True)
class Region:
    """A range of stream offsets that is kept, with secrets filled."""

    start: int
    stop: int
    exchange: int
    """Whose secrets are looked for in it."""
    is_head: bool
    is_form: bool = False
    """True for a form with a file in it, whose content is left out."""


@dataclass(slots=True)
class SideRegions:
    """What is kept of one direction."""

    regions: Sequence[Region]
    """In order, without overlap."""
    sealed_from: int | None
    """Packet from which on the direction carries TLS and is kept as it is; None if it does not."""
    _starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._starts = [region.start for region in self.regions]

    def within(self, start: int, stop: int) -> list[tuple[int, int, int]]:
        """Return (start, stop, number of the region) for what is kept of a range."""
        found: list[tuple[int, int, int]] = []
        number = max(0, bisect_right(self._starts, start) - 1)
        while number < len(self.regions) and self.regions[number].start < stop:
            begin, end = max(start, self.regions[number].start), min(stop, self.regions[number].stop)
            if begin < end:
                found.append((begin, end, number))
            number += 1
        return found


def regions_of(
    connection: Connection, exchanges: Iterable[Exchange], *, include_bodies: bool
) -> tuple[SideRegions, SideRegions]:
    """Return what is kept of the client's and of the server's direction."""
    sealed_from = connection.tls[0].frame if connection.tls else None
    messages: tuple[list[tuple[Message, Exchange]], list[tuple[Message, Exchange]]] = ([], [])
    for exchange in exchanges:
        for message in (exchange.request, *exchange.interims, exchange.response):
            # Offsets of what was decrypted, and of HTTP/2, are not those of the TCP stream.
            is_plain = message is not None and (sealed_from is None or message.frame < sealed_from)
            if message is not None and is_plain and message.start_offset >= 0:
                messages[0 if message.is_request else 1].append((message, exchange))
    client, server = (_side(found, include_bodies=include_bodies) for found in messages)
    return SideRegions(client, sealed_from), SideRegions(server, sealed_from)


def _side(messages: list[tuple[Message, Exchange]], *, include_bodies: bool) -> list[Region]:
    messages.sort(key=lambda item: item[0].start_offset)
    regions: list[Region] = []
    for number, (message, exchange) in enumerate(messages):
        start = message.start_offset
        following = messages[number + 1][0].start_offset if number + 1 < len(messages) else ENDLESS
        head_end = min(start + len(message.raw_head), following)
        regions.append(Region(start, head_end, exchange.id, is_head=True))
        if following <= head_end:
            continue
        is_form = message.is_request and b"multipart/form-data" in message.raw_head.lower()
        if include_bodies:
            regions.append(Region(head_end, following, exchange.id, is_head=False))
        elif is_form or _explains(message, exchange):
            stop = min(following, head_end + MAX_TEXT_BYTES)
            regions.append(Region(head_end, stop, exchange.id, is_head=False, is_form=is_form))
    return regions


def _explains(message: Message, exchange: Exchange) -> bool:
    """Tell whether a body is part of the conversation rather than what it is about."""
    if not message.is_request and (message.status >= _ERROR_STATUS_MIN or message.status == _CALLBACK_FAILED):
        return True
    operation = exchange.operation
    if operation is None:
        return False
    return operation.role in (Role.CALLBACK, Role.STS) or operation.name not in _OBJECT_OPERATIONS
