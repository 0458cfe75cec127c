"""The express lane: exchanges in step at the front of both directions, taken without the readers.

In: the next events of both directions, when nothing is open. Out: pairs, and how many events of each direction they
took. An exchange passes if its request and its answer are plain, each fills one packet or a few, the answer's packets
acknowledge just the request, and what follows the answer is another answer or the end, so that no byte can be charged
to it any more. Most exchanges of keep-alive clients do. What passes, the readers would pair the same way, and a test
holds the two against each other; with whatever does not pass they go on.

Cost: about a quarter of the readers'.
"""

from collections.abc import Sequence
from typing import NamedTuple

from osspcap.http1.plain import plain_request, plain_response
from osspcap.http1.recognise import starts_response
from osspcap.model.exchange import MessagePair
from osspcap.model.message import Message
from osspcap.model.stream import Chunk, End, Event


class Taken(NamedTuple):
    """What passed."""

    pairs: list[MessagePair]
    client: int
    """Events of the client that it took."""
    server: int
    """Events of the server."""


def take_express(client: Sequence[Event], server: Sequence[Event]) -> Taken:
    """Return the exchanges in step at the front; each took at least one event of either direction."""
    pairs: list[MessagePair] = []
    at_client = at_server = 0
    settled = Taken(pairs, 0, 0)
    clients, servers = len(client), len(server)
    while at_client < clients and at_server < servers:
        asked, answered = client[at_client], server[at_server]
        if type(asked) is not Chunk or type(answered) is not Chunk:
            break
        request = plain_request(asked, 0, client, at_client)
        if request is None:
            break
        size, end = len(asked.data), asked.offset
        if len(request.raw_head) + request.body.captured == size:
            at_client, end = at_client + 1, end + size
        else:
            at_client, end = _behind(request, asked, client, at_client)
        # RFC 9112 section 9.3.2: answers come in order; this one was made when just this request had arrived.
        if end < 0 or end != answered.peer_offset:
            break
        response = plain_response(answered, 0, request.method, server, at_server)
        if response is None:
            break
        size, end = len(answered.data), answered.offset
        if len(response.raw_head) + response.body.captured == size:
            at_server += 1
        else:
            at_server, end = _behind(response, answered, server, at_server)
        # What follows cannot be charged to the answer if it is another answer, or the end.
        if end < 0 or at_server == servers:
            break
        following = server[at_server]
        if type(following) is not End and not (type(following) is Chunk and starts_response(following.data)):
            break
        pairs.append(MessagePair(request, response))
        settled = Taken(pairs, at_client, at_server)
    return settled


def _behind(message: Message, first: Chunk, events: Sequence[Event], index: int) -> tuple[int, int]:
    """Return the index of the event behind a message and the stream offset there; -1 if that is inside a packet."""
    size = len(message.raw_head) + message.body.captured - len(first.data)
    end = first.offset + len(first.data)
    while size > 0:
        index += 1
        chunk = events[index]
        assert type(chunk) is Chunk  # noqa: S101 - the message was made of it
        size -= len(chunk.data)
        end = chunk.offset + len(chunk.data)
    return index + 1, -1 if size else end
