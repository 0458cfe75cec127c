"""Runs a conversation through the HTTP/1 stage in every way that must not matter."""

from collections.abc import Sequence

from osspcap.http1.connection import Http1Connection
from osspcap.model.anomaly import Anomaly, AnomalyName
from osspcap.model.exchange import MessagePair
from osspcap.model.message import Message
from osspcap.model.stream import Event
from tests.build.events import Talk, cut, slices, trains


def feed_whole(
    client: Sequence[Event], server: Sequence[Event], *, is_mid_stream: bool = False, keep_bodies: bool = False
) -> list[MessagePair]:
    """All events in one call."""
    connection = Http1Connection(is_mid_stream=is_mid_stream, keep_bodies=keep_bodies)
    return connection.feed(client, server) + connection.finish() + connection.finish()


def feed_sliced(
    client: Sequence[Event], server: Sequence[Event], count: int, *, is_mid_stream: bool = False
) -> list[MessagePair]:
    """Events dealt out to `count` calls."""
    return feed_parts(slices(client, count), slices(server, count), is_mid_stream=is_mid_stream)


def feed_parts(
    client: Sequence[Sequence[Event]], server: Sequence[Sequence[Event]], *, is_mid_stream: bool = False
) -> list[MessagePair]:
    """Some events in each call."""
    connection = Http1Connection(is_mid_stream=is_mid_stream)
    pairs: list[MessagePair] = []
    for client_part, server_part in zip(client, server, strict=True):
        pairs += connection.feed(client_part, server_part)
    return pairs + connection.finish()


def feed_separately(client: Sequence[Event], server: Sequence[Event], *, server_first: bool) -> list[MessagePair]:
    """One side after the other."""
    connection = Http1Connection()
    if server_first:
        return connection.feed([], server) + connection.feed(client, []) + connection.finish()
    return connection.feed(client, []) + connection.feed([], server) + connection.finish()


def read(talk: Talk, *, is_mid_stream: bool = False, is_cut: bool = True) -> list[MessagePair]:
    """Read a conversation whole, sliced, one side first, one byte at a time, and by trains; all must agree.

    `is_cut=False` leaves out the last, for conversations in which packet boundaries carry meaning.
    """
    client, server = talk.events
    pairs = feed_whole(client, server, is_mid_stream=is_mid_stream)
    for count in (2, 3, max(len(client), len(server))):
        assert feed_sliced(client, server, count, is_mid_stream=is_mid_stream) == pairs
    if not is_mid_stream:
        assert feed_separately(client, server, server_first=True) == pairs
        assert feed_separately(client, server, server_first=False) == pairs
    assert feed_whole(trains(client), trains(server), is_mid_stream=is_mid_stream) == pairs
    if is_cut:
        assert feed_whole(trains(cut(client)), trains(cut(server)), is_mid_stream=is_mid_stream) == pairs
        parts = slices(cut(client, 5), 3), slices(cut(server, 5), 3)
        assert (
            feed_parts(
                [trains(part) for part in parts[0]], [trains(part) for part in parts[1]], is_mid_stream=is_mid_stream
            )
            == pairs
        )
        assert feed_whole(cut(client), cut(server), is_mid_stream=is_mid_stream) == pairs
        count = max(2, sum(end.offset for end in (client[-1:] + server[-1:])) // 7)
        assert feed_sliced(cut(client), cut(server), count, is_mid_stream=is_mid_stream) == pairs
    return pairs


def summary(pairs: Sequence[MessagePair]) -> list[tuple[str, int]]:
    """Target (or `-`) and status (or 0) of each pair."""
    return [
        (pair.request.target if pair.request else "-", pair.response.status if pair.response else 0) for pair in pairs
    ]


def names(anomalies: Sequence[Anomaly]) -> list[AnomalyName]:
    """Names of anomalies."""
    return [anomaly.name for anomaly in anomalies]


def both(pair: MessagePair) -> tuple[Message, Message]:
    """Request and response of a pair that has both."""
    assert pair.request is not None
    assert pair.response is not None
    return pair.request, pair.response
