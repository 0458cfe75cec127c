"""The express lane: exchanges in step at the front of both directions, taken without the readers.

In: the next events of both directions, when nothing is open. Out: pairs, and how many events of each direction they
took. An exchange passes if its request and its answer are plain, each fills one packet, the answer's packet
acknowledges just the request, and what follows the answer is another answer or the end, so that no byte can be charged
to it any more. Most exchanges of keep-alive clients do. What passes, the readers would pair the same way, and a test
holds the two against each other; with whatever does not pass they go on.

Cost: about a third of the readers'.
"""

from collections.abc import Sequence

from osspcap.http1.plain import plain_request, plain_response
from osspcap.http1.recognise import starts_response
from osspcap.model.exchange import MessagePair
from osspcap.model.stream import Chunk, End, Event


def take_express(client: Sequence[Event], server: Sequence[Event]) -> list[MessagePair]:
    """Return the exchanges in step at the front; each took one event of either direction."""
    pairs: list[MessagePair] = []
    for asked, answered in zip(client, server, strict=False):
        if type(asked) is not Chunk or type(answered) is not Chunk:
            break
        # RFC 9112 section 9.3.2: answers come in order; this one was made when just this request had arrived.
        if asked.offset + len(asked.data) != answered.peer_offset:
            break
        request = plain_request(asked, 0)
        if request is None or len(request.raw_head) + request.body.captured != len(asked.data):
            break
        response = plain_response(answered, 0, request.method)
        if response is None or len(response.raw_head) + response.body.captured != len(answered.data):
            break
        pairs.append(MessagePair(request, response))
    if pairs and not _is_settled(server, len(pairs)):
        pairs.pop()
    return pairs


def _is_settled(server: Sequence[Event], count: int) -> bool:
    """Tell whether what follows an answer cannot be charged to it: another answer, or the end."""
    if count == len(server):
        return False
    following = server[count]
    return type(following) is End or (type(following) is Chunk and starts_response(following.data))
