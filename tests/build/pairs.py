"""Message pairs from raw bytes, for stages behind the HTTP parser: the request in frame 1, its answer in frame 2."""

import re
from dataclasses import replace

from osspcap.http1.plain import plain_request, plain_response
from osspcap.model.exchange import MessagePair
from osspcap.model.message import NO_BODY, Body, Framing, Message
from osspcap.model.stream import Chunk
from osspcap.units import FrameNumber, Nanoseconds
from tests.build.wire import START_NS

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


def pair(request: bytes | None, response: bytes | None = None) -> MessagePair:
    """Join a request and its answer, each given as bytes on the wire; None where nothing was captured."""
    first = None if request is None else parse(request, is_request=True, frame=1)
    second = None if response is None else parse(response, is_request=False, frame=2)
    return MessagePair(first, second)


def parse(raw: bytes, *, is_request: bool, frame: int) -> Message:
    """Split one message at its empty line. What follows is the body, whatever the head announces."""
    blank = _BLANK_LINE.search(raw)
    head, content = (raw[: blank.end()], raw[blank.end() :]) if blank else (raw, b"")
    words = head.partition(b"\n")[0].rstrip(b"\r").decode("latin-1").split(" ", 2)
    words += [""] * (3 - len(words))
    status = int(words[1]) if not is_request and words[1].isascii() and words[1].isdigit() else 0
    number, time_ns = FrameNumber(frame), Nanoseconds(START_NS + (frame - 1) * 1_000_000)
    return Message(
        is_request=is_request,
        frame=number,
        ts_ns=time_ns,
        head_end_ns=time_ns,
        end_frame=number,
        end_ns=time_ns,
        start_offset=0,
        peer_offset=0,
        raw_head=head,
        head_frames=((0, frame),),
        version=words[2] if is_request else words[0],
        method=words[0] if is_request else "",
        target=words[1] if is_request else "",
        status=status,
        reason=words[2] if not is_request else "",
        body=body(content, number) if content else NO_BODY,
    )


def plain_pair(request: bytes, response: bytes) -> MessagePair:
    """Join a request and its answer as the parser reads plain ones: their heads have shapes."""
    first = plain_request(Chunk(0, memoryview(request), 1, START_NS, 0), 0)
    assert first is not None
    second = plain_response(Chunk(0, memoryview(response), 2, START_NS + 1_000_000, 0), 0, first.method)
    assert second is not None
    assert first.shape is not None
    assert second.shape is not None
    return MessagePair(first, second)


def without_shapes(pair: MessagePair) -> MessagePair:
    """Return the same pair as one whose heads were not plain enough for the parser to know their shapes."""
    assert pair.request is not None
    assert pair.response is not None
    return replace(
        pair,
        request=replace(pair.request, shape=None, form=None),
        response=replace(pair.response, shape=None, form=None),
    )


def body(content: bytes, frame: FrameNumber, *, complete: bool = True) -> Body:
    """Describe a body that stands in one packet."""
    return Body(
        framing=Framing.CONTENT_LENGTH,
        announced=len(content) if complete else len(content) + 1,
        captured=len(content),
        missing=0 if complete else 1,
        complete=complete,
        ended=complete,
        window=content,
        content=content,
        first_frame=frame,
        last_frame=frame,
    )
