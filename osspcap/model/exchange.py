"""A request joined with its final response: the unit that rules judge and reports list."""

from osspcap.model.anomaly import Anomaly
from osspcap.model.facts import NO_FACTS, Facts
from osspcap.model.message import Message
from osspcap.model.operation import Operation
from osspcap.model.record import record
from osspcap.units import FrameNumber, Nanoseconds, StreamId


@record
class MessagePair:
    """What pairing yields: a request and its final response, one of which may be missing, never both."""

    request: Message | None
    """None if the response's request was not captured."""
    response: Message | None
    """Final response; None if none was captured."""
    interims: tuple[Message, ...] = ()
    """Interim (1xx) responses before it, in order; first 8."""
    anomalies: tuple[Anomaly, ...] = ()
    """Oddities of the pairing itself."""

    def __eq__(self, other: object) -> bool:
        """Compare what was said, however it is kept."""
        return isinstance(other, MessagePair) and _said(self) == _said(other)

    def __hash__(self) -> int:
        """Hash likewise."""
        return hash(_said(self))

    @property
    def first_frame(self) -> FrameNumber:
        """Packet in which the exchange starts."""
        first = self.request or self.response
        assert first is not None  # noqa: S101 - the class's invariant
        return first.frame

    @property
    def start_ns(self) -> Nanoseconds:
        """Capture time of that packet."""
        first = self.request or self.response
        assert first is not None  # noqa: S101 - the class's invariant
        return first.ts_ns


@record
class Exchange:
    """A message pair with its number, its connection and what it means to OSS."""

    id: int
    """0-based, in order of start over the whole capture."""
    stream: StreamId
    request: Message | None
    response: Message | None
    interims: tuple[Message, ...]
    anomalies: tuple[Anomaly, ...]
    operation: Operation | None
    """None if nothing ties the exchange to OSS."""
    facts: Facts = NO_FACTS
    """What further stages found out about it, by type."""

    def __eq__(self, other: object) -> bool:
        """Compare what is known, however it is kept."""
        return isinstance(other, Exchange) and _known(self) == _known(other)

    def __hash__(self) -> int:
        """Hash likewise."""
        return hash(_known(self))

    @property
    def is_oss(self) -> bool:
        """True if it has to do with OSS; asks for no operation where that would have to be made first."""
        return self.operation is not None

    @property
    def status(self) -> int | None:
        """Status code of the final response; None without one."""
        return None if self.response is None else self.response.status

    @property
    def is_answered_early(self) -> bool:
        """True if the final response began before the request's body had ended, so that the rest never mattered."""
        return (
            self.request is not None
            and self.response is not None
            and not self.request.body.complete
            and self.response.ts_ns <= self.request.end_ns
        )


def _said(pair: MessagePair) -> tuple[object, ...]:
    return pair.request, pair.response, pair.interims, pair.anomalies


def _known(one: Exchange) -> tuple[object, ...]:
    said = (one.request, one.response, one.interims, one.anomalies)
    return one.id, one.stream, *said, one.operation, one.facts
