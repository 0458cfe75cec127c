"""Usual exchanges in step: both heads of known forms, a success, taken without making messages of it.

In: a packet of either direction, where a request and its answer begin. Out: the pair and what is behind it, or None
where the express lane has to look closer. What passes, the express lane would pair the same way.
"""

import re
from collections.abc import Sequence

from osspcap.http1 import plain
from osspcap.http1.head import StatusLine
from osspcap.http1.plain import length_of, request_body, response_body, whole_body
from osspcap.http1.usual import RequestStart, Usual, Way, way_of
from osspcap.model.exchange import MessagePair
from osspcap.model.headshape import MAX_SHAPED_HEAD_BYTES
from osspcap.model.message import NO_BODY, Body
from osspcap.model.stream import Chunk, Event
from osspcap.model.usual import usual_pair

Step = tuple[MessagePair, int, int]
"""An exchange, and the indices of the events of the client and of the server behind it."""
_Part = tuple[Body, int, int, int, int]
"""A body; the packet in which the message ends, and its time; index and stream offset behind it."""


def usual_step(
    asked: Chunk, answered: Chunk, client: Sequence[Event], at_client: int, server: Sequence[Event], at_server: int
) -> Step | None:
    """Take one exchange; None says nothing about what it is.

    Args:
        asked: The packet with the request's first byte.
        answered: The packet with the answer's first byte.
        client: What the client sent.
        at_client: Index of the packet in it.
        server: What the server sent.
        at_server: Index of the packet in it.
    """
    offset, data, frame, ts_ns, peer_offset = asked
    answer_offset, answer_data, answer_frame, answer_ns, answer_peer_offset = answered
    # Bytes are read in half the time that a view takes.
    raw = bytes(data if len(data) <= MAX_SHAPED_HEAD_BYTES else data[:MAX_SHAPED_HEAD_BYTES])
    for asking in plain.REQUESTS.known.get(raw[:4], ()):
        request = asking.match(raw, 0)
        if request is not None:
            break
    else:
        return None
    raw = bytes(answer_data if len(answer_data) <= MAX_SHAPED_HEAD_BYTES else answer_data[:MAX_SHAPED_HEAD_BYTES])
    answering = plain.RESPONSES.likely.get(asking.line.method)
    response = None if answering is None else answering.match(raw, 0)
    if answering is None or response is None:
        found = _other_answer(asking.line.method, raw)
        if found is None:
            return None
        answering, response = found
    way = asking.ways.get(answering) or way_of(asking, answering, response[0])
    if way is None:
        return None
    sent, got = request.groups(), response.groups()
    part = _sent(asking, way, request, sent, asked, client, at_client)
    # RFC 9112 section 9.3.2: answers come in order; this one was made when just this request had arrived.
    if part is None or part[4] != answer_peer_offset:
        return None
    answer = _got(answering, way, response, got, answered, server, at_server)
    if answer is None:
        return None
    body, end_frame, end_ns, at_client, _ = part
    answer_body, answer_end_frame, answer_end_ns, at_server, _ = answer
    pair = usual_pair(
        None, None, (), (), way.kind,
        sent[0], sent[1:], frame, ts_ns, end_frame, end_ns, offset, peer_offset, body,
        got, answer_frame, answer_ns, answer_end_frame, answer_end_ns, answer_offset, answer_peer_offset, answer_body,
    )  # fmt: skip
    return pair, at_client, at_server


def _other_answer(method: str, raw: bytes) -> tuple[Usual[StatusLine], re.Match[bytes]] | None:
    """Return what an answer matches that is not like the last one to such a method."""
    for answering in plain.RESPONSES.known.get(raw[9:12], ()):
        response = answering.match(raw, 0)
        if response is not None:
            plain.RESPONSES.likely[method] = answering
            return answering, response
    return None


def _sent(
    asking: Usual[RequestStart],
    way: Way,
    matched: re.Match[bytes],
    values: tuple[bytes, ...],
    chunk: Chunk,
    events: Sequence[Event],
    index: int,
) -> _Part | None:
    """Return the rest of a request as `plain_request` reads it."""
    group, size = asking.length_group, matched.end()
    length = 0 if group < 0 else length_of(values[group])
    if length is None:
        return None
    offset, data, frame, ts_ns, _ = chunk
    is_here = size + length == len(data)
    if is_here and not length:
        return NO_BODY, frame, ts_ns, index + 1, offset + size
    if is_here and way.sums_sent is not None and length <= MAX_SHAPED_HEAD_BYTES - size:
        body = whole_body(matched.string[size:], frame, frame, *way.sums_sent)
        return body, frame, ts_ns, index + 1, offset + size + length
    if length:
        target, method = values[0].decode("latin-1"), asking.line.method
        found = request_body(chunk, 0, matched[0], method, target, length, asking.shape, events, index)
    else:
        return None
    return None if found is None else _with_end(found, size + length, chunk, events, index)


def _got(
    answering: Usual[StatusLine],
    way: Way,
    matched: re.Match[bytes],
    values: tuple[bytes, ...],
    chunk: Chunk,
    events: Sequence[Event],
    index: int,
) -> _Part | None:
    """Return the rest of a response as `plain_response` reads it."""
    group, size = answering.length_group, matched.end()
    length = -1 if group < 0 else length_of(values[group])
    if length is None or (length < 0 and way.may_have_body):
        return None
    if not way.may_have_body:
        length = 0
    offset, data, frame, ts_ns, _ = chunk
    is_here = size + length == len(data)
    if not length:
        return (NO_BODY, frame, ts_ns, index + 1, offset + size) if is_here else None
    if is_here and length <= MAX_SHAPED_HEAD_BYTES - size:
        body = whole_body(matched.string[size:], frame, frame, *way.sums_got)
        return body, frame, ts_ns, index + 1, offset + size + length
    found = response_body(chunk, 0, matched[0], length, answering.shape, events, index)
    return None if found is None else _with_end(found, size + length, chunk, events, index)


def _with_end(
    found: tuple[Body, int, int], size: int, chunk: Chunk, events: Sequence[Event], index: int
) -> _Part | None:
    """Add to a body what is behind its message; None if that is inside a packet."""
    index, end = behind(size, chunk, events, index)
    return None if end < 0 else (*found, index, end)


def behind(size: int, first: Chunk, events: Sequence[Event], index: int) -> tuple[int, int]:
    """Return the index of the event behind a message of so many bytes and the stream offset there.

    The offset is -1 if the message ends inside a packet.
    """
    chunk = first
    size -= len(chunk.data)
    while size > 0:
        index += 1
        following = events[index]
        assert type(following) is Chunk  # noqa: S101 - the message was made of it
        chunk = following
        size -= len(chunk.data)
    return index + 1, -1 if size else chunk.offset + len(chunk.data)
