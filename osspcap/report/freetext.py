"""Secrets inside text whose structure is not known: summaries, messages, URLs, bodies.

Patterns start with a literal word and have bounded or linear tails, so that a hostile text of a mebibyte costs
milliseconds. Text that holds none of the telling words is passed through after a few substring searches.
"""

import base64
import binascii
import re
from collections.abc import Callable
from urllib.parse import unquote

from osspcap.model.pattern import pattern
from osspcap.report.sensitive import Kind, classify, looks_made

MAX_NAME = 48
"""Characters of a parameter name that are looked at to the left of its telling word."""
MAX_NESTING = 2
"""Encodings inside encodings that are opened: hexadecimal or Base64 in Base64."""
MIN_ENCODED = 24
"""Characters from which on a run of hexadecimal or Base64 is opened; shorter ones hold no name with a secret."""

Masker = Callable[[str, str], str]
"""Given a name and the value it stands before, returns the masked value."""

_WORDS = (
    "sig",
    "token",
    "secret",
    "passw",
    "pwd",
    "credential",
    "keyid",
    "key-id",
    "key_id",
    "callback",
    "policy",
    "auth",
    "cookie",
    "x-oss-err",
    "key",
    "jwt",
    "sess",
    "oss ",
    "oss\t",
    "aws ",
    "acs ",
    "bearer",
    "basic",
    "negotiate",
    "ntlm",
)
_PARAMETER = pattern(
    r"""(?ix)
    (?P<name> signature | sig(?:n)?(?![a-z]) | token | secret | passw(?:or)?d | pwd | api[-_]?key | private[-_]?key
      | access[-_]?key(?:[-_]?id)? | credential | callback(?:-var)? | policy | x-oss-err | auth_key | auth(?![a-z])
      | jwt | sess(?:ion)?(?:_?id)? | customer-key )
    (?P<tail> [\w-]{0,32} )
    (?: (?: \\{0,8}["'] )? (?P<separator> \s{0,4} (?:[=:,]|%3D|%3A) \s{0,4} ) (?P<quote> \\{0,8}["'] )?
      | (?P<element> > ) )
    """
)
"""A telling name and what parts it from its value, which is looked at only if the whole name stands for a secret."""
_STARTS: tuple[str, ...] = (
    "sig",
    "token",
    "secret",
    "passw",
    "pwd",
    "api",
    "private",
    "access",
    "credential",
    "callback",
    "policy",
)
_STARTS += ("x-oss-err", "auth", "jwt", "sess", "customer")
"""What the names in `_PARAMETER` begin with."""
_START = pattern("|".join(_STARTS), re.IGNORECASE)
_BARE_VALUE = pattern(r"""(?:(?!%26)[^&\s"'<>,;)\]}\\])+""")
_QUOTED_VALUE = pattern(r"""[^"'\\\r\n]+""")
_ELEMENT_VALUE = pattern(r"[^<>]+")
_FORM_FIELD = pattern(r'name="?([^"\r\n;]{1,64})"?([^\r\n]{0,256}\r?\n(?:[^\r\n]{1,256}\r?\n){0,8}\r?\n)([^\r\n]+)')
_SCHEME = pattern(r"\b(OSS|AWS|acs|LOG|MNS|OTS)([ \t]+)([A-Za-z0-9._-]{8,128})([ \t]*:[ \t]*)([A-Za-z0-9+/=%]{16,})")
_SCHEMES = tuple(scheme + blank for scheme in ("OSS", "AWS", "acs", "LOG", "MNS", "OTS") for blank in " \t")
_BEARERS = ("basic", "bearer", "negotiate", "ntlm")
_BEARER = pattern(r"(?i)\b(basic|bearer|negotiate|ntlm)([ \t]+)([A-Za-z0-9+/=._~-]{6,})")
_AUTHORIZATION = pattern(r"""(?i)\b(authorization)(["']?[ \t]*[:=][ \t]*["']?)([^"'\r\n]+)""")
_COOKIE = pattern(r"""(?i)\b((?:set-)?cookie)([ \t]*:[ \t]*)([^"'\r\n]+)""")
_USERINFO = pattern(r"://([^/\s@?#]{1,512})@")
_KEY_ID = pattern(r"(?<![A-Za-z0-9])(?:LTAI|STS\.)[A-Za-z0-9._]{9,124}(?![*A-Za-z0-9])")
_HEX = pattern(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2} ?){12,}(?![0-9A-Za-z])")
_BASE64 = pattern(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}(?:={1,2}|(?:%3D){1,2})?")
_ENCODED_NAME = pattern(r"""(?<=[?&])((?:[\w.-]|%[2-7][0-9A-Fa-f]){1,64})=([^&\s"'<>]+)""")
has_encoded_name = re.compile(r"[?&][\w.-]{0,64}%[2-7][0-9A-Fa-f][\w.%-]{0,64}=").search
"""Finds a query parameter whose name is percent-encoded: servers decode it before they look at it."""
_scheme_like = re.compile(r"[A-Za-z0-9-]{2,24}[ \t]+\S*[0-9+/=:]").match
_name_part = re.compile(r"[\w$:.-]*").match


def may_hold_secret(text: str) -> bool:
    """Tell cheaply whether any pattern of this module could match."""
    lowered = text.lower()
    if any(word in lowered for word in _WORDS):
        return True
    return len(text) >= MIN_ENCODED or "@" in text or "LTAI" in text or "STS." in text


def mask_patterns(text: str, masker: Masker, nesting: int = 0) -> str:
    """Mask what the patterns recognise, by the masker; encoded runs are opened, masked and encoded again."""
    text = mask_named(text, masker)
    if "@" in text:
        text = _USERINFO.sub(lambda found: "://" + masker("password", found[1]) + "@", text)
    if "LTAI" in text or "STS." in text:
        text = _KEY_ID.sub(lambda found: _masked_key_id(found[0], masker), text)
    if nesting < MAX_NESTING and len(text) >= MIN_ENCODED:
        text = _HEX.sub(lambda found: mask_hex(found[0], masker, nesting + 1), text)
        text = _BASE64.sub(lambda found: _mask_base64(found[0], masker, nesting + 1), text)
    return text


def _masked_key_id(key_id: str, masker: Masker) -> str:
    return masker("accesskeyid", key_id) if any(c.isdigit() for c in key_id) else key_id


def mask_named(text: str, masker: Masker) -> str:
    """Mask what stands behind a telling name. Each pattern runs only if its word is there at all."""
    if "%" in text and has_encoded_name(text):
        text = _ENCODED_NAME.sub(lambda found: _masked_encoded_name(found, masker), text)
    lowered = text.lower()
    if not any(word in lowered for word in _WORDS):
        return text
    if "authorization" in lowered:
        text = _AUTHORIZATION.sub(lambda found: _masked_authorization(found, masker), text)
    if any(scheme in text for scheme in _SCHEMES):
        text = _SCHEME.sub(lambda found: _masked_scheme(found, masker), text)
    if any(scheme in lowered for scheme in _BEARERS):
        text = _BEARER.sub(lambda found: _masked_bearer(found, masker), text)
    if "cookie" in lowered:
        text = _COOKIE.sub(lambda found: found[1] + found[2] + masker(found[1], found[3]), text)
    if "name=" in text:
        text = _FORM_FIELD.sub(lambda found: _masked_form_field(found, masker), text)
    return _mask_parameters(text, masker)


def _masked_encoded_name(found: re.Match[str], masker: Masker) -> str:
    name = unquote(found[1])
    return found[0] if classify(name) is Kind.PLAIN else f"{found[1]}={masker(name, found[2])}"


def _masked_scheme(found: re.Match[str], masker: Masker) -> str:
    scheme, blank, key_id, colon, signature = found.groups()
    return scheme + blank + masker("accesskeyid", key_id) + colon + masker("signature", signature)


def _masked_authorization(found: re.Match[str], masker: Masker) -> str:
    value = found[3]
    if _scheme_like(value) or (looks_made(value) and len(value) >= 20):
        return found[1] + found[2] + masker("authorization", value)
    return found[0]


def _masked_bearer(found: re.Match[str], masker: Masker) -> str:
    """Basic is masked if it decodes to `user:password`, the others if they are no word of prose."""
    scheme, blank, value = found.groups()
    if scheme.lower() == "basic":
        decoded = _decoded_base64(value)
        is_secret = decoded is not None and ":" in decoded
    else:
        is_secret = len(value) >= 16 and any(c.isdigit() for c in value)
    return scheme + blank + masker("password", value) if is_secret else found[0]


def _masked_form_field(found: re.Match[str], masker: Masker) -> str:
    if classify(found[1]) is Kind.PLAIN:
        return found[0]
    return found[0][: found.start(3) - found.start()] + masker(found[1], found[3])


def _mask_parameters(text: str, masker: Masker) -> str:
    """Walk from name to name. Behind one that is no secret the search goes on at its value, which may hold another."""
    parts: list[str] = []
    done = position = 0
    for start in _starts(text):
        found = _PARAMETER.match(text, start) if start >= position else None
        if found is None:
            continue
        position = found.end()
        name = _secret_name(found)
        pattern = _ELEMENT_VALUE if found["element"] else _QUOTED_VALUE if found["quote"] else _BARE_VALUE
        value = pattern.match(text, position) if name else None
        if value is not None and _is_value(found, value[0], name):
            parts += (text[done:position], masker(name, value[0]))
            done = position = value.end()
    return "".join(parts) + text[done:] if parts else text


def _starts(text: str) -> list[int]:
    """Return where a name of `_PARAMETER` may begin: substring searches are many times faster than the pattern."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter whose lower case is longer: positions would not agree
        return [found.start() for found in _START.finditer(text)]
    starts: list[int] = []
    for word in _STARTS:
        position = lowered.find(word)
        while position >= 0:
            starts.append(position)
            position = lowered.find(word, position + 1)
    return sorted(starts)


def _before(found: re.Match[str]) -> str:
    """Return the part of the name to the left of its telling word."""
    start = found.start()
    before = _name_part(found.string[max(0, start - MAX_NAME) : start][::-1])  # backwards: a search tries every start
    return before[0][::-1] if before else ""


def _secret_name(found: re.Match[str]) -> str:
    """Return the name if its value is to be masked, else nothing. A prefix such as `x:` or a path is no part of it."""
    name = _before(found) + found["name"] + found["tail"]
    for candidate in (name, re.split(r"[:.$]", name)[-1]):
        if classify(candidate) in {Kind.SECRET, Kind.KEY_ID}:
            return candidate
    return ""


def _is_value(found: re.Match[str], value: str, name: str) -> bool:
    """Tell an assignment from prose: `policy: the bucket's` names nothing secret, `Signature=abc` does."""
    before = _before(found)
    if found["element"]:
        start = found.start() - len(before)
        is_closing = start > 0 and found.string[start - 1] == "/"
        return not is_closing and bool(value.strip())
    separator = found["separator"]
    if value.startswith("${"):
        return False  # a placeholder that OSS fills in
    if "," in separator:
        return found["quote"] is not None and before.startswith("$")  # ["eq", "$x-oss-security-token", "..."]
    if ":" in separator and separator.endswith(" ") and found["quote"] is None:
        return looks_made(value) or "passw" in name.lower()
    return True


def mask_hex(run: str, masker: Masker, nesting: int = 0) -> str:
    """Mask text given in hexadecimal and encode it again; unchanged if it holds no secret or is no text."""
    try:
        text = bytes.fromhex(run).decode("utf-8", "surrogateescape")
    except ValueError:
        return run
    masked = mask_patterns(text, masker, nesting)
    if masked == text:
        return run
    encoded = masked.encode("utf-8", "surrogateescape")
    digits = encoded.hex(" ") if " " in run else encoded.hex()
    result = digits if run.upper() != run else digits.upper()
    return result + " " if run.endswith(" ") else result


def _mask_base64(run: str, masker: Masker, nesting: int) -> str:
    text = _decoded_base64(run)
    if text is None or mask_patterns(text, masker, nesting) == text:
        return run
    return masker("signature", run)


def _decoded_base64(run: str) -> str | None:
    """Decode Base64 in any of its alphabets to printable text; None if it is none."""
    plain = run.replace("%3D", "").rstrip("=").replace("-", "+").replace("_", "/")
    try:
        text = base64.b64decode(plain + "=" * (-len(plain) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return text if text.isprintable() or all(c.isprintable() or c in "\t\r\n" for c in text) else None
