"""Protocol detection: which parser a connection's bytes belong to, and handing over between parsers.

In: stream events of one connection. Out: message pairs. Protocols are told by content, never by port: a request line,
a status line, an HTTP/2 preface or a TLS record at the start of a packet. What begins with none of them (a capture that
starts in mid-body, a proxy's own handshake) is passed over packet by packet until one shows. A CONNECT tunnel, an
upgraded connection and what TLS holds where there are keys to it are dissected anew.

Memory: at most `MAX_HELD_BYTES` a side while the protocol is open; afterwards only the parser's own state.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from osspcap.http1.connection import Http1Connection
from osspcap.http1.express import take_whole
from osspcap.http1.recognise import starts_registered_request, starts_request, starts_response
from osspcap.model.exchange import MessagePair
from osspcap.model.pattern import pattern
from osspcap.model.stream import Chunk, Connection, Event, Gap, RoleSource, unrolled
from osspcap.tcp.facts import set_client_side
from osspcap.tls.keyring import KeyRing
from osspcap.tls.recognise import CLIENT_HELLO, starts_data, starts_hello

if TYPE_CHECKING:
    from osspcap.h2.connection import Http2Connection
    from osspcap.tls.connection import TlsConnection

HTTP1 = "http/1.1"
"""Name of the protocol."""
MAX_HELD_BYTES = 16_384
"""Bytes a side may send before its protocol must be told; a request line longer than this is none."""
MAX_HELD_EVENTS = 4_096
"""Events a side may hold likewise, against floods of one-byte packets and gaps."""
MAX_NESTING = 4
"""Tunnels inside tunnels that are followed."""
MAX_CONNECTION_ANOMALIES = 32
"""Oddities that are kept of a connection."""
_HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n"
_starts_settings = pattern(rb"\0\0[\0-\x7e]\x04\0\0\0\0\0").match
"""Matches what an HTTP/2 server may send before the client's preface: a SETTINGS frame (RFC 9113 section 3.4)."""
_may_become_start = pattern(
    rb"(?:[\r\n]*(?:[A-Za-z_-]{0,24}|[A-Za-z_-]{1,24} [^\r\n]*|HTTP/[0-9.]{0,3} ?[0-9]{0,3})"
    rb"|[\x14-\x17].{0,5}|\0(?:\0.{0,7})?)",
    re.DOTALL,
).fullmatch
"""Matches bytes that could still grow into a start line, a TLS record header or a SETTINGS frame."""


class _Side:
    """Events of one side whose protocol is still open."""

    __slots__ = ("events", "is_at_start", "prefix")

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.prefix = bytearray()
        self.is_at_start = True

    def hold(self, event: Event) -> None:
        if isinstance(event, Chunk):
            event = event._replace(data=memoryview(bytes(event.data)))
            if len(self.prefix) < MAX_HELD_BYTES:
                self.prefix += event.data
        self.events.append(event)

    def drop(self) -> None:
        """Let go of what begins nothing; a hole at the very start stays, for it explains what follows it."""
        hole = self.events[:1] if self.is_at_start and type(self.events[0]) is Gap else []
        self.is_at_start = bool(hole)
        self.events = hole
        self.prefix.clear()

    def drop_all_but_last(self) -> None:
        """Keep the last event only: it begins something, what was held before it does not."""
        last = self.events[-1]
        self.drop()
        self.hold(last)


_NOTHING_HELD = (_Side(), _Side())
"""Shared while nothing is held: most connections are told by their first packet. Never written to."""


def _saw_handshake(connection: Connection, frame: int) -> bool:
    """Tell whether a handshake says who is who, and stands in front of a packet in the capture, not only behind it."""
    seen = connection.handshake
    if connection.role_source is not RoleSource.HANDSHAKE or seen is None:
        return False
    return any(at is not None and at < frame for at in (seen.syn_frame, seen.synack_frame, seen.ack_frame))


def _begins_with_request(events: tuple[Sequence[Event], Sequence[Event]]) -> bool:
    """Tell the usual case without holding anything: the initiator speaks first, and begins a request."""
    client, server = events
    if not client or type(client[0]) is not Chunk or client[0].offset != 0:
        return False
    first = client[0]
    return (not server or server[0].frame > first.frame) and starts_request(first.data)


def _in_order(events: tuple[Sequence[Event], Sequence[Event]]) -> Iterator[int]:
    """Yield the side of each event in the order of capture, so that what is told does not hang on the cut into tables.

    An event comes no earlier than those before it of its side.
    """
    frames = [list(accumulate((event.frame for event in side), max)) for side in events]
    at = [0, 0]
    while at[0] < len(frames[0]) or at[1] < len(frames[1]):
        is_second = at[0] == len(frames[0]) or (at[1] < len(frames[1]) and frames[1][at[1]] < frames[0][at[0]])
        at[is_second] += 1
        yield int(is_second)


def dissect_whole(connection: Connection, events: tuple[Sequence[Event], Sequence[Event]]) -> list[MessagePair] | None:
    """Return the pairs of a connection as a `ConnectionDissector` would, if they are usual and all of it is here.

    None where it takes that. Most connections of a busy capture are short, and need none.
    """
    if connection.client_side != 0 or not _begins_with_request(events):
        return None
    if not _saw_handshake(connection, events[0][0].frame):
        return None
    pairs = take_whole(*events)
    if pairs is not None:
        connection.protocol = HTTP1
    return pairs


class ConnectionDissector:
    """Turns the events of one connection into message pairs, whatever protocols it speaks."""

    __slots__ = (
        "_alpn",
        "_client_side",
        "_connection",
        "_http1",
        "_http2",
        "_inner",
        "_is_ignored",
        "_keep_bodies",
        "_keys",
        "_nesting",
        "_sides",
        "_tls",
    )

    def __init__(
        self,
        connection: Connection,
        *,
        keep_bodies: bool = False,
        keys: KeyRing | None = None,
        nesting: int = 0,
        alpn: str | None = None,
        upgraded: MessagePair | None = None,
    ) -> None:
        """Begin a connection, or what is inside one.

        Args:
            connection: Its facts.
            keep_bodies: Keep body windows of every exchange, and larger ones.
            keys: Key logs to decrypt with; None for none.
            nesting: How many tunnels and layers of TLS are around it.
            alpn: Protocol that TLS around it agreed on; None if none was or that is hidden.
            upgraded: The exchange over HTTP/1.1 that changed to HTTP/2 (h2c); None without one.
        """
        self._connection = connection
        self._keep_bodies = keep_bodies
        self._keys = keys
        self._nesting = nesting
        self._alpn = alpn
        self._tls: TlsConnection | None = None
        self._sides = _NOTHING_HELD
        self._client_side = 0
        self._http1: Http1Connection | None = None
        self._http2: Http2Connection | None = None
        self._inner: ConnectionDissector | None = None
        self._is_ignored = False
        if upgraded is not None:
            self._is_http2(connection.client_side, upgraded=upgraded)

    @property
    def is_over(self) -> bool:
        """True if nothing that follows can make another pair."""
        if self._tls is not None:
            return self._tls.is_over and (self._inner is None or self._inner.is_over)
        return self._http1 is not None and self._http1.is_over

    def feed(self, events: tuple[Sequence[Event], Sequence[Event]]) -> list[MessagePair]:
        """Take the next events of side 0 and side 1; return the pairs they complete."""
        if self._http1 is not None:
            pairs = self._http1.feed(events[self._client_side], events[1 - self._client_side])
            return pairs if self._http1.handover is None else self._hand_over(pairs)
        if self._is_ignored:
            return []
        is_open = self._http2 is None and self._tls is None and self._inner is None
        if is_open and not (self._sides[0].events or self._sides[1].events) and _begins_with_request(events):
            self._is_http1(0, events[0][0].frame, at_start=True)
            return self.feed(events)
        # Only bodies over HTTP/1 are taken by the train.
        events = (unrolled(events[0]), unrolled(events[1]))
        if self._http2 is not None:
            return self._with_oddities(
                self._http2, self._http2.feed(events[self._client_side], events[1 - self._client_side])
            )
        if self._tls is not None:
            return self._feed_inside(self._tls.feed(events[self._client_side], events[1 - self._client_side]))
        if self._inner is not None:
            return self._inner.feed(events)
        return self._detect(events)

    def finish(self) -> list[MessagePair]:
        """Return what is still open; idempotent."""
        pairs = [] if self._http1 is None else self._http1.finish()
        if self._http2 is not None:
            pairs += self._with_oddities(self._http2, self._http2.finish())
        if self._tls is not None:
            pairs += self._feed_inside(self._tls.finish())
        return pairs + self._inner.finish() if self._inner is not None else pairs

    def _detect(self, events: tuple[Sequence[Event], Sequence[Event]]) -> list[MessagePair]:
        if self._alpn == "h2":
            self._is_http2(self._connection.client_side)
            return self.feed(events)
        if self._sides is _NOTHING_HELD:
            self._sides = (_Side(), _Side())
        taken = [0, 0]
        for number in _in_order(events):
            event = events[number][taken[number]]
            taken[number] += 1
            self._sides[number].hold(event)
            if self._recognised(number, event):
                if self._is_ignored:
                    return []
                for side, rest, count in zip(self._sides, events, taken, strict=True):
                    side.events.extend(rest[count:])
                return self._feed_held()
        return []

    def _recognised(self, number: int, event: Event) -> bool:
        side = self._sides[number]
        if not isinstance(event, Chunk):
            if isinstance(event, Gap):  # what was held before the hole is no start of anything
                side.drop()
            return False
        if len(side.prefix) > len(event.data) and (
            starts_registered_request(event.data) or starts_response(event.data)
        ):
            side.drop_all_but_last()
        prefix = side.prefix
        first = side.events[0]
        at_start = side.is_at_start and first.offset == 0
        if starts_request(prefix):
            return self._is_http1(number, event.frame, at_start=at_start)
        if starts_response(prefix):
            return self._is_http1(1 - number, event.frame, at_start=at_start)
        if prefix.startswith(_HTTP2_PREFACE):
            return self._is_http2(number)
        if at_start and type(first) is Chunk and _starts_settings(prefix):
            return self._is_http2(1 - number)
        kind = starts_hello(prefix)
        if kind is not None:
            return self._is_tls(number if kind == CLIENT_HELLO else 1 - number)
        if starts_data(prefix):
            return self._is_tls(self._connection.client_side)
        is_full = len(side.events) > MAX_HELD_EVENTS or len(prefix) >= MAX_HELD_BYTES
        if is_full or _may_become_start(prefix) is None:
            side.drop()
        return False

    def _is_http1(self, client_side: int, frame: int, *, at_start: bool) -> bool:
        """Go on as HTTP/1, which a packet began; `at_start` if nothing but a hole is in front of it."""
        has_handshake = _saw_handshake(self._connection, frame)
        self._set_roles(client_side)
        if self._nesting == 0 or self._connection.protocol == "tls":
            self._connection.protocol = HTTP1
        is_mid_stream = not (at_start and (has_handshake or self._nesting))
        self._http1 = Http1Connection(is_mid_stream=is_mid_stream, keep_bodies=self._keep_bodies)
        return True

    def _is_http2(self, client_side: int, *, upgraded: MessagePair | None = None) -> bool:
        from osspcap.h2.connection import Http2Connection  # noqa: PLC0415 - most captures hold no HTTP/2

        self._set_roles(client_side)
        self._connection.protocol = "h2"
        self._http2 = Http2Connection(keep_bodies=self._keep_bodies, upgraded=upgraded)
        return True

    def _with_oddities(self, http2: "Http2Connection", pairs: list[MessagePair]) -> list[MessagePair]:
        """Pass on pairs, and on to the connection what could not be told of any."""
        if http2.anomalies:
            known = self._connection.anomalies
            known += http2.anomalies[: MAX_CONNECTION_ANOMALIES - len(known)]
            http2.anomalies.clear()
        return pairs

    def _is_tls(self, client_side: int) -> bool:
        from osspcap.tls.connection import TlsConnection  # noqa: PLC0415 - most captures hold no TLS

        if self._nesting >= MAX_NESTING:
            return self._ignore("tls", client_side)
        self._set_roles(client_side)
        connection = self._connection
        connection.protocol = "tls"
        first = min(event.frame for side in self._sides for event in side.events if type(event) is Chunk)
        self._tls = TlsConnection(first, KeyRing() if self._keys is None else self._keys)
        connection.tls = (*connection.tls, self._tls.facts)
        return True

    def _feed_inside(self, plaintext: tuple[Sequence[Event], Sequence[Event]] | None) -> list[MessagePair]:
        """Take over what TLS has news of: the server's name, and what it holds."""
        assert self._tls is not None  # noqa: S101 - callers checked it
        facts = self._tls.facts
        if facts.client_hello is not None and facts.client_hello.sni and self._inner is None:
            self._connection.sni = facts.client_hello.sni
        if plaintext is None:
            return []
        if self._inner is None:
            self._inner = ConnectionDissector(
                self._connection,
                keep_bodies=self._keep_bodies,
                keys=self._keys,
                nesting=self._nesting + 1,
                alpn=facts.alpn,
            )
        return self._inner.feed(plaintext if self._client_side == 0 else (plaintext[1], plaintext[0]))

    def _ignore(self, protocol: str, client_side: int) -> bool:
        self._set_roles(client_side)
        self._connection.protocol = protocol
        self._is_ignored = True
        self._sides = _NOTHING_HELD
        return True

    def _set_roles(self, client_side: int) -> None:
        self._client_side = client_side
        connection = self._connection
        if connection.role_source is not RoleSource.HANDSHAKE or connection.client_side != client_side:
            set_client_side(connection, client_side, RoleSource.CONTENT)

    def _feed_held(self) -> list[MessagePair]:
        held = (self._sides[0].events, self._sides[1].events)
        self._sides = _NOTHING_HELD
        return self.feed(held)

    def _hand_over(self, pairs: list[MessagePair]) -> list[MessagePair]:
        """Begin anew with what follows a CONNECT or an upgrade."""
        assert self._http1 is not None  # noqa: S101 - callers checked it
        handover = self._http1.handover
        assert handover is not None  # noqa: S101 - callers checked it
        if self._nesting >= MAX_NESTING:
            self._is_ignored = True
            self._http1 = None
            return pairs
        self._http1 = None
        speaks_http2 = handover.token == "h2c"  # noqa: S105 - an upgrade token
        upgraded = pairs.pop() if speaks_http2 and pairs else None
        self._inner = ConnectionDissector(
            self._connection,
            keep_bodies=self._keep_bodies,
            keys=self._keys,
            nesting=self._nesting + 1,
            upgraded=upgraded,
        )
        pair: tuple[Sequence[Event], Sequence[Event]] = (handover.client, handover.server)
        return pairs + self._inner.feed(pair if self._client_side == 0 else (pair[1], pair[0]))
