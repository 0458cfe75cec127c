"""The express lane: exchanges in step at the front of both directions, taken without the readers.

In: the next events of both directions, when nothing is open. Out: pairs, and how many events of each direction they
took. An exchange passes if its request and its answer are plain, each fills one packet or a few, the answer's packets
acknowledge just the request, and what follows the answer is another answer or the end, so that no byte can be charged
to it any more. Most exchanges of keep-alive clients do. What passes, the readers would pair the same way, and a test
holds the two against each other; with whatever does not pass they go on.

Cost: about a quarter of the readers'; an eighth for usual exchanges, of which no messages are made.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from osspcap.http1 import plain
from osspcap.http1.head import StatusLine
from osspcap.http1.plain import (
    NO_BODY_STATUSES,
    length_of,
    plain_request,
    plain_response,
    request_body,
    response_body,
)
from osspcap.http1.recognise import starts_response
from osspcap.http1.usual import L, RequestStart, Usual, kind_of
from osspcap.model.exchange import MessagePair
from osspcap.model.message import NO_BODY, Body
from osspcap.model.stream import Chunk, End, Event
from osspcap.model.usual import usual_pair


class Taken(NamedTuple):
    """What passed."""

    pairs: list[MessagePair]
    client: int
    """Events of the client that it took."""
    server: int
    """Events of the server."""


class _Step(NamedTuple):
    """One exchange, and where the events behind it begin."""

    pair: MessagePair
    client: int
    server: int


class _Heads(NamedTuple):
    """A request and an answer of known forms."""

    asked: Usual[RequestStart]
    request: re.Match[bytes]
    answered: Usual[StatusLine]
    response: re.Match[bytes]


_Found = tuple[Body, int, int]
"""A body, its last packet and that one's time."""


def take_express(client: Sequence[Event], server: Sequence[Event]) -> Taken:
    """Return the exchanges in step at the front; each took at least one event of either direction."""
    pairs: list[MessagePair] = []
    at_client = at_server = 0
    clients, servers = len(client), len(server)
    while at_client < clients and at_server < servers:
        asked, answered = client[at_client], server[at_server]
        if type(asked) is not Chunk or type(answered) is not Chunk:
            break
        step = _usual(asked, answered, client, at_client, server, at_server)
        if step is None:
            step = _plain(asked, answered, client, at_client, server, at_server)
        # What follows cannot be charged to the answer if it is another answer, or the end.
        if step is None or step.server == servers:
            break
        following = server[step.server]
        if type(following) is not End and not (type(following) is Chunk and starts_response(following.data)):
            break
        pair, at_client, at_server = step
        pairs.append(pair)
    return Taken(pairs, at_client, at_server)


def _plain(
    asked: Chunk, answered: Chunk, client: Sequence[Event], at_client: int, server: Sequence[Event], at_server: int
) -> _Step | None:
    """Take an exchange of plain messages; None if they are not, or are not in step."""
    request = plain_request(asked, 0, client, at_client)
    if request is None:
        return None
    at_client, end = _behind(len(request.raw_head) + request.body.captured, asked, client, at_client)
    # RFC 9112 section 9.3.2: answers come in order; this one was made when just this request had arrived.
    if end < 0 or end != answered.peer_offset:
        return None
    response = plain_response(answered, 0, request.method, server, at_server)
    if response is None:
        return None
    at_server, end = _behind(len(response.raw_head) + response.body.captured, answered, server, at_server)
    return None if end < 0 else _Step(MessagePair(request, response), at_client, at_server)


def _usual(
    asked: Chunk, answered: Chunk, client: Sequence[Event], at_client: int, server: Sequence[Event], at_server: int
) -> _Step | None:
    """Take an exchange whose heads are of known forms and whose answer is a success, without making messages of it.

    None says nothing about what it is: then it is looked at as any other.
    """
    heads = _usual_heads(asked.data, answered.data)
    if heads is None:
        return None
    asking, request, answering, response = heads
    kind = asking.kinds.get(answering) or kind_of(asking, answering, response[0])
    sent, replied = request.groups(), response.groups()
    found = _request_body(heads, sent, asked, client, at_client)
    if kind is None or found is None:
        return None
    body, end_frame, end_ns = found
    at_client, end = _behind(request.end() + body.captured, asked, client, at_client)
    if end < 0 or end != answered.peer_offset:
        return None
    found = _response_body(heads, replied, answered, server, at_server)
    if found is None:
        return None
    body_answered, end_frame_answered, end_ns_answered = found
    at_server, end = _behind(response.end() + body_answered.captured, answered, server, at_server)
    if end < 0:
        return None
    pair = usual_pair(
        None, None, (), (), kind,
        sent[0], sent[1:], asked.frame, asked.ts_ns, end_frame, end_ns, asked.offset, asked.peer_offset, body,
        replied, answered.frame, answered.ts_ns, end_frame_answered, end_ns_answered, answered.offset,
        answered.peer_offset, body_answered,
    )  # fmt: skip
    return _Step(pair, at_client, at_server)


def _usual_heads(asked: memoryview, answered: memoryview) -> _Heads | None:
    """Match what begins two packets with the forms that are known."""
    found = _match_form(plain.REQUESTS.known.get(bytes(asked[:4]), ()), asked)
    if found is None:
        return None
    asking, request = found
    method = asking.line.method
    answering = plain.RESPONSES.likely.get(method)
    response = None if answering is None or answering.form is None else answering.match(answered, 0)
    if answering is None or response is None:
        found_answer = _match_form(plain.RESPONSES.known.get(bytes(answered[9:12]), ()), answered)
        if found_answer is None:
            return None
        answering, response = found_answer
        plain.RESPONSES.likely[method] = answering
    status = answering.line.status
    return None if status >= 300 or status == 203 else _Heads(asking, request, answering, response)


def _match_form(known: Sequence[Usual[L]], data: memoryview) -> tuple[Usual[L], re.Match[bytes]] | None:
    for usual in known:
        if usual.form is None:
            return None  # forms stand in front of shapes
        matched = usual.match(data, 0)
        if matched is not None:
            return usual, matched
    return None


def _request_body(
    heads: _Heads, values: tuple[bytes, ...], chunk: Chunk, events: Sequence[Event], index: int
) -> _Found | None:
    """Return the body of a request as `plain_request` finds it."""
    usual, matched = heads.asked, heads.request
    length = -1 if usual.length_group < 0 else length_of(values[usual.length_group])
    if length is None or length <= 0:
        return None if length is None else (NO_BODY, chunk.frame, chunk.ts_ns)
    target = values[0].decode("latin-1")
    return request_body(chunk, 0, matched[0], usual.line.method, target, length, usual.shape, events, index)


def _response_body(
    heads: _Heads, values: tuple[bytes, ...], chunk: Chunk, events: Sequence[Event], index: int
) -> _Found | None:
    """Return the body of a response as `plain_response` finds it."""
    usual, matched = heads.answered, heads.response
    length = -1 if usual.length_group < 0 else length_of(values[usual.length_group])
    if length is None:
        return None
    if not length or heads.asked.line.method == "HEAD" or usual.line.status in NO_BODY_STATUSES:
        return NO_BODY, chunk.frame, chunk.ts_ns
    return None if length < 0 else response_body(chunk, 0, matched[0], length, usual.shape, events, index)


def _behind(size: int, first: Chunk, events: Sequence[Event], index: int) -> tuple[int, int]:
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
