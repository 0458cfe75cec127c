"""What the server says it signed: the string to sign and the canonical request of an error document.

`StringToSignBytes` (upper-case hex, a blank between bytes and one behind the last) is authoritative. `StringToSign` is
text that people copy out of rendered pages, where newlines collapse, and mask for publication; the FAQ's own example
even names another bucket than its bytes. So the two are compared here, the bytes win, and a text that was altered is
never trusted line by line.
"""

import hashlib
import re
from dataclasses import field
from enum import StrEnum

from osspcap.model.operation import ErrorDocument
from osspcap.model.pattern import pattern
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.signing.request import as_raw

MAX_STRING_BYTES = 256 * 1024
"""Longest string to sign that is looked at: a request head is shorter than that."""

_MASK = pattern(rb"\*{3,}|X{6,}|x{6,}")
_BLANKS = pattern(rb"\s+")
_V1_LINES = 5
"""Fewest lines of a V1 or V2 string to sign: verb, MD5, type, date, resource."""
_V4_LINES = 4
"""Lines of a V4 string to sign: algorithm, timestamp, scope, hash."""
_V4_START = b"OSS4-HMAC-SHA256"
_V4_FORM = pattern(rb"OSS4-HMAC-SHA256\n[^\n]*\n[^\n/]*/[^\n/]*/[^\n/]*/[^\n/]*\n[0-9a-f]{64}")
# Verb, MD5 (16 bytes in base64) or nothing, type, date (no header, no resource), headers, resource. V2 encodes its
# slashes and has a line with header names in front of the resource.
_V1_FORM = pattern(
    rb"[A-Z]+\n(?:[A-Za-z0-9+/]{22,44}={0,2})?\n[^\n]*\n(?!x-oss-|/|%2F)[^\n]*\n"
    rb"(?:[a-z][^:\n]*:[^\n]*\n)*(?:/|[a-z0-9;-]*\n%2F)"
)
# A form's string to sign is its policy, one line of base64.
_POLICY_FORM = pattern(rb"[A-Za-z0-9+/]{16,}={0,2}")


class Usability(StrEnum):
    """How far a server's string can be trusted."""

    WHOLE = "whole"
    """Byte for byte what the server computed."""
    PARTIAL = "partial"
    """Altered on its way into the document (masked, newlines collapsed, cut): can support, never prove."""
    UNUSABLE = "unusable"
    """Nothing to compare with."""


class Flaw(StrEnum):
    """What is wrong with a string of the server."""

    MASKED = "masked"
    """Asterisks in place of characters."""
    COLLAPSED = "newlines collapsed"
    """Empty lines lost, or all on one line, as HTML shows it."""
    CUT = "cut"
    """The document ends inside it."""
    NOT_HEX = "bytes not hexadecimal"
    FORM = "not in the form of a string to sign"
    """Lines are where the scheme has others: edited, or lines were lost."""
    TOO_LONG = "too long"


@record
class Disagreement:
    """A line in which `StringToSign` and `StringToSignBytes` of one document differ in substance."""

    line: int
    """0-based among the non-empty lines of the bytes."""
    text: bytes
    """The line as the text has it."""
    authoritative: bytes
    """The line as the bytes have it."""


@record
class ServerString:
    """The server's string to sign, as far as the document gives it."""

    raw: bytes
    """The string: from the bytes if they can be read, else from the text."""
    origin: Seen[str]
    """The element it was taken from."""
    usability: Usability
    flaws: tuple[Flaw, ...] = ()
    """Of the string taken."""
    text: Seen[str] | None = None
    """Element `StringToSign`; None if the document lacks it."""
    octets: Seen[str] | None = None
    """Element `StringToSignBytes`; None if the document lacks it."""
    agrees: bool | None = None
    """True if text and bytes hold the same string but for masks and blanks; None if one of them is missing."""
    text_flaws: tuple[Flaw, ...] = ()
    """What was done to the text alone: masked, collapsed. Not a fault of the exchange."""
    disagreements: tuple[Disagreement, ...] = ()
    """Where they differ beyond that: the document was edited."""
    canonical_request: bytes | None = None
    """V4: the server's canonical request; None if absent."""
    canonical_origin: Seen[str] | None = None
    canonical_usability: Usability = Usability.UNUSABLE
    signature_provided: Seen[str] | None = field(default=None, repr=False)
    """`SignatureProvided`: the signature as the server received it."""
    access_key_id: Seen[str] | None = None
    """`OSSAccessKeyId`, or `AWSAccessKeyId` on S3-style requests."""

    @property
    def is_v4(self) -> bool:
        """True if the string has the form of V4."""
        return self.raw.startswith(_V4_START)


_NO_FLAWS: tuple[Flaw, ...] = ()
_NO_DISAGREEMENTS: tuple[Disagreement, ...] = ()


def server_string(error: ErrorDocument) -> ServerString | None:
    """Return the server's string to sign; None if the document names none.

    Args:
        error: The error document, of a body or of `x-oss-err`.
    """
    fields = error.fields
    text, octets = fields.get("StringToSign"), fields.get("StringToSignBytes")
    if text is None and octets is None:
        return None
    last = "" if error.complete else next(reversed(fields), "")
    decoded: bytes | None = None
    from_text, hex_flaws, text_flaws = b"", _NO_FLAWS, _NO_FLAWS
    if octets is not None:
        decoded, hex_flaws = _from_hex(octets, cut=last == "StringToSignBytes")
    if text is not None:
        from_text, text_flaws = _from_text(text, cut=last == "StringToSign")
    raw, origin, flaws = from_text, text, text_flaws
    if octets is not None and (text is None or (decoded is not None and not hex_flaws)):
        raw, origin, flaws = decoded or b"", octets, hex_flaws
    assert origin is not None  # noqa: S101 - one of the two is there
    agrees, disagreements = None, _NO_DISAGREEMENTS
    if decoded is not None and not hex_flaws and text is not None:
        disagreements = _disagreements(from_text, decoded)
        agrees = not disagreements
        text_flaws = _text_flaws(from_text, decoded, text_flaws)
    canonical, canonical_origin, canonical_usability = _canonical(error, raw)
    return ServerString(
        raw=raw,
        origin=origin,
        usability=_usability(raw, flaws),
        flaws=flaws,
        text=text,
        octets=octets,
        agrees=agrees,
        text_flaws=text_flaws,
        disagreements=disagreements,
        canonical_request=canonical,
        canonical_origin=canonical_origin,
        canonical_usability=canonical_usability,
        signature_provided=fields.get("SignatureProvided"),
        access_key_id=fields.get("OSSAccessKeyId") or fields.get("AWSAccessKeyId"),
    )


def matches_loosely(ours: bytes, theirs: bytes) -> bool:
    """Tell whether a string could be the original of one that was masked or lost blanks and newlines."""
    pieces = [_BLANKS.sub(b"", piece) for piece in _MASK.split(theirs)]
    bare = _BLANKS.sub(b"", ours)
    if len(pieces) == 1:
        return bare == pieces[0]
    # First piece at the start, last at the end, the others in order between: linear, no regular expression.
    if not bare.startswith(pieces[0]) or not bare.endswith(pieces[-1]):
        return False
    position, end = len(pieces[0]), len(bare) - len(pieces[-1])
    for piece in pieces[1:-1]:
        found = bare.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return position <= end


def visible_bytes(raw: bytes) -> int:
    """Count the bytes that are neither blank nor mask: how much a loose match rests on."""
    return len(_BLANKS.sub(b"", _MASK.sub(b"", raw)))


def _from_hex(octets: Seen[str], *, cut: bool) -> tuple[bytes | None, tuple[Flaw, ...]]:
    text = octets.value
    if len(text) > MAX_STRING_BYTES * 3:
        return None, (Flaw.TOO_LONG,)
    if not cut:
        try:
            return bytes.fromhex(text), ()
        except ValueError:
            return None, (Flaw.MASKED if "**" in text else Flaw.NOT_HEX,)
    # The last byte of a cut text may be half a byte.
    pairs = re.match(r"(?:\s*[0-9A-Fa-f]{2}(?=\s|$))*", text)
    return bytes.fromhex(pairs[0]) if pairs else None, (Flaw.CUT,)


def _from_text(text: Seen[str], *, cut: bool) -> tuple[bytes, tuple[Flaw, ...]]:
    raw = as_raw(text.value[:MAX_STRING_BYTES]).replace(b"\r\n", b"\n")
    flaws: list[Flaw] = []
    if cut:
        flaws.append(Flaw.CUT)
    if len(text.value) > MAX_STRING_BYTES:
        flaws.append(Flaw.TOO_LONG)
    if _MASK.search(raw):
        flaws.append(Flaw.MASKED)
    if not flaws and not _has_form(raw):
        lost = raw.count(b"\n") + 1 < (_V4_LINES if raw.lstrip().startswith(_V4_START) else _V1_LINES)
        flaws.append(Flaw.COLLAPSED if lost else Flaw.FORM)
    return raw, tuple(flaws)


def _has_form(raw: bytes) -> bool:
    """Tell whether a text has the lines of a string to sign where they belong.

    Only asked of text without bytes beside it: where empty lines were lost, a type stands in the place of the MD5, and
    comparing line by line would accuse the wrong header.
    """
    if raw.startswith(_V4_START):
        return _V4_FORM.fullmatch(raw) is not None
    return _V1_FORM.match(raw) is not None or _POLICY_FORM.fullmatch(raw) is not None


def _usability(raw: bytes, flaws: tuple[Flaw, ...]) -> Usability:
    if not raw or Flaw.NOT_HEX in flaws:
        return Usability.UNUSABLE
    return Usability.PARTIAL if flaws else Usability.WHOLE


def _text_flaws(text: bytes, authoritative: bytes, known: tuple[Flaw, ...]) -> tuple[Flaw, ...]:
    """Say what was done to the text, now that the original is known."""
    flaws: list[Flaw] = [flaw for flaw in known if flaw not in {Flaw.COLLAPSED, Flaw.FORM}]
    if text.count(b"\n") < authoritative.count(b"\n"):
        flaws.append(Flaw.COLLAPSED)
    return tuple(flaws)


def _disagreements(text: bytes, authoritative: bytes) -> tuple[Disagreement, ...]:
    if text == authoritative or matches_loosely(authoritative, text) or _other_charset(text, authoritative):
        return ()
    ours = [line for line in authoritative.split(b"\n") if line.strip()]
    theirs = [line for line in text.split(b"\n") if line.strip()]
    if len(ours) != len(theirs):
        return (Disagreement(0, text, authoritative),)
    return tuple(
        Disagreement(index, shown, real)
        for index, (shown, real) in enumerate(zip(theirs, ours, strict=True))
        if not matches_loosely(real, shown)
    )


def _other_charset(text: bytes, authoritative: bytes) -> bool:
    """Tell whether the text is the bytes read as Latin-1 or GBK, or with characters that could not be read."""
    for charset in ("latin-1", "gb18030"):
        try:
            if authoritative.decode(charset).encode() == text:
                return True
        except UnicodeDecodeError:
            continue
    shown = authoritative.decode("utf-8", "replace").encode()
    return b"\xef\xbf\xbd" in shown and shown == text


def _canonical(error: ErrorDocument, string: bytes) -> tuple[bytes | None, Seen[str] | None, Usability]:
    """Take the canonical request, from its bytes first; its hash in the string to sign proves it whole."""
    named = string.rpartition(b"\n")[2].strip() if string.startswith(_V4_START) else b""
    best: tuple[bytes | None, Seen[str] | None, Usability] = (None, None, Usability.UNUSABLE)
    for name in ("CanonicalRequestBytes", "CanonicalRequest"):
        seen = error.fields.get(name)
        if seen is None:
            continue
        raw = _from_hex(seen, cut=False)[0] if name.endswith("Bytes") else as_raw(seen.value).replace(b"\r\n", b"\n")
        if not raw:
            continue
        if hashlib.sha256(raw).hexdigest().encode() == named:
            return raw, seen, Usability.WHOLE
        if best[0] is None:
            best = (raw, seen, Usability.PARTIAL)
    return best
