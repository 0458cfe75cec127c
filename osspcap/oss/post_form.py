"""A PostObject form read from a body window: its parts, their values, and what is wrong with its shape.

In: the request's Content-Type and its body. Out: a `PostForm`, whatever was sent. The parts are split by the library
multipart, in one pass over the window; what it does not tell is looked for here: the boundary's place, a
boundary that Content-Type states and the body does not use, line ends without CR, a missing end.

Source: RFC 7578, RFC 2046 section 5.1; OSS API reference, PostObject. Cost: 50 us for a form of ten fields and some
30 us for each MiB of its file. Memory: `MAX_PARTS` parts of `MAX_VALUE_BYTES`.
"""

import re
from dataclasses import replace

from osspcap.model.form import FILE, FormFault, FormFaultKind, FormPart, PostForm
from osspcap.model.message import Body, Message
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.units import FrameNumber

MAX_PARTS = 256
"""Parts kept; a form has about ten. All are counted."""
MAX_VALUE_BYTES = 65_536
"""Bytes of a value kept: a policy of 64 KiB is the largest worth reading here."""
MAX_HEAD_BYTES = 16_384
"""Bytes of a line in a part's own header section."""
MAX_SHOWN_HEAD_BYTES = 512
"""Of a Content-Disposition, kept to be shown."""
MAX_HEAD_LINES = 32
"""Lines of it; RFC 7578 knows three."""
MAX_SHOWN_BYTES = 60
"""Bytes of the body shown where its shape is wrong."""

_FORM_TYPE = "multipart/form-data"
_FIRST_LINE = pattern(rb"--([^\r\n]{1,200}?)[ \t]*\r?\n(?=content-disposition:)", re.IGNORECASE)
_BOUNDARY = pattern(r"boundary\s*=\s*(?:\"([^\"]*)\"|([^;,\s]+))", re.IGNORECASE)
_NAME = pattern(rb"[;\s]name\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;\s]+))", re.IGNORECASE)
_FILENAME = pattern(rb"[;\s]filename\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;\s]+))", re.IGNORECASE)
_UNFOLD = pattern(rb"\r\n[ \t]+")


def is_form(content_type: str) -> bool:
    """Tell whether a Content-Type is that of a multipart form."""
    return content_type.lstrip()[: len(_FORM_TYPE)].lower() == _FORM_TYPE


def looks_like_form(window: bytes) -> bool:
    """Tell whether a body begins as forms do, whatever its Content-Type says."""
    return window.startswith(b"--") and _FIRST_LINE.match(window) is not None


def read_form(request: Message, content_type: str) -> PostForm:
    """Read the form of a request; never raises on traffic. The latest one is remembered: two stages ask for it."""
    latest = _latest[0]
    if latest is not None and latest[0] is request:
        return latest[1]
    form = _read(request, content_type)
    _latest[0] = (request, form)
    return form


_latest: list[tuple[Message, PostForm] | None] = [None]


def _read(request: Message, content_type: str) -> PostForm:
    body = request.body
    frame = request.frame if body.first_frame is None else body.first_frame
    stated = Seen(content_type, request.frame, "request header Content-Type", content_type.encode("utf-8", "replace"))
    boundary, start, faults = _delimiter(stated, body, frame)
    form = PostForm(
        boundary=boundary.decode("latin-1"),
        faults=faults,
        is_captured=body.complete and len(body.window) == body.captured,
        is_multipart=is_form(content_type),
        length=body.announced if body.announced is not None else body.captured if body.complete else None,
    )
    if start < 0 or any(fault.kind is FormFaultKind.LINE_ENDS for fault in faults):
        return form
    reading = _Reading(body, start, frame)
    fault = reading.run(boundary)
    found = list(faults) + ([fault] if fault is not None else reading.faults)
    if form.is_captured and fault is None and not reading.is_closed:
        found.append(_unterminated(form.boundary, body, frame))
    return replace(
        form,
        parts=tuple(reading.parts),
        part_count=reading.count,
        is_closed=reading.is_closed,
        faults=tuple(found),
    )


def _delimiter(stated: Seen[str], body: Body, frame: FrameNumber) -> tuple[bytes, int, tuple[FormFault, ...]]:
    """Return the boundary, where its first delimiter stands (-1: nowhere), and what is wrong with either."""
    window = body.content
    found = _BOUNDARY.search(stated.value)
    boundary = (found[1] or found[2] or "").encode("latin-1", "replace") if found else b""
    first = _FIRST_LINE.match(window) or _FIRST_LINE.search(window[:MAX_HEAD_BYTES])
    used = b"" if first is None else first[1]
    shown = Seen(_text(window[:MAX_SHOWN_BYTES]), frame, "request body, first bytes", window[:MAX_SHOWN_BYTES])
    if not boundary:
        if not is_form(stated.value):
            return used, -1 if first is None else first.start(), ()
        reason = "Content-Type states no boundary"
        if used:
            reason += f", and the body is delimited by {_text(used)!r}"
        fault = FormFault(FormFaultKind.NO_BOUNDARY, reason, stated)
        return used, -1 if first is None else first.start(), (fault,)
    at = window.find(b"--" + boundary)
    if at >= 0:
        return boundary, at, tuple(_at_start(window, at, boundary, shown))
    if not window:
        empty = body.complete and not body.captured
        nothing = FormFault(FormFaultKind.EMPTY, "the body is empty", stated)
        return boundary, -1, (nothing,) if empty else ()
    if first is not None:
        reason = f"Content-Type states the boundary {_text(boundary)!r}, and the body is delimited by {_text(used)!r}"
        return used, first.start(), (FormFault(FormFaultKind.OTHER_BOUNDARY, reason, stated),)
    reason = f"the boundary {_text(boundary)!r} that Content-Type states is nowhere in the captured body"
    return boundary, -1, (FormFault(FormFaultKind.NO_DELIMITER, reason, shown),)


def _at_start(window: bytes, at: int, boundary: bytes, shown: Seen[str]) -> list[FormFault]:
    """Look at what stands around the first delimiter."""
    found: list[FormFault] = []
    if window[:at].strip(b"\r\n"):
        reason = f"{at} bytes stand in front of the first delimiter"
        found.append(FormFault(FormFaultKind.NOT_FIRST, reason, shown))
    behind = window[at + 2 + len(boundary) :].lstrip(b" \t")
    if behind.startswith(b"\n"):
        reason = "the lines end in LF alone, and forms have CR LF (RFC 2046)"
        found.append(FormFault(FormFaultKind.LINE_ENDS, reason, shown))
    return found


def _unterminated(boundary: str, body: Body, frame: FrameNumber) -> FormFault:
    end = body.content[-MAX_SHOWN_BYTES:]
    last = frame if body.last_frame is None else body.last_frame
    reason = f"the closing delimiter --{boundary}-- is missing at the end of the body"
    return FormFault(FormFaultKind.UNTERMINATED, reason, Seen(_text(end), last, "request body, last bytes", end))


class _Reading:
    """One run of the parser over a window: gathers the parts that it tells of, and where each stands."""

    def __init__(self, body: Body, start: int, frame: FrameNumber) -> None:
        self._body = body
        self._base = start
        self._window = body.content[start:]
        self._frame = frame
        self._head_start = 0
        self.parts: list[FormPart] = []
        self.faults: list[FormFault] = []
        self.count = 0
        self.is_closed = False

    def run(self, boundary: bytes) -> FormFault | None:
        """Parse; return the fault that stopped the parser."""
        from multipart import MultipartError, PushMultipartParser  # noqa: PLC0415 - only captures with forms need it

        step = len(boundary) + len(b"--\r\n")
        position = self._head_start = step
        part: tuple[bytes, int] | None = None
        size = 0
        try:
            parser = PushMultipartParser(
                boundary, max_header_count=MAX_HEAD_LINES, max_header_size=MAX_HEAD_BYTES, header_charset="latin-1"
            )
            for event in parser.parse(self._window):
                if event is None:
                    self._close(part, size, is_cut=False)
                    position += size + step + len(b"\r\n")
                    part, self._head_start = None, position
                elif isinstance(event, (bytes, bytearray)):
                    size += len(event)
                else:
                    end = self._window.find(b"\r\n\r\n", position)
                    part, size = (self._window[position:end], end + 4), 0
                    position = end + 4
            self.is_closed = part is None and self._ends_at(position, boundary)
        except MultipartError as error:
            return self._fault(str(error), is_inside=part is not None)
        if part is not None:
            # The parser keeps back what may be the beginning of a delimiter.
            self._close(part, len(self._window) - part[1], is_cut=True)
        return None

    def _ends_at(self, position: int, boundary: bytes) -> bool:
        """Tell whether the last delimiter was the closing one, which has `--` where the others have CR LF."""
        at = position - len(b"\r\n") - len(boundary)
        return self._window[max(at, 0) : position].endswith(boundary + b"--")

    def _fault(self, words: str, *, is_inside: bool) -> FormFault:
        at = self._head_start if not is_inside else self.parts[-1].offset - self._base if self.parts else 0
        at = min(at, max(len(self._window) - 1, 0))
        shown = self._window[at : at + MAX_SHOWN_BYTES]
        place = f"at byte {self._base + at} of the body"
        lowered = words.lower()
        if "line break" in lowered:
            reason = f"a line {place} ends in LF alone, and forms have CR LF (RFC 2046)"
            return FormFault(FormFaultKind.LINE_ENDS, reason, self._seen(shown, at))
        if "boundary" in lowered:
            reason = f"a delimiter is malformed near byte {self._base + at} of the body"
            return FormFault(FormFaultKind.GRAMMAR, reason, self._seen(shown, at))
        reason = f"the head of part {self.count + 1} is malformed, {place}"
        if "disposition" in lowered:
            reason = f"part {self.count + 1} has no Content-Disposition of the type form-data, {place}"
        return FormFault(FormFaultKind.PART_HEAD, reason, self._seen(shown, at))

    def _seen(self, raw: bytes, at: int, field: str = "request body") -> Seen[str]:
        found = self._body.frame_at(self._base + at)
        return Seen(_text(raw), self._frame if found is None else found, field, raw)

    def _close(self, part: tuple[bytes, int] | None, size: int, *, is_cut: bool) -> None:
        self.count += 1
        if part is None or len(self.parts) >= MAX_PARTS:
            return
        read = self._part(*part, size, is_cut=is_cut)
        self.parts.append(read)
        if not read.name:
            reason = f"part {self.count} has no name in its Content-Disposition"
            self.faults.append(FormFault(FormFaultKind.NO_NAME, reason, read.head))
        elif read.content_type.lower().startswith("multipart/"):
            reason = f"the part {read.name!r} is a {read.content_type.partition(';')[0]} of its own, and OSS takes none"
            self.faults.append(FormFault(FormFaultKind.NESTED, reason, read.head))

    def _part(self, head: bytes, start: int, size: int, *, is_cut: bool) -> FormPart:
        lines: dict[bytes, bytes] = {}
        for line in _UNFOLD.sub(b" ", head).split(b"\r\n"):
            label, _, value = line.partition(b":")
            lines.setdefault(label.strip().lower(), value.strip())
        disposition = lines.get(b"content-disposition", b"")
        name = _option(_NAME.search(disposition))
        filename = _option(_FILENAME.search(disposition))
        shown = name[:MAX_SHOWN_BYTES]
        raw = b"" if name == FILE else self._window[start : start + min(size, MAX_VALUE_BYTES)]
        return FormPart(
            name=name,
            head=self._seen(
                disposition[:MAX_SHOWN_HEAD_BYTES], self._head_start, f"form part {shown}, Content-Disposition"
            ),
            value=self._seen(raw, min(start, len(self._window) - 1), f"form field {shown}"),
            size=size,
            is_cut=is_cut or (name != FILE and size > MAX_VALUE_BYTES),
            filename=filename if filename or b"filename=" in disposition.lower() else None,
            content_type=_text(lines.get(b"content-type", b"")),
            transfer_encoding=_text(lines.get(b"content-transfer-encoding", b"")),
            offset=self._base + start,
        )


def _option(found: re.Match[bytes] | None) -> str:
    """Return the text of an option of Content-Disposition; browsers write a quotation mark in it as %22."""
    if found is None:
        return ""
    raw: bytes = found[1] if found[1] is not None else found[2]
    return _text(raw.replace(b'\\"', b'"').replace(b"%22", b'"'))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
