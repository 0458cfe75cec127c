"""Which names stand for secrets, and what a masked value looks like.

Names are those of header fields, query parameters, form fields and elements of error documents; case never matters.

A mask is `***`, followed by four hexadecimal digits of the value's SHA-256 where the value is long and machine-made
(signatures, tokens): equal masks then show that two places hold the same value. Sixteen bits of a digest do not help
to find a value of more than 100 bits, but they would help to guess a short one, so cookies, passwords and everything
under `TAGGED_LENGTH` characters get `***` alone. An access key ID is no secret; it keeps its first 8 and last 4
characters so that its owner recognises it.
"""

import hashlib
import re
from enum import Enum
from functools import lru_cache
from urllib.parse import unquote

from osspcap.model.pattern import pattern

MASK = "***"
TAGGED_LENGTH = 20
"""Characters from which on a mask carries a tag: a Base64 HMAC-SHA1, the shortest signature, has 28."""
NAME_CACHE = 4_096
"""Names whose kind is remembered; captures have a few dozen, hostile ones any number."""

_ASTERISK, _PERCENT = ord("*"), ord("%")  # bytes are looked through for a number at a sixth of the cost
_is_mask = re.compile(r"\*\*\*[0-9a-f]{0,4}").fullmatch


class Kind(Enum):
    """How the value of a name is masked."""

    PLAIN = "plain"
    """No secret by its name; may still hold one inside (a signed URL)."""
    SECRET = "secret"  # noqa: S105 - a kind, no secret
    """Masked as a whole."""
    KEY_ID = "key id"
    """Access key ID, perhaps with a V4 scope behind it: shortened."""
    AUTHORIZATION = "authorization"
    """Scheme and key ID stay, the rest is masked."""
    COOKIE = "cookie"
    """Names and attributes stay, values are masked."""
    HEX_TEXT = "hex text"
    """Text in hexadecimal: masked inside, then encoded again."""


_KINDS = {
    "policy": Kind.SECRET,
    "x-oss-err": Kind.SECRET,
    "callback": Kind.SECRET,
    "callback-var": Kind.SECRET,
    "x-oss-callback": Kind.SECRET,
    "x-oss-callback-var": Kind.SECRET,
    "sig": Kind.SECRET,
    "sign": Kind.SECRET,
    "auth": Kind.SECRET,
    "auth_key": Kind.SECRET,
    "pwd": Kind.SECRET,
    "jwt": Kind.SECRET,
    "session": Kind.SECRET,
    "sessionid": Kind.SECRET,
    "session_id": Kind.SECRET,
    "jsessionid": Kind.SECRET,
    "phpsessid": Kind.SECRET,
    "accesskey": Kind.SECRET,
    "access_key": Kind.SECRET,
    "x-amz-server-side-encryption-customer-key": Kind.SECRET,
    "ossaccesskeyid": Kind.KEY_ID,
    "awsaccesskeyid": Kind.KEY_ID,
    "accesskeyid": Kind.KEY_ID,
    "access_key_id": Kind.KEY_ID,
    "access-key-id": Kind.KEY_ID,
    "x-oss-access-key-id": Kind.KEY_ID,
    "x-oss-credential": Kind.KEY_ID,
    "x-amz-credential": Kind.KEY_ID,
    "credential": Kind.KEY_ID,
    "cookie": Kind.COOKIE,
    "cookie2": Kind.COOKIE,
    "set-cookie": Kind.COOKIE,
    "set-cookie2": Kind.COOKIE,
    "stringtosignbytes": Kind.HEX_TEXT,
    "canonicalrequestbytes": Kind.HEX_TEXT,
    # These hold a telling word and yet no secret.
    "continuation-token": Kind.PLAIN,
    "nextcontinuationtoken": Kind.PLAIN,
    "continuationtoken": Kind.PLAIN,
    "x-oss-signature-version": Kind.PLAIN,
    "signature-version": Kind.PLAIN,
    "signatureversion": Kind.PLAIN,
    "signaturemethod": Kind.PLAIN,
    "signaturenonce": Kind.PLAIN,
}
_TELLING = pattern(r"signature|token|secret|passw(?:or)?d|private[-_]?key|api[-_]?key")


@lru_cache(NAME_CACHE)
def classify(name: str) -> Kind:
    """Tell how the value of a name is to be masked; `$` of policy conditions and `x:` of variables are ignored."""
    plain = name.strip("$\"'<> \t").lower()
    known = _KINDS.get(plain)
    if known is not None:
        return known
    if "authorization" in plain:
        return Kind.AUTHORIZATION
    return Kind.SECRET if _TELLING.search(plain) else Kind.PLAIN


def mask(value: str) -> str:
    """Return the mask of a secret; the same for its percent-encoded form, and unchanged for what is a mask already."""
    if not value or (value[0] == "*" and _is_mask(value)):
        return value
    plain = unquote(value) if "%" in value else value
    if len(plain) < TAGGED_LENGTH:
        return MASK
    return MASK + hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:4]


def mask_raw(value: bytes) -> bytes:
    """Return the mask of a secret in ASCII; at half the cost of `mask` for a signature, of which a head has one."""
    if len(value) < TAGGED_LENGTH or value[0] == _ASTERISK or _PERCENT in value:
        return mask(value.decode("ascii")).encode()
    return b"***" + hashlib.sha256(value).hexdigest()[:4].encode()


def shorten_key_id(key_id: str) -> str:
    """Return the first 8 and last 4 characters of an access key ID; of one with 12 or fewer, the first 4.

    Blanks around it, which some servers write, are kept and not counted.
    """
    if MASK in key_id:
        return key_id
    bare = key_id.strip()
    if bare != key_id:
        return key_id.replace(bare, shorten_key_id(bare)) if bare else key_id
    if len(key_id) > 12:
        return f"{key_id[:8]}{MASK}{key_id[-4:]}"
    return key_id[:4] + MASK if key_id else ""


def looks_made(value: str) -> bool:
    """Tell a value made by a machine from a word of prose: long, or with digits or Base64 signs, and without blanks."""
    if not value or any(blank in value for blank in " \t\r\n"):
        return False
    return len(value) >= 16 or any(c.isdigit() or c in "+/=%" for c in value)
