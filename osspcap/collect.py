"""Gathers the exchanges of all connections, tells what each means to OSS, and numbers them in order of their start.

In: deliveries of the TCP stage. Out: exchanges. Body windows that no stage and no report will read are dropped as soon
as an exchange is classified, so that memory does not grow with healthy traffic.

What a custom domain stands for is learnt from its answers. Exchanges come in as connections complete them, which
depends on how the capture was sliced; so those with such hosts are classified once more, in order of their start and
knowing all that was learnt.
"""

from dataclasses import replace

from osspcap.dissect import ConnectionDissector, dissect_whole
from osspcap.media.early import EarlyMedia, may_hold_media
from osspcap.model.exchange import Exchange, MessagePair
from osspcap.model.facts import NO_FACTS, Facts
from osspcap.model.message import Body, Message
from osspcap.model.operation import Operation, Role
from osspcap.model.record import replaced
from osspcap.model.usual import UsualMeaning, UsualPair, made_usual_exchange
from osspcap.oss.digests import wants_late_md5, with_late_md5
from osspcap.oss.early_facts import EarlyFacts
from osspcap.oss.operation import Hints, classify, classify_closely
from osspcap.oss.usual_operation import LEARNT_NETWORKS, usual_meaning, usual_operation
from osspcap.tcp.streams import StreamDelivery
from osspcap.tls.keyring import KeyRing
from osspcap.units import StreamId

KEPT_WINDOW_BYTES = 1_024
"""Body windows of healthy exchanges are kept only up to this size: their facts are taken by then."""
MAX_KEPT_BYTES = 64 * 1024 * 1024
"""Window bytes kept of all exchanges together; behind that, only beginnings are."""


_CRC = b"x-oss-hash-crc64ecma"
_Found = tuple[int, StreamId, int, MessagePair, Facts, Operation | UsualMeaning | None]
"""First packet, connection, place in order of arrival (which no two share), messages, facts, and what they mean."""


class ExchangeCollector:
    """Takes what connections deliver; `finish` gives the exchanges."""

    def __init__(self, *, keep_bodies: bool = False, keys: KeyRing | None = None) -> None:
        self._keep_bodies = keep_bodies
        self._keys = keys
        self._dissectors: dict[StreamId, ConnectionDissector] = {}
        self._found: list[_Found] = []
        self._early = EarlyFacts()
        self._media = EarlyMedia()
        self._last_frames: dict[StreamId, int] = {}
        self._hints = Hints()
        self._room = MAX_KEPT_BYTES

    def take(self, delivery: StreamDelivery) -> None:
        """Feed one connection's news to its dissector."""
        connection, events = delivery
        dissector = self._dissectors.get(connection.stream)
        if dissector is None:
            if not (events[0] or events[1]):
                return
            whole = dissect_whole(connection, events)
            if whole is not None:
                self._add(connection.stream, whole)
                return
            dissector = ConnectionDissector(connection, keep_bodies=self._keep_bodies, keys=self._keys)
            pairs = dissector.feed(events)
            if not dissector.is_over:
                self._dissectors[connection.stream] = dissector
        else:
            pairs = dissector.feed(events)
            if dissector.is_over:
                del self._dissectors[connection.stream]
        if pairs:
            self._add(connection.stream, pairs)

    def finish(self) -> list[Exchange]:
        """Close all dissectors; return the exchanges in order of their start."""
        for stream, dissector in self._dissectors.items():
            self._add(stream, dissector.finish())
        self._dissectors.clear()
        self._found.sort()
        if self._hints.hosts:
            self._classify_again()
        return [
            made_usual_exchange(number, stream, None, None, (), (), None, facts, pair, meaning)
            if type(meaning) is UsualMeaning
            else _exchange(number, stream, pair, facts, meaning)
            for number, (_, stream, _, pair, facts, meaning) in enumerate(self._found)
        ]

    def _add(self, stream: StreamId, pairs: list[MessagePair]) -> None:
        hints, found, keeps_bodies = self._hints, self._found, self._keep_bodies
        frame = self._last_frames.get(stream, 0)
        for pair in pairs:
            if type(pair) is UsualPair:
                meaning = usual_meaning(pair)
                usual = None if meaning is None else self._kept(pair)
                if usual is not None:
                    frame = max(frame, usual.asked_frame)
                    found.append((frame, stream, len(found), usual, NO_FACTS, meaning))
                    continue
                pair = MessagePair(pair.request, pair.response)  # noqa: PLW2901 - the same, made
            operation = usual_operation(pair) or classify_closely(pair, hints)
            early = self._early.gather(pair, operation)
            sample = self._media.gather(pair, operation, self._early.file)
            if sample is not None:
                early = (*early, sample)
            kept = pair if keeps_bodies else self._without_needless_windows(pair, operation)
            # Packets captured out of order must not swap the exchanges of a connection.
            frame = max(frame, pair.first_frame)
            found.append((frame, stream, len(found), kept, Facts(early) if early else NO_FACTS, operation))
        self._last_frames[stream] = frame

    def _classify_again(self) -> None:
        """Classify exchanges with hosts that are no endpoint by name: once to learn in order, once knowing all."""
        hints, found = Hints(), self._found
        places = [place for place, (*_, meaning) in enumerate(found) if _depends_on_hints(meaning)]
        for place in places:
            classify(found[place][3], hints)
        for place in places:
            frame, stream, number, pair, facts, first = found[place]
            found[place] = (frame, stream, number, pair, facts, _with_key(classify(pair, hints), first))

    def _kept(self, pair: UsualPair) -> UsualPair | None:
        """Return a usual pair without windows that nobody needs; None if its bodies want a closer look."""
        if may_hold_media(pair):
            return None
        asked, answered = pair.asked_body, pair.answered_body
        if self._keep_bodies or len(asked.window) + len(answered.window) <= KEPT_WINDOW_BYTES:
            return pair
        if _CRC not in pair.kind.answered.shape.raw_names:
            return None  # an MD5 may be wanted
        return replaced(pair, asked_body=_windowless(asked), answered_body=_windowless(answered))

    def _without_needless_windows(self, pair: MessagePair, operation: Operation | None) -> MessagePair:
        request, response = pair.request, pair.response
        size = _window_size(request) + _window_size(response)
        if size <= KEPT_WINDOW_BYTES:
            return pair
        if operation is not None and response is not None and wants_late_md5(operation, response):
            if operation.name == "GetObject":
                response = with_late_md5(response)
            else:
                request = with_late_md5(request)
        if _is_worth_showing(pair, operation) and size <= self._room:
            self._room -= size
            return pair
        if response is not None and (operation is None or not operation.answered_by_oss):
            response = _with_beginning(response)
        else:
            response = _without_window(response)
        return replaced(pair, request=_without_window(request), response=response)


def _exchange(
    number: int, stream: StreamId, pair: MessagePair, facts: Facts, meaning: Operation | UsualMeaning | None
) -> Exchange:
    operation = meaning if type(meaning) is Operation else None
    return Exchange(number, stream, pair.request, pair.response, pair.interims, pair.anomalies, operation, facts)


def _depends_on_hints(operation: Operation | UsualMeaning | None) -> bool:
    """Tell whether what is known of a host decides: one that is no endpoint of OSS by name."""
    if operation is None or operation.endpoint is None:
        return operation is None
    return operation.endpoint.network in LEARNT_NETWORKS


_PART_LISTS = frozenset({"CompleteMultipartUpload", "ListParts"})
"""Operations whose bodies list the parts of an upload, which is followed over the whole capture."""


def _with_key(operation: Operation | None, first: Operation | UsualMeaning | None) -> Operation | None:
    """Keep the key of a form, whose body may be dropped by now."""
    if (
        operation is None
        or type(first) is not Operation
        or operation.object is not None
        or operation.name != "PostObject"
    ):
        return operation
    return replace(operation, object=first.object, signature=operation.signature or first.signature)


def _window_size(message: Message | None) -> int:
    return 0 if message is None else len(message.body.window)


def _is_worth_showing(pair: MessagePair, operation: Operation | None) -> bool:
    """Tell whether a stage or a reader may want the bodies.

    Those of failures, callbacks, part lists, and requests without an answer.
    """
    if pair.response is None:
        return operation is not None
    if operation is not None and (operation.role is Role.CALLBACK or operation.name in _PART_LISTS):
        return True
    return pair.response.status >= 400 or pair.response.status == 203


def _with_beginning(message: Message) -> Message:
    """Keep how a page begins that somebody else sent in the place of OSS: it says who that was."""
    body = message.body
    beginning = replaced(body, window=body.window[:KEPT_WINDOW_BYTES], content=body.content[:KEPT_WINDOW_BYTES])
    return replaced(message, body=beginning)


def _without_window(message: Message | None) -> Message | None:
    if message is None or len(message.body.window) <= KEPT_WINDOW_BYTES:
        return message
    return replaced(message, body=_windowless(message.body))


def _windowless(body: Body) -> Body:
    if len(body.window) <= KEPT_WINDOW_BYTES:
        return body
    return replaced(body, window=b"", content=b"", late=None)
