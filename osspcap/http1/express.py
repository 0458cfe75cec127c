"""The express lane: exchanges in step at the front of both directions, taken without the readers.

In: the next events of both directions, when nothing is open. Out: pairs, and how many events of each direction they
took. An exchange passes if its request and its answer are plain, each fills one packet or a few, the answer's packets
acknowledge just the request, and what follows the answer is another answer or the end, so that no byte can be charged
to it any more. Most exchanges of keep-alive clients do. What passes, the readers would pair the same way, and a test
holds the two against each other; with whatever does not pass they go on.

Cost: about a quarter of the readers'; an eighth for usual exchanges.
"""

from collections.abc import Sequence
from typing import NamedTuple

from osspcap.http1.instep import Step, behind, usual_step
from osspcap.http1.plain import plain_request, plain_response
from osspcap.http1.recognise import starts_response
from osspcap.model.exchange import MessagePair
from osspcap.model.stream import Chunk, End, EndCause, Event

_NOTHING = End(0, EndCause.CAPTURE_ENDED, 0, 0)
"""In the place of what a client did not send."""


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
    pair: MessagePair | None = None
    settled = (0, 0)
    while at_server < len(server):
        asked = client[at_client] if at_client < len(client) else _NOTHING
        answered, step = server[at_server], None
        if type(asked) is Chunk and type(answered) is Chunk:
            step = usual_step(asked, answered, client, at_client, server, at_server)
        if pair is not None:
            # What follows cannot be charged to the answer if it is another answer, or the end.
            if step is None and type(answered) is not End and not _is_answer(answered):
                break
            pairs.append(pair)
            settled = at_client, at_server
        if step is None and type(asked) is Chunk and type(answered) is Chunk:
            step = _plain_step(asked, answered, client, at_client, server, at_server)
        if step is None:
            break
        pair, at_client, at_server = step
    return Taken(pairs, *settled)


def take_whole(client: Sequence[Event], server: Sequence[Event]) -> list[MessagePair] | None:
    """Return the exchanges of a connection, if all of it is here and passes; None says nothing about what it is."""
    if not client or not server or type(client[-1]) is not End or type(server[-1]) is not End:
        return None
    pairs, client_count, server_count = take_express(client, server)
    is_all = client_count == len(client) - 1 and server_count == len(server) - 1
    return pairs if pairs and is_all else None


def _is_answer(event: Event) -> bool:
    return type(event) is Chunk and starts_response(event.data)


def _plain_step(
    asked: Chunk, answered: Chunk, client: Sequence[Event], at_client: int, server: Sequence[Event], at_server: int
) -> Step | None:
    """Take an exchange of plain messages; None if they are not, or are not in step."""
    request = plain_request(asked, 0, client, at_client)
    if request is None:
        return None
    at_client, end = behind(len(request.raw_head) + request.body.captured, asked, client, at_client)
    # RFC 9112 section 9.3.2: answers come in order; this one was made when just this request had arrived.
    if end < 0 or end != answered.peer_offset:
        return None
    response = plain_response(answered, 0, request.method, server, at_server)
    if response is None:
        return None
    at_server, end = behind(len(response.raw_head) + response.body.captured, answered, server, at_server)
    return None if end < 0 else (MessagePair(request, response), at_client, at_server)
