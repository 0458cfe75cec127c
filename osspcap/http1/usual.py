"""Heads like those before: one regular expression reads what is known to come.

In: a packet and where a message starts in it. Out: the whole head, its shape, the parts that are new in it, and its
Content-Length, at half the cost of reading it as if for the first time. A pattern is learnt from a plain head once
enough like it were seen; it matches plain heads only, in which names and line ends are as in those before. There are
two kinds: of a form (constant values as literal bytes, see `osspcap.model.headform`) and, for clients that send
something else in every head, of a shape (any value without control characters).

Memory: `MAX_FORMS` and `MAX_PATTERNS` for each kind of start line, of which there are a few hundred at most.
"""

import re
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from osspcap.content.plan import CRC_METHODS, looks_like_oss
from osspcap.http1.head import StatusLine
from osspcap.model.headform import FormLine, HeadForm
from osspcap.model.headshape import MAX_SHAPED_HEAD_BYTES, HeadShape, shape_of
from osspcap.model.usual import UsualKind

LEARNT_AFTER = 16
"""Heads of one shape until a pattern is made of it: making one costs as much as reading a few hundred heads."""
MAX_PATTERNS = 4
"""Patterns tried for one kind of start line, newest first; a client sends one to three shapes a method."""
MAX_FORMS = 8
"""Forms tried before them, newest first: one for each client and kind of request that are at work at a time."""
MAX_FORM_TRIES = 512
"""Heads of one shape that are looked at for a form: where constant values never repeat, that is given up."""
MAX_WAYS = 32
"""Answers to requests of one form that are remembered."""
MAX_COUNTED = 1_024
"""Shapes whose heads are counted, and as many forms."""

TARGET = rb"([!-~\x80-\xff]++)"
"""Pattern of a request target in which nothing is odd, caught."""
NO_BODY_STATUSES = frozenset({204, 304})
"""Of responses that have no body, whatever their fields say (RFC 9112 section 6.3 clause 1)."""
_CRC, _MD5 = b"x-oss-hash-crc64ecma", b"content-md5"
K = TypeVar("K")
L = TypeVar("L", bound="RequestStart | StatusLine")

find_names = re.compile(rb"\n([^:\r\n]+):").findall
_VALUE = rb":[\t -\xff]*+"
_CAUGHT_VALUE = rb":([\t -\xff]*+)"

_WORD = rb"[!#$&-9;<>?A-\[\]-~]++"
# Letters that names of days and months have in each place, digits written out: a third of the time that alternatives
# and counts take. What is no date although it looks like one is told by those who read it.
_DATE = (
    rb"[FMSTW][aehoru][deintu], [0-9][0-9] [ADFJMNOS][aceopu][bcglnprtvy] [0-9][0-9][0-9][0-9] "
    rb"[0-9][0-9]:[0-9][0-9]:[0-9][0-9] GMT"
)
_BASE64 = rb"[A-Za-z0-9+/]{20,}+={0,2}+"


def _kind(start: bytes, variable: bytes, end: bytes) -> tuple[Callable[[bytes], re.Match[bytes] | None], bytes]:
    """Return what takes a value apart, and the pattern of its variable part."""
    return re.compile(rb"([ \t]*+%b)(%b)(%b)" % (start, variable, end)).fullmatch, variable


_AS_WORD, _AS_DATE, _AS_QUOTED = _kind(rb"", _WORD, rb""), _kind(rb"", _DATE, rb""), _kind(rb'"', _WORD, rb'"')
_AS_SIGNED, _AS_BASE64 = _kind(rb"[ -~]*[:=]", _BASE64, rb""), _kind(rb"", _BASE64, rb"")
_VARIABLE = {
    b"authorization": (_AS_SIGNED, _AS_BASE64),
    b"content-length": (_AS_WORD,),
    b"content-md5": (_AS_BASE64,),
    b"date": (_AS_DATE,),
    b"etag": (_AS_QUOTED, _AS_WORD),
    b"last-modified": (_AS_DATE,),
    b"x-oss-content-sha256": (_AS_WORD,),
    b"x-oss-date": (_AS_DATE, _AS_WORD),
    b"x-oss-hash-crc64ecma": (_AS_WORD,),
    b"x-oss-next-append-position": (_AS_WORD,),
    b"x-oss-request-id": (_AS_WORD,),
    b"x-oss-server-time": (_AS_WORD,),
    b"x-oss-version-id": (_AS_WORD,),
}
"""Names whose values are new in many messages, and what they look like: the first that fits."""


class RequestStart(NamedTuple):
    """The constant part of a request line."""

    method: str
    version: str


class Usual(Generic[L]):
    """What is known of heads of one shape, or one form, behind one kind of start line."""

    __slots__ = ("form", "length_group", "line", "match", "shape", "ways")

    def __init__(
        self,
        pattern: bytes,
        shape: HeadShape,
        line: L,
        length_group: int,
        form: HeadForm | None,
    ) -> None:
        self.match: Callable[[bytes | memoryview, int], re.Match[bytes] | None] = re.compile(pattern).match
        """Group 0 is the head; of requests, the first one is the target; of a form, the others are what it leaves
        open."""
        self.shape = shape
        self.line = line
        """What the start line says, which is literal but for a target."""
        self.length_group = length_group
        """Index in `groups()` of Content-Length; -1 without such a field."""
        self.form = form
        """None for a pattern that knows the shape only."""
        self.ways: dict[Usual[StatusLine], Way | None] = {}
        """Of requests: how their exchanges are read, by what answered them."""


class Way(NamedTuple):
    """How exchanges are read whose heads match two patterns of forms."""

    kind: UsualKind
    sums_sent: tuple[bool, bool] | None
    """Whether the CRC-64 and the MD5 of the request's body are wanted; None if only the whole head tells."""
    sums_got: tuple[bool, bool]
    """Whether those of the answer's body are."""
    may_have_body: bool
    """False if the answer has none, whatever its fields say."""


def way_of(asked: Usual[RequestStart], answered: Usual[StatusLine], raw_answer: bytes) -> Way | None:
    """Return how exchanges are read whose heads match these patterns; None if no usual ones are to be made of them.

    Usual ones are successes with heads of known forms. Remembered, within a limit.
    """
    if answered in asked.ways:
        return asked.ways[answered]
    if len(asked.ways) >= MAX_WAYS:
        asked.ways.clear()
    way, status = None, answered.line.status
    if asked.form is not None and answered.form is not None and status < 300 and status != 203:
        names, names_answered = asked.shape.lines, answered.shape.lines
        constant = b"".join(b"\n%b:%b" % (line.name, line.start) for line in asked.form.lines).lower()
        needs_crc64 = _CRC in names or (asked.line.method in CRC_METHODS and looks_like_oss(constant, ""))
        is_told = needs_crc64 or asked.line.method not in CRC_METHODS
        answer_crc64 = _CRC in names_answered
        way = Way(
            UsualKind(asked.form, answered.form, asked.line, raw_answer[: raw_answer.index(b"\r")]),
            (needs_crc64, _MD5 in names) if is_told else None,
            (answer_crc64, not answer_crc64 and _MD5 in names_answered),
            asked.line.method != "HEAD" and status not in NO_BODY_STATUSES,
        )
    asked.ways[answered] = way
    return way


class UsualHeads(Generic[L]):
    """Patterns by what a start line begins with."""

    def __init__(self) -> None:
        self.known: dict[bytes, tuple[Usual[L], ...]] = {}
        """Forms, then shapes: of requests by the first four bytes, of responses by the status code."""
        self.likely: dict[str, Usual[L]] = {}
        """Of responses: what answered the last request with a method, which is tried first."""
        self._counts: dict[tuple[bytes, HeadShape], int] = {}
        self._form_counts: dict[tuple[bytes, HeadShape, tuple[FormLine, ...]], int] = {}
        self._form_tries: dict[HeadShape, int] = {}

    def learn(self, raw_head: bytes, line: L) -> HeadShape | None:
        """Return the shape of a plain head, and make a pattern of it if there were enough like it.

        Args:
            raw_head: A head in which nothing is odd, with at most one Content-Length.
            line: What its start line says.
        """
        if len(raw_head) > MAX_SHAPED_HEAD_BYTES:
            return None
        shape = shape_of(tuple(find_names(raw_head)))
        start = _start_of(raw_head, line)
        # Where a form was made just now, the shape waits for a head that the form does not know.
        if not self.learn_form(raw_head, shape, line) and _is_due(self._counts, (start, shape)):
            self._keep(raw_head, _usual(start, shape, line))
        return shape

    def learn_form(self, raw_head: bytes, shape: HeadShape, line: L) -> bool:
        """Make a pattern of the form of a plain head if there were enough like it; arguments as for `learn`.

        Returns:
            True if one was made.
        """
        tries = self._form_tries.get(shape, 0)
        if tries >= MAX_FORM_TRIES:
            return False
        if not tries and len(self._form_tries) >= MAX_COUNTED:
            self._form_tries.clear()
        self._form_tries[shape] = tries + 1
        found = _split(raw_head, shape)
        start = _start_of(raw_head, line)
        if found is None or not _is_due(self._form_counts, (start, shape, found[0])):
            return False
        self._keep(raw_head, _usual_form(start, HeadForm(shape, found[0]), found[1], line))
        return True

    def _keep(self, raw_head: bytes, found: Usual[L]) -> None:
        key = raw_head[:4] if type(found.line) is RequestStart else raw_head[9:12]
        known = self.known.get(key, ())
        forms = tuple(usual for usual in known if usual.form is not None)
        shapes = tuple(usual for usual in known if usual.form is None)
        if found.form is not None:
            forms = (found, *forms)[:MAX_FORMS]
        else:
            shapes = (found, *shapes)[:MAX_PATTERNS]
        self.known[key] = forms + shapes


def _start_of(raw_head: bytes, line: RequestStart | StatusLine) -> bytes:
    """Return the pattern of a start line: literal but for a target."""
    if type(line) is RequestStart:
        return b"%b %b %b" % (line.method.encode(), TARGET, re.escape(line.version.encode()))
    return re.escape(raw_head[: raw_head.index(b"\r")])


def _is_due(counts: dict[K, int], key: K) -> bool:
    """Count one more head; True once there were enough."""
    count = counts.get(key, 0) + 1
    if count == 1 and len(counts) >= MAX_COUNTED:
        counts.clear()
    counts[key] = count
    if count < LEARNT_AFTER:
        return False
    del counts[key]
    return True


def _usual(start: bytes, shape: HeadShape, line: L) -> Usual[L]:
    parts = [start]
    has_length = b"content-length" in shape.lines
    for raw_name, name in zip(shape.raw_names, shape.names, strict=True):
        parts.append(re.escape(raw_name) + (_CAUGHT_VALUE if name == b"content-length" else _VALUE))
    length_group = -1 if not has_length else 1 if type(line) is RequestStart else 0
    return Usual(b"\r\n".join(parts) + b"\r\n\r\n", shape, line, length_group, None)


def _split(raw_head: bytes, shape: HeadShape) -> tuple[tuple[FormLine, ...], tuple[bytes, ...]] | None:
    """Tell the constant part of a plain head from the variable one; None if a value of the latter is like no other.

    Returns:
        The lines, and the patterns of their variable parts.
    """
    lines: list[FormLine] = []
    patterns: list[bytes] = []
    for raw_line, raw_name, name in zip(raw_head.split(b"\r\n")[1:-2], shape.raw_names, shape.names, strict=True):
        value = raw_line[len(raw_name) + 1 :]
        kinds = _VARIABLE.get(name)
        if kinds is None:
            lines.append(FormLine(raw_name, value))
            continue
        fitting = ((matched, pattern) for fits, pattern in kinds if (matched := fits(value)) is not None)
        matched, pattern = next(fitting, (None, b""))
        if matched is None:
            return None
        lines.append(FormLine(raw_name, matched[1], matched[3], len(patterns)))
        patterns.append(pattern)
    return tuple(lines), tuple(patterns)


def _usual_form(start: bytes, form: HeadForm, patterns: tuple[bytes, ...], line: L) -> Usual[L]:
    parts = [start]
    for said in form.lines:
        constant = re.escape(said.name + b":" + said.start)
        is_constant = said.variable < 0
        parts.append(constant if is_constant else b"%b(%b)%b" % (constant, patterns[said.variable], said.end))
    length = form.line(b"content-length")
    length_group = -1 if length is None else length.variable + (1 if type(line) is RequestStart else 0)
    return Usual(b"\r\n".join(parts) + b"\r\n\r\n", form.shape, line, length_group, form)
