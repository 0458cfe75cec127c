"""TLS conversations through the TLS stage: facts, and plaintext put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from osspcap.model.stream import Chunk, Event, Gap
from osspcap.model.tls import Tls
from osspcap.tls.connection import TlsConnection
from osspcap.tls.keylog import KeyLog
from osspcap.tls.keyring import KeyRing
from tests.build.events import slices

Sides = tuple[Sequence[Event], Sequence[Event]]


@dataclass
class Decrypted:
    """What came out."""

    facts: Tls
    events: tuple[list[Event], list[Event]]
    """Plaintext of client and server."""

    @property
    def content(self) -> tuple[bytes, bytes]:
        """The bytes of both sides, holes left out."""
        client, server = (b"".join(bytes(e.data) for e in side if isinstance(e, Chunk)) for side in self.events)
        return client, server

    def holes(self, side: int) -> list[tuple[int, int, str]]:
        """Offset, length and cause of each gap."""
        return [(e.offset, e.length, e.cause.value) for e in self.events[side] if isinstance(e, Gap)]


def decrypt(sides: Sides, keylog: bytes = b"", *, feeds: int = 1, ring: KeyRing | None = None) -> Decrypted:
    """Feed events of client and server in slices; the plaintext must cover its offsets without a break."""
    connection = TlsConnection(1, ring or KeyRing(KeyLog([keylog])))
    out: tuple[list[Event], list[Event]] = ([], [])
    parts = [connection.feed(*part) for part in zip(*(slices(side, feeds) for side in sides), strict=True)]
    for part in [*parts, connection.finish(), connection.finish()]:
        if part is not None:
            out[0].extend(part[0])
            out[1].extend(part[1])
    for events in out:
        at = 0
        for event in events:
            assert event.offset == at
            at += len(event.data) if isinstance(event, Chunk) else getattr(event, "length", 0)
    return Decrypted(connection.facts, out)
