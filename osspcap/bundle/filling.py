"""Replaces secrets in payload by values of the same length and the same kind.

A capture must stay one that parsers accept: so a Base64 signature becomes another Base64 text, hexadecimal becomes
zeros, escapes stay escapes, and a policy becomes a policy that allows all. The same secret becomes the same
replacement wherever it stands and in whatever form, so that what was equal stays equal.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from osspcap.report.secretforms import byte_forms
from osspcap.report.sensitive import MASK, Kind, classify

_KEPT_FIRST, _KEPT_LAST = 8, 4
"""Characters of an access key ID that stay."""
_POLICY = '{"expiration":"2099-12-31T12:00:00.000Z","conditions":[["starts-with","$key",""]]'
_CALLBACK = '{"callbackUrl":"http://masked.invalid/","callbackBody":"masked=1"'
_is_hexadecimal = re.compile(r"[0-9a-fA-F]+").fullmatch
_word = re.compile(r"%[0-9A-Fa-f]{2}|[0-9A-Za-z]")
_starts_error = re.compile(rb"\s*(?:<\?\s*xml[^>]*>\s*)?<Error>").match
_find_error_field = re.compile(rb"(\n[xX]-[oO][sS][sS]-[eE][rR][rR][ \t]*:[ \t]*)([A-Za-z0-9+/=]+)").sub
_raw_word = re.compile(rb"%[0-9A-Fa-f]{2}|[0-9A-Za-z]")


def filler(secret: str, masked: str) -> str:
    """Return the replacement of a secret; `masked` is how reports show it."""
    bare = secret.strip()
    if masked and not masked.strip().startswith(MASK) and MASK in masked and len(bare) > _KEPT_FIRST + _KEPT_LAST:
        middle = _filled(bare[_KEPT_FIRST:-_KEPT_LAST])
        return secret.replace(bare, bare[:_KEPT_FIRST] + middle + bare[-_KEPT_LAST:])
    if _is_hexadecimal(secret) and len(secret) >= 32:
        return "0" * len(secret)
    return _document(secret) or _filled(secret)


def _filled(text: str) -> str:
    return _word.sub(lambda found: found[0] if len(found[0]) > 1 else "A", text)


def _document(secret: str) -> str | None:
    """Return Base64 of as many bytes that hold a harmless policy or callback, if the secret holds such a document."""
    try:
        raw = base64.b64decode(secret, validate=True)
        content = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    names = {str(name).lower() for name in content}
    begin = _CALLBACK if "callbackurl" in names else _POLICY if "conditions" in names else "{"
    blanks = len(raw) - len(begin) - 1
    made = base64.b64encode(f"{begin}{' ' * max(blanks, 0)}}}".encode()).decode()
    return made if len(made) == len(secret) else None


@dataclass(slots=True)
class Filling:
    """The replacements for some secrets."""

    forms: dict[bytes, bytes]
    """Each form of each secret, and what is written in its place; of equal length."""

    def apply_to_head(self, head: bytes) -> bytes:
        """Replace them in a head, also inside the error document that answers to HEAD have in a field."""
        return self.apply(_error_field(head, self.apply))

    @classmethod
    def of(cls, secrets: Iterable[tuple[str, str]]) -> "Filling":
        """Prepare the replacement of secrets, given with their masks."""
        forms: dict[bytes, bytes] = {}
        for secret, masked in secrets:
            if is_error_document(secret):  # its own secrets are replaced inside it
                continue
            replacements = tuple(byte_forms(filler(secret, masked)))
            for number, form in enumerate(byte_forms(secret)):
                fitting = replacements[number] if number < len(replacements) else b""
                forms.setdefault(form, fitting if len(fitting) == len(form) else _raw_filled(form))
        return cls(dict(sorted(forms.items(), key=lambda item: (-len(item[0]), item[0]))))

    def apply(self, data: bytes) -> bytes:
        """Replace all of them, longest first."""
        for form, replacement in self.forms.items():
            if form in data:
                data = data.replace(form, replacement)
        return data

    def finds(self, data: bytes) -> bool:
        """Tell whether a secret stands in the data."""
        return any(form in data and form != replacement for form, replacement in self.forms.items())


def _error_field(head: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change the documents in `x-oss-err` fields, which are Base64."""

    def changed(found: re.Match[bytes]) -> bytes:
        try:
            document = base64.b64decode(found[2], validate=True)
        except (binascii.Error, ValueError):
            return found[1] + _raw_filled(found[2])
        encoded = base64.b64encode(change(document))
        return found[1] + (encoded if len(encoded) == len(found[2]) else _raw_filled(found[2]))

    return _find_error_field(changed, head)


def is_error_document(secret: str) -> bool:
    """Tell the Base64 of XML: `x-oss-err`, which reports hide as a whole and a bundle keeps without its secrets."""
    try:
        return _starts_error(base64.b64decode(secret, validate=True)) is not None
    except (binascii.Error, ValueError):
        return False


def fill_fields(head: bytes, shown: dict[bytes, bytes]) -> bytes:
    """Fill the values of header lines that stand for secrets and have not been filled: short cookies, passwords.

    Args:
        head: A head in which longer secrets are filled already.
        shown: Lower-case names of fields to their values before that.
    """
    lines = head.split(b"\r\n")
    for number, line in enumerate(lines[1:], 1):
        name, colon, value = line.partition(b":")
        kind = classify(name.decode("latin-1"))
        is_document = name.strip().lower() == b"x-oss-err"
        if (
            colon
            and not is_document
            and kind in (Kind.SECRET, Kind.COOKIE)
            and shown.get(name.strip().lower()) == value
        ):
            lines[number] = name + colon + _raw_filled(value)
    return b"\r\n".join(lines)


def _raw_filled(value: bytes) -> bytes:
    return _raw_word.sub(lambda found: found[0] if len(found[0]) > 1 else b"A", value)
