"""The forms in which a secret may stand in bytes: as it is, percent-encoded, in hexadecimal, inside Base64.

Used wherever finished bytes are searched: by the last check before a report is written, and for overwriting secrets
in the payload of packets. Costs some microseconds a secret.
"""

import base64
import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from osspcap.model.pattern import pattern

MIN_CREDENTIAL = 20
"""Characters of the shortest value that is taken for a credential: a Base64 HMAC-SHA1 has 28, a short ID fewer."""
MIN_ENCODED = 12
"""Characters below which the part of Base64 that is the secret's alone is no proof of it."""
MIN_HEXADECIMAL = 32

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_is_credential_text = re.compile(r"[A-Za-z0-9+/=_.~%-]+").fullmatch
_is_hexadecimal = re.compile(r"[0-9A-Fa-f]+").fullmatch
_needs_quoting = re.compile(rb"[^A-Za-z0-9_.~-]").search
_escape = pattern(rb"%[0-9A-F]{2}")


def byte_forms(secret: str) -> Iterator[bytes]:
    """Yield each form once; the plain one first.

    Of Base64, the part that depends on the secret alone is given, for each of its three positions in a larger text,
    in the standard and the URL-safe alphabet.
    """
    raw = secret.encode("utf-8", "surrogatepass")
    forms = {raw: None}
    if "%" in secret:
        forms[unquote(secret).encode("utf-8", "surrogatepass")] = None
    for plain in tuple(forms):
        forms.update(dict.fromkeys(_encoded(plain)))
    yield from forms


def _encoded(raw: bytes) -> Iterator[bytes]:
    for safe in ("", "/") if _needs_quoting(raw) else ():
        quoted = quote(raw, safe=safe).encode()
        yield quoted
        yield _escape.sub(lambda found: found[0].lower(), quoted)
        yield quoted.replace(b"%", b"%25")
    yield raw.replace(b"/", b"\\/")  # how some writers of JSON put it
    for digits in (raw.hex(), raw.hex(" ")):
        yield digits.encode()
        yield digits.upper().encode()
    for before in range(3):
        # 8 bits of a byte and 6 of a character: the first characters also hold bits of what stands in front.
        start, end = (0, 2, 3)[before], (before + len(raw)) * 8 // 6
        part = base64.b64encode(b"\0" * before + raw)[start:end]
        if len(part) >= MIN_ENCODED:
            yield part
            yield part.translate(_URL_SAFE)


def looks_like_credential(value: str) -> bool:
    """Tell a value that only a machine makes: it can be searched for without finding an innocent text.

    Long, of one word, and either hexadecimal or with capital letters, small letters and digits.
    """
    if len(value) < MIN_CREDENTIAL or not _is_credential_text(value) or len(set(value)) < 8:
        return False
    if _is_hexadecimal(value):
        return len(value) >= MIN_HEXADECIMAL
    return any(c.isupper() for c in value) and any(c.islower() for c in value) and any(c.isdigit() for c in value)
