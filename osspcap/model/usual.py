"""Usual exchanges: kept as what is new in them, and made into messages and operations when somebody asks.

Most exchanges of a capture went well and look like those before them: the same client, the same server, heads of a
known form (`osspcap.model.headform`). Of such a one only the variable parts are kept; a stage that tells by these, or
by what all exchanges of a kind have in common, that it has nothing to do with it never makes more of it. To everybody
else a `UsualPair` is a `MessagePair` and a `UsualExchange` an `Exchange`.

Cost: half a microsecond; 2 us to make the messages, as much to make the operation. Memory: about 1 KB an exchange.
"""

from collections.abc import Callable, Iterable

from osspcap.model.exchange import Exchange, MessagePair
from osspcap.model.headform import HeadForm
from osspcap.model.headshape import HeadShape
from osspcap.model.message import NO_BODY, Body, Message
from osspcap.model.operation import Addressing, Endpoint, Network, Operation, Role, SignatureSummary
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.units import FrameNumber, Nanoseconds

MAX_SERVER_TIME_DIGITS = 15
"""Digits of x-oss-server-time (milliseconds) that are taken for a number."""
PERCENT = ord("%")
"""To look for in bytes: a number is found at a sixth of the cost of bytes, which are tried as a number first."""
USUAL_STATUS_END = 300
"""Usual exchanges are answered with a status below."""


class UsualKind:
    """What all usual exchanges of one kind have in common. Compared by identity: use it as a key of what follows."""

    __slots__ = ("answered", "asked", "method", "reason", "status", "status_line", "version", "version_answered")

    def __init__(self, asked: HeadForm, answered: HeadForm, request_line: tuple[str, str], status_line: bytes) -> None:
        """Begin a kind.

        Args:
            asked: Form of the requests.
            answered: Form of the responses.
            request_line: Method and version.
            status_line: As captured; one that the parser took without an oddity.
        """
        self.asked = asked
        self.answered = answered
        self.method, self.version = request_line
        self.status_line = status_line
        version, _, rest = status_line.decode("latin-1").partition(" ")
        self.version_answered = version
        self.status = int(rest[:3] or "0")
        self.reason = rest[4:]


# Fields behind those with a default need one too; a `UsualPair` always gets them all.
_NO_FORM = HeadForm(HeadShape(()), ())
_NO_KIND = UsualKind(_NO_FORM, _NO_FORM, ("", ""), b"")


class UsualPair(MessagePair):
    """A request and its response, both of a known form and complete, with nothing odd about either or between them.

    Of `MessagePair` the properties below take the place of the fields.
    """

    kind: UsualKind = _NO_KIND
    target: bytes = b""
    """As on the wire."""
    asked: tuple[bytes, ...] = ()
    """What the form of the request leaves open: `Message.values`."""
    asked_frame: int = 0
    asked_ns: int = 0
    asked_end_frame: int = 0
    asked_end_ns: int = 0
    asked_offset: int = 0
    asked_peer_offset: int = 0
    asked_body: Body = NO_BODY
    answered: tuple[bytes, ...] = ()
    """Of the response likewise, as are the next seven."""
    answered_frame: int = 0
    answered_ns: int = 0
    answered_end_frame: int = 0
    answered_end_ns: int = 0
    answered_offset: int = 0
    answered_peer_offset: int = 0
    answered_body: Body = NO_BODY

    @property
    def request(self) -> Message:
        """The request, made anew unless this pair was the last one asked."""
        return _messages(self)[1]

    @property
    def response(self) -> Message:
        """The response likewise."""
        return _messages(self)[2]

    __class__ = property(lambda _: MessagePair)
    """`dataclasses.replace` makes a pair of the messages."""

    @property
    def first_frame(self) -> FrameNumber:
        """Packet in which the exchange starts."""
        return FrameNumber(self.asked_frame)

    @property
    def start_ns(self) -> Nanoseconds:
        """Capture time of that packet."""
        return Nanoseconds(self.asked_ns)


@record
class UsualMeaning:
    """What all usual exchanges of one kind mean to OSS: an `Operation` but for what is new in each."""

    name: str
    bucket: str | None
    endpoint: Endpoint
    addressing: Addressing
    signature: SignatureSummary | None
    signed: int
    """Index of the signature in `UsualPair.asked`; -1 if it is constant, or there is none."""
    has_v4: bool
    """True if that must be one of version 4 for all this to hold."""
    sdk: str | None
    request_id_field: str
    """What evidence calls the request ID."""
    id_variable: int
    """Index of the request ID in `UsualPair.answered`."""
    time_variable: int
    """Of x-oss-server-time likewise; -1 without one."""
    decode: Callable[[str], str]
    """Takes the percent-encoding off a path."""

    def object_of(self, pair: UsualPair) -> str:
        """Return the key of the object."""
        target = pair.target
        if PERCENT in target or not target.isascii():
            return self.decode(target[1:].decode("latin-1"))
        return target[1:].decode("ascii")

    def request_id_of(self, pair: UsualPair) -> str:
        """Return the request ID."""
        return pair.answered[self.id_variable].decode("ascii")

    def server_time_of(self, pair: UsualPair) -> int | None:
        """Return x-oss-server-time, ms; None if there is none that is a number."""
        if self.time_variable < 0:
            return None
        digits = pair.answered[self.time_variable]
        return int(digits) if digits.isdigit() and len(digits) <= MAX_SERVER_TIME_DIGITS else None


_NO_PAIR = UsualPair(None, None)
_NO_ENDPOINT = Endpoint("", None, Network.UNKNOWN, "", "")
_NO_MEANING = UsualMeaning("", None, _NO_ENDPOINT, Addressing.UNKNOWN, None, -1, False, None, "", -1, -1, str)


class UsualExchange(Exchange):
    """An exchange of which a `UsualPair` is kept; the properties below take the place of the fields of `Exchange`."""

    usual: UsualPair = _NO_PAIR
    meaning: UsualMeaning = _NO_MEANING

    @property
    def request(self) -> Message:
        """The request, made anew unless this exchange was the last one asked."""
        return _messages(self.usual)[1]

    @property
    def response(self) -> Message:
        """The response likewise."""
        return _messages(self.usual)[2]

    @property
    def operation(self) -> Operation:
        """What it means to OSS likewise."""
        return _operation(self.usual, self.meaning)

    __class__ = property(lambda _: Exchange)
    """`dataclasses.replace` makes an exchange of the messages."""

    @property
    def is_oss(self) -> bool:
        """True."""
        return True

    @property
    def status(self) -> int:
        """Status code."""
        return self.usual.kind.status


usual_pair: Callable[..., UsualPair] = UsualPair
"""Makes a pair of its fields in order, those of `MessagePair` first: keywords cost where it is made."""
made_usual_exchange: Callable[..., UsualExchange] = UsualExchange
"""Makes an exchange of its fields in order likewise; those that properties take the place of are None or empty."""


def unusual(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Return the exchanges of which more may be told than that they are like all others: all but the usual ones."""
    return [exchange for exchange in exchanges if type(exchange) is not UsualExchange]


class _Last:
    """What was made last: whoever asks an exchange for one thing asks it for more. Tuples are replaced as a whole."""

    def __init__(self) -> None:
        frame, ts_ns = FrameNumber(0), Nanoseconds(0)
        empty = Message(True, frame, ts_ns, ts_ns, frame, ts_ns, 0, 0, b"", (), "")
        self.messages: tuple[UsualPair, Message, Message] = (_NO_PAIR, empty, empty)
        self.operation: tuple[UsualPair, UsualMeaning, Operation] = (_NO_PAIR, _NO_MEANING, Operation(Role.OTHER))


def _messages(pair: UsualPair) -> tuple[UsualPair, Message, Message]:
    known = _last.messages
    if known[0] is not pair:
        known = _last.messages = (pair, _request(pair), _response(pair))
    return known


def _request(pair: UsualPair) -> Message:
    kind, frame, ts_ns = pair.kind, FrameNumber(pair.asked_frame), Nanoseconds(pair.asked_ns)
    form = kind.asked
    start = b"%b %b %b" % (kind.method.encode(), pair.target, kind.version.encode())
    return Message(
        True, frame, ts_ns, ts_ns, FrameNumber(pair.asked_end_frame), Nanoseconds(pair.asked_end_ns),
        pair.asked_offset, pair.asked_peer_offset, form.head(start, pair.asked), ((0, frame),), kind.version,
        kind.method, pair.target.decode("latin-1"), 0, "", pair.asked_body, (), form.shape, form, pair.asked,
    )  # fmt: skip


def _response(pair: UsualPair) -> Message:
    kind, frame, ts_ns = pair.kind, FrameNumber(pair.answered_frame), Nanoseconds(pair.answered_ns)
    form = kind.answered
    return Message(
        False, frame, ts_ns, ts_ns, FrameNumber(pair.answered_end_frame), Nanoseconds(pair.answered_end_ns),
        pair.answered_offset, pair.answered_peer_offset, form.head(kind.status_line, pair.answered), ((0, frame),),
        kind.version_answered, "", "", kind.status, kind.reason, pair.answered_body, (), form.shape, form,
        pair.answered,
    )  # fmt: skip


def _operation(pair: UsualPair, meaning: UsualMeaning) -> Operation:
    known = _last.operation
    if known[0] is not pair or known[1] is not meaning:
        known = _last.operation = (pair, meaning, _made_operation(pair, meaning))
    return known[2]


def _made_operation(pair: UsualPair, meaning: UsualMeaning) -> Operation:
    request_id, frame = meaning.request_id_of(pair), FrameNumber(pair.answered_frame)
    return Operation(
        Role.OSS,
        meaning.bucket,
        meaning.object_of(pair),
        meaning.name,
        meaning.endpoint,
        meaning.addressing,
        Seen(request_id, frame, meaning.request_id_field, pair.answered[meaning.id_variable]),
        meaning.signature,
        server_time_ms=meaning.server_time_of(pair),
        answered_by_oss=True,
        bucket_source="Host",
        sdk=meaning.sdk,
        frame=FrameNumber(pair.asked_frame),
    )


_last = _Last()
