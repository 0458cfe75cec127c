"""Tells, for a reader that lost its place, whether a packet begins a message.

In: the queue of events, whose first is a packet. Out: yes, no, or too early to tell. Yes takes a start line that parses
and the beginning of a field line behind it: text that merely resembles a start line is common in bodies, both together
are not. The start line must begin with the packet, since senders begin messages with a write of their own.
"""

from collections import deque
from collections.abc import Iterator
from enum import Enum, auto

from osspcap.http1.head import parse_request_line, parse_status_line
from osspcap.http1.recognise import starts_registered_request, starts_request, starts_response
from osspcap.model.pattern import pattern
from osspcap.model.stream import Chunk, Event, Gap, GapCause, Train

MAX_CANDIDATE_BYTES = 16 * 1024
"""Bytes looked at: start lines with longer targets are refused by servers."""
MAX_CANDIDATE_PACKETS = 64
"""Packets looked at, against floods of packets with one byte."""
_JUDGED_ANEW_BYTES = 64
"""Candidates up to this size are judged with every packet; longer ones when a line end comes."""

_starts_fields = pattern(rb"\r?\n|[!#$%&'*+\-.^_`|~0-9A-Za-z]++[ \t]*+:").match
_may_start_fields = pattern(rb"\r?\Z|[!#$%&'*+\-.^_`|~0-9A-Za-z]++\Z").match
# As long as the line end is missing, only registered methods will do: any text could begin with some other word.
_may_be_request = pattern(
    rb"(?:[A-Z]{1,7}+|(?:GET|HEAD|PUT|POST|DELETE|OPTIONS|PATCH|TRACE|CONNECT)[ \t][^\x00-\x08\n-\x0c\x0e-\x1f]*+)\r?\Z"
).match
_may_be_response = pattern(rb"H(?:T(?:T(?:P(?:/(?:1(?:\.(?:[01](?:[ \t][^\x00-\x08]*+)?)?)?)?)?)?)?)?\r?\Z").match


class Look(Enum):
    """What a packet begins with."""

    HEAD = auto()
    OTHER = auto()
    OPEN = auto()
    """Too few bytes to tell."""


def look_at_front(queue: deque[Event], *, is_request: bool) -> Look:
    """Tell whether the packet at the front of the queue begins a message, looking on into what follows it."""
    buffer = b""
    has_line = False
    for index, event in enumerate(_singly(queue)):
        if type(event) is not Chunk:
            return _look_at_cut(buffer, event, is_request=is_request)
        piece = bytes(event.data[: MAX_CANDIDATE_BYTES - len(buffer)])
        if index and not has_line and starts_registered_request(piece):
            return Look.OTHER  # a candidate of its own: so every packet is looked at for one candidate only
        buffer += piece
        has_line = has_line or b"\n" in piece
        if has_line or not index or len(buffer) <= _JUDGED_ANEW_BYTES:
            look = look_at(buffer, is_request=is_request)
            if look is not Look.OPEN:
                return look
        if len(buffer) >= MAX_CANDIDATE_BYTES or index >= MAX_CANDIDATE_PACKETS:
            return Look.OTHER
    return Look.OPEN


def _singly(queue: deque[Event]) -> Iterator[Event]:
    for event in queue:
        if type(event) is Train:
            yield from event.chunks()
        else:
            yield event


def look_at(buffer: bytes, *, is_request: bool) -> Look:
    """Tell whether bytes begin a message, as far as they go."""
    line_end = buffer.find(b"\n", 0, MAX_CANDIDATE_BYTES)
    if line_end < 0:
        may_be = _may_be_request if is_request else _may_be_response
        return Look.OPEN if may_be(buffer) else Look.OTHER
    line = buffer[:line_end].removesuffix(b"\r")
    if is_request:
        request = parse_request_line(line)
        if request is None or request.version not in {"HTTP/1.1", "HTTP/1.0"}:
            return Look.OTHER
    elif line[:7] != b"HTTP/1." or parse_status_line(line) is None:
        return Look.OTHER
    if _starts_fields(buffer, line_end + 1):
        return Look.HEAD
    return Look.OPEN if _may_start_fields(buffer, line_end + 1) else Look.OTHER


def _look_at_cut(buffer: bytes, event: Event, *, is_request: bool) -> Look:
    """Judge a candidate that breaks off: its whole start line, or a cut by the snap length, will do."""
    starts = (starts_request if is_request else starts_response)(buffer)
    is_cut = type(event) is Gap and event.cause is GapCause.SNAPLEN
    return Look.HEAD if starts and (is_cut or b"\n" in buffer) else Look.OTHER
