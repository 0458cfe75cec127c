"""Header lines to JSON: masked, remembered line by line, or as one template for all heads of a form.

Header lines repeat from exchange to exchange (Host, User-Agent, Server), so the JSON of a line is remembered. Lines
that are not plain ASCII, folded or malformed take the model's own parser.
"""

import re
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from osspcap.model.headform import HeadForm
from osspcap.model.message import Field, Message
from osspcap.report.jsontext import made_safe, text_json
from osspcap.report.masking import Masking
from osspcap.report.sensitive import Kind, classify, mask, mask_raw
from osspcap.units import FrameNumber

MAX_LINES_REMEMBERED = 8_192
"""Header lines whose JSON is kept, some 200 bytes each; unique lines (dates, request IDs) come and go with them."""

K = TypeVar("K")
V = TypeVar("V")

# A key ID of at least 16 characters: then nothing but the signature stands where a field of version 4 could begin.
_starts_v1 = re.compile(r"([A-Za-z-]+): OSS ([A-Za-z0-9]{16,64})").fullmatch
_is_signature = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}").fullmatch
_BLANKS = " \t\r\n\x0b\x0c"
_RAW_BLANKS = _BLANKS.encode()


class _IrregularHeadError(Exception):
    """The head needs the tolerant parser."""


class FormJson(NamedTuple):
    """The header lines of a form as JSON."""

    template: bytes
    """With `%b` in the place of every variable part."""
    changes: tuple[tuple[int, Callable[[bytes], bytes]], ...]
    """Indices of the variable parts that are not shown as they are, each with what gives what is shown instead."""

    def shown(self, values: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Return the variable parts of a head as they are shown."""
        if not self.changes:
            return values
        changed = list(values)
        for place, change in self.changes:
            changed[place] = change(changed[place])
        return tuple(changed)


class HeaderJson:
    """Writes header lines; keeps the JSON of what repeats."""

    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self._lines: dict[str, str] = {}
        self._names: dict[str, tuple[str, bool, bool]] = {}
        self._signers: dict[str, str] = {}
        self._forms: dict[HeadForm, FormJson | None] = {}

    def plain(self, text: str) -> str:
        """Write a text that is no secret by its name; asks first what `Masking.plain` asks first: most need no mask."""
        if "=" in text or ":" in text or "%3" in text or "@" in text or self._masking.is_strict:
            text = self._masking.plain(text)
        return text_json(text)

    def plain_raw(self, text: str) -> bytes:
        """Write such a text as UTF-8 in which nothing acts on a terminal."""
        if "=" in text or ":" in text or "%3" in text or "@" in text or self._masking.is_strict:
            text = self._masking.plain(text)
        written = text_json(text)
        return (written if written.isascii() and "\x7f" not in written else made_safe(written)).encode()

    def of(self, message: Message) -> str:
        """Write the header lines of a message, separated by commas."""
        known = None if message.form is None else self.form(message.form)
        if known is not None:
            return (known.template % known.shown(message.values)).decode()
        raw = message.raw_head
        if raw.isascii() and (message.shape is not None or raw.endswith(b"\r\n\r\n")):
            lines = raw[:-4].decode("ascii").split("\r\n")
            remembered, write = self._lines, self._line
            try:
                return ",".join([remembered.get(line) or write(line) for line in lines[1:]])
            except _IrregularHeadError:
                pass
        return ",".join([self.pair(line.name, line.value) for line in message.fields()])

    def form(self, form: HeadForm) -> FormJson | None:
        """Return the lines of a form with a place for each variable part; None if each has to be written by itself."""
        if form in self._forms:
            return self._forms[form]
        known = None if self._masking.is_strict else self._learn(form)
        remember(self._forms, form, known)
        return known

    def _learn(self, form: HeadForm) -> FormJson | None:
        parts: list[str] = []
        changes: list[tuple[int, Callable[[bytes], bytes]]] = []
        for line in form.lines:
            name, start, end = line.name.decode("latin-1"), line.start.decode("latin-1"), line.end.decode("latin-1")
            if line.variable < 0:
                field = Field(line.name, line.start.strip(_RAW_BLANKS), FrameNumber(0))
                parts.append(self.pair(field.name, field.value).replace("%", "%%"))
                continue
            kind = classify(name)
            if kind is Kind.PLAIN and not start.strip(_BLANKS + '"'):
                before, behind = text_json(start.lstrip(_BLANKS))[1:-1], text_json(end)[1:-1]
                parts.append(f'{self._start(name)[0]}"{before}%b{behind}"]')
                if name.lower() == "content-md5":  # Base64, in which words occur that tell of secrets
                    changes.append((line.variable, self._plain_part))
                continue
            shown = self._shown_secret(name, start) if kind is Kind.AUTHORIZATION else None
            if shown is None:
                return None
            before, is_masked = shown
            if is_masked:
                changes.append((line.variable, mask_raw))
            parts.append(f'{self._start(name)[0]}{text_json(before)[:-1].replace("%", "%%")}%b"]')
        return FormJson(",".join(parts).encode(), tuple(changes))

    def _plain_part(self, value: bytes) -> bytes:
        return self.plain(value.decode("ascii"))[1:-1].encode()

    def _shown_secret(self, name: str, start: str) -> tuple[str, bool] | None:
        """Return what stands in front of a signature when the value is shown, and whether that itself is masked."""
        shown: set[tuple[str, bool]] = set()
        for signature in ("0" * 27 + "=", "f" * 64, "Az09+/" * 5):
            value = self._masking.named(name, start.lstrip(_BLANKS) + signature)
            is_masked = not value.endswith(signature)
            seen = mask(signature) if is_masked else signature
            if not value.endswith(seen):
                return None
            shown.add((value.removesuffix(seen), is_masked))
        return shown.pop() if len(shown) == 1 else None

    def _line(self, line: str) -> str:
        """Write a line as `parse_fields` reads it; a folded one, or one with a bare LF inside, is not for here."""
        name, _, value = line.partition(":")
        known = self._names.get(name)
        if known is None or "\n" in value:
            return self._new_line(line)
        start, is_plain, is_unique = known
        if is_plain:
            written = f"{start}{self.plain(value.strip(_BLANKS))}]"
        elif is_unique:
            return self._signed_line(line) or self.pair(name, value.strip(_BLANKS))
        else:
            written = self.pair(name, value.strip(_BLANKS))
        if not is_unique:
            remember(self._lines, line, written)
        return written

    def _new_line(self, line: str) -> str:
        if not line or line[0] in _BLANKS or "\n" in line:
            raise _IrregularHeadError
        name, _, value = line.partition(":")
        return self.pair(name.rstrip(_BLANKS), value.strip(_BLANKS))

    def _signed_line(self, line: str) -> str | None:
        """Write an Authorization line of signature version 1 as `Masking` masks it; None if it is none.

        In front of the signature only the key ID differs, and one key signs most requests.
        """
        start, _, signature = line.rpartition(":")
        written = self._signers.get(start)
        if written is None:
            found = None if self._masking.show_secrets else _starts_v1(start)
            if found is None:
                return None
            written = f'{self._start(found[1])[0]}"OSS {self._masking.key_id(found[2])}:'
            remember(self._signers, start, written)
        return f'{written}{mask(signature)}"]' if _is_signature(signature) else None

    def _start(self, name: str) -> tuple[str, bool, bool]:
        """Return how a pair of that name begins, whether its value is no secret, and whether values never repeat."""
        known = self._names.get(name)
        if known is None:
            kind = classify(name)
            is_unique = kind is Kind.AUTHORIZATION or name.lower() == "x-oss-request-id"
            known = (f"[{text_json(name)},", kind is Kind.PLAIN, is_unique)
            # A line that begins with a blank continues another, and an empty one ends the head: no names of fields.
            if name and name[0] not in _BLANKS and len(self._names) < MAX_LINES_REMEMBERED:
                self._names[name] = known
        return known

    def pair(self, name: str, value: str) -> str:
        """Write a line from its name and its value."""
        return self._start(name)[0] + text_json(self._masking.named(name, value)) + "]"


def remember(known: dict[K, V], key: K, value: V) -> None:
    """Keep a value, within bounds: what was kept goes when there is too much of it."""
    if len(known) >= MAX_LINES_REMEMBERED:
        known.clear()
    known[key] = value
