"""A message while its body is still being read."""

from typing import NamedTuple

from osspcap.content.body import BodyReader
from osspcap.model.anomaly import Anomaly, AnomalyName
from osspcap.model.message import NO_BODY, Body, Message
from osspcap.units import FrameNumber, Nanoseconds

MAX_ANOMALIES = 32
"""Oddities kept per message: enough to see the pattern, bounded for hostile heads."""


class Origin(NamedTuple):
    """Where a message starts; a `Chunk` that starts with it says the same."""

    offset: int
    """Stream offset."""
    frame: int
    """Packet."""
    ts_ns: int
    """Its capture time."""
    peer_offset: int
    """How far it acknowledges the other direction, or -1."""


class Draft:
    """The facts of a head, and the body that follows it."""

    __slots__ = (
        "anomalies",
        "body",
        "frame",
        "head_end_frame",
        "head_end_ns",
        "head_frames",
        "is_closed",
        "is_request",
        "method",
        "peer_offset",
        "raw_head",
        "reason",
        "start_offset",
        "status",
        "target",
        "ts_ns",
        "version",
    )

    def __init__(
        self,
        *,
        is_request: bool,
        frame: int,
        ts_ns: int,
        start_offset: int,
        peer_offset: int,
        raw_head: bytes,
        head_frames: tuple[tuple[int, int], ...],
        head_end_frame: int,
        head_end_ns: int,
        version: str,
        method: str = "",
        target: str = "",
        status: int = 0,
        reason: str = "",
    ) -> None:
        self.is_request = is_request
        self.frame = frame
        self.ts_ns = ts_ns
        self.start_offset = start_offset
        self.peer_offset = peer_offset
        self.raw_head = raw_head
        self.head_frames = head_frames
        self.head_end_frame = head_end_frame
        self.head_end_ns = head_end_ns
        self.version = version
        self.method = method
        self.target = target
        self.status = status
        self.reason = reason
        self.body: BodyReader | Body = NO_BODY
        self.anomalies: list[Anomaly] = []
        self.is_closed = False
        """True if no byte of the message can follow."""

    def note(self, name: AnomalyName, frame: int, detail: str = "") -> None:
        """Add an oddity."""
        if len(self.anomalies) < MAX_ANOMALIES:
            self.anomalies.append(Anomaly(name, FrameNumber(frame), detail))

    @property
    def window_size(self) -> int:
        """Body bytes held."""
        return self.body.window_size if isinstance(self.body, BodyReader) else len(self.body.window)

    def message(self, *, is_answered_early: bool = False) -> Message:
        """Return the finished message."""
        end_frame, end_ns = self.head_end_frame, self.head_end_ns
        body = self.body
        if isinstance(body, BodyReader):
            if body.last_frame is not None:
                end_frame, end_ns = body.last_frame, body.last_ns
            if body.oddity is not None:
                self.note(body.oddity, end_frame)
            if body.has_bare_lf and all(known.name is not AnomalyName.BARE_LF for known in self.anomalies):
                self.note(AnomalyName.BARE_LF, end_frame, "chunked framing")
            body, oddities = body.body(is_answered_early=is_answered_early)
            for name, detail in oddities:
                self.note(name, end_frame, detail)
        return Message(
            self.is_request,
            FrameNumber(self.frame),
            Nanoseconds(self.ts_ns),
            Nanoseconds(self.head_end_ns),
            FrameNumber(end_frame),
            Nanoseconds(end_ns),
            self.start_offset,
            self.peer_offset,
            self.raw_head,
            self.head_frames,
            self.version,
            self.method,
            self.target,
            self.status,
            self.reason,
            body,
            tuple(self.anomalies),
        )
