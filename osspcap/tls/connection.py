"""One layer of TLS: both directions' events in, facts and plaintext out. Sans-IO.

    client events -> RecordReader -> Direction -+                      +-> Plaintext of the client
                                                Negotiation (facts, keys)
    server events -> RecordReader -> Direction -+                      +-> Plaintext of the server

The two directions run in turn until neither can go on. The client's stops behind its hello until the server has
answered, for what follows depends on the answer; so what comes out does not depend on how the capture was sliced.
What waits is bounded; beyond the bound a direction goes on with what is known.

Nothing here raises on traffic. Without keys only facts come out, with keys plaintext as well: records that do not
authenticate are left out of it and stated as gaps, never guessed.

Source: RFC 8446, RFC 5246.
"""

from collections.abc import Sequence

from osspcap.model.stream import Chunk, Event
from osspcap.model.tls import Opening, Tls
from osspcap.tls.direction import Direction
from osspcap.tls.keyring import KeyRing
from osspcap.tls.negotiation import Negotiation
from osspcap.units import FrameNumber

MAX_WAITING_BYTES = 1024 * 1024
"""Bytes of one direction that wait for the other."""
MAX_WAITING_EVENTS = 4_096
"""Events of one direction that wait likewise."""
MAX_ANSWER_CHARS = 80
"""Kept of the first line of a server that answers in clear."""

Events = tuple[Sequence[Event], Sequence[Event]]


class TlsConnection:
    """Reads one layer of TLS. Directions are those of client and server, not of the connection's sides."""

    __slots__ = ("_directions", "_negotiation", "_was_opened", "facts")

    def __init__(self, frame: int, keys: KeyRing) -> None:
        """Begin with the packet that holds the first record."""
        self.facts = Tls(FrameNumber(frame))
        """What is known of the layer."""
        self._negotiation = Negotiation(self.facts, keys)
        self._directions = tuple(Direction(side, self._negotiation) for side in (0, 1))
        self._was_opened = False

    def feed(self, client: Sequence[Event], server: Sequence[Event]) -> Events | None:
        """Take the next events of client and server.

        Returns:
            The plaintext of client and server since the last time; None as long as nothing was opened.
        """
        pair = self._directions
        pair[0].reader.push(client)
        pair[1].reader.push(server)
        self._run()
        for direction in pair:
            if _is_overfull(direction):
                direction.is_forced = True
                self._run()
        for direction in pair:
            direction.reader.keep()
        if self.is_over:
            self._judge_keys()
        return self._plaintext()

    @property
    def is_over(self) -> bool:
        """True if both directions have ended and were read to their end."""
        return all(direction.reader.is_over for direction in self._directions)

    def finish(self) -> Events | None:
        """Read what still waits; idempotent."""
        for direction in self._directions:
            direction.is_forced = True
        self._run()
        for direction in self._directions:
            direction.finish()
        self._judge_keys()
        return self._plaintext()

    def _judge_keys(self) -> None:
        """Tell wrong keys from none, once all was read."""
        facts = self.facts
        tried = any(ladder is not None for ladder in self._negotiation.ladders)
        if facts.opening is Opening.NO_KEYS and tried and any(side.records_closed for side in facts.sides):
            facts.opening = Opening.WRONG_KEYS

    def _run(self) -> None:
        client, server = self._directions
        while True:
            moved = client.run(may_run=self._client_may_run)
            moved = server.run(may_run=self._server_may_run) or moved
            if self.facts.plain_answer_frame is None and server.stray is not None:
                self._note_plain_answer(server.stray)
            if not moved:
                return

    def _client_may_run(self) -> bool:
        client, server = self._directions
        return client.is_forced or not self._negotiation.awaits_server or server.says_no_more

    def _server_may_run(self) -> bool:
        client, server = self._directions
        if server.is_forced:
            return True
        return client.has_begun and (not self._negotiation.awaits_client or client.says_no_more)

    def _note_plain_answer(self, stray: Chunk) -> None:
        """Note what a server says that answers in clear."""
        if self.facts.client_hello is None:
            return  # the capture begins within a record
        line = bytes(stray.data).split(b"\n", 1)[0].rstrip(b"\r")[:MAX_ANSWER_CHARS]
        self.facts.plain_answer = line.decode("latin-1")
        self.facts.plain_answer_frame = FrameNumber(stray.frame)

    def _plaintext(self) -> Events | None:
        client, server = (direction.plaintext for direction in self._directions)
        if not self._was_opened:
            if not self.facts.is_opened:
                return None
            self._was_opened = True
        taken = client.take(server), server.take(client)
        return taken if taken[0] or taken[1] else None


def _is_overfull(direction: Direction) -> bool:
    events, size = direction.reader.waiting
    return events > MAX_WAITING_EVENTS or size > MAX_WAITING_BYTES
