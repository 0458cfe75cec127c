"""The one place where secrets are taken out of a report; only `view` and `conversation` call it.

Two nets, one behind the other. By structure: values whose header, parameter or element names them as secret are
masked (`sensitive`), wherever such names stand in free text (`freetext`). By value: every secret masked by its
structure in an exchange is remembered and taken out of all text about that exchange, also percent-encoded, in
hexadecimal and in Base64, so that a summary that quotes a bare signature leaks nothing.

The healthy path costs a dictionary lookup for a header name and a few substring searches for its value.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote

from osspcap.model.exchange import Exchange
from osspcap.model.message import Message
from osspcap.report import freetext
from osspcap.report.sensitive import MASK, Kind, classify, looks_made, mask, shorten_key_id

REMEMBERED_LENGTH = 6
"""Secrets shorter than this are not searched for by value: they would blot out innocent text."""
MAX_REMEMBERED = 1_000
"""Secrets remembered of one exchange or finding, against messages made of nothing but secrets."""
MAX_TEXT_REMEMBERED = 256
"""Characters up to which a text is remembered with what became of it: codes, messages and hosts of errors repeat."""
MAX_BODY_SEARCHED = 131_072
"""Characters of a body in which secrets are looked for by name when they are gathered."""

_AUTHORIZATION = re.compile(r"\s*([A-Za-z0-9_-]{1,24})(\s+)(.*)\Z", re.DOTALL)
_KEY_AND_SIGNATURE = re.compile(r"([^:=,]*?)(\s*:\s*)(.*)\Z", re.DOTALL)
_V4_PART = re.compile(r"(?i)(credential|access-?key-?id|signature)(\s*[=:]\s*)([^,\s]+)")
_COOKIE_PAIR = re.compile(r"([^=;]*)(=?)([^;]*)(;?)")
_COOKIE_ATTRIBUTES = frozenset(
    ("path", "domain", "expires", "max-age", "secure", "httponly", "samesite", "partitioned", "version", "priority")
)
_FIELD_NAME = re.compile(r"[\w$.-]+")
_SCOPE = re.compile(r"/|%2[Ff]")
_hex_run = re.compile(r"(?:[0-9A-Fa-f]{2} ?){6}").search
"""Finds hexadecimal of at least `REMEMBERED_LENGTH` bytes."""
_telling_word = re.compile(r"sig|token|secret|passw|credential|keyid|callback|policy|auth|cookie|oss ").search


class Secrets:
    """Secrets seen while masking, to be taken out of other text by value.

    Only the values are kept; the forms they may take elsewhere are made when a text is searched, and only those that
    fit into it: most texts are shorter than a token and hold neither a percent sign nor hexadecimal.
    """

    def __init__(self) -> None:
        self._masks: dict[str, str] = {}

    def add(self, value: str, masked: str) -> None:
        """Remember a secret, and what it stands for if it is percent-encoded."""
        if len(value) < REMEMBERED_LENGTH or MASK in value or len(self._masks) >= MAX_REMEMBERED:
            return
        self._masks.setdefault(value, masked)
        if "%" in value:
            self._masks.setdefault(unquote(value), masked)

    def update(self, other: "Secrets") -> None:
        """Remember what another collection remembers."""
        for plain, masked in other._masks.items():  # noqa: SLF001 - another of this class
            self._masks.setdefault(plain, masked)

    def within(self, text: str) -> "Secrets":
        """Return those that occur in a text, in whatever form."""
        present = Secrets()
        present._masks = {plain: masked for plain, masked, _ in self._found_in(text)}
        return present

    def replace_in(self, text: str) -> str:
        """Take all of them out of a text, longest first so that no part of one is left."""
        masks: dict[str, str] = {}
        for _, masked, form in self._found_in(text):
            masks.setdefault(form, masked)
        for form in sorted(masks, key=len, reverse=True):
            text = text.replace(form, masks[form])
        return text

    def overwrite_in(self, data: bytes) -> bytes:
        """Overwrite all of them with asterisks of the same length, so that offsets stay true."""
        forms = {form for plain in self._masks for form in _forms(plain, is_quoted=True, is_hex=True)}
        for form in sorted(forms, key=len, reverse=True):
            raw = form.encode("utf-8", "surrogatepass")
            if raw in data:
                data = data.replace(raw, b"*" * len(raw))
        return data

    def _found_in(self, text: str) -> Iterator[tuple[str, str, str]]:
        """Yield value, mask and form of what occurs in a text."""
        length = len(text)
        plains = [plain for plain in self._masks if len(plain) <= length]  # no form is shorter than the value
        if not plains:
            return
        is_quoted, is_hex = "%" in text, _hex_run(text) is not None
        for plain in plains:
            for form in _forms(plain, is_quoted=is_quoted, is_hex=is_hex and 2 * len(plain) <= length):
                if form in text:
                    yield plain, self._masks[plain], form


def _forms(plain: str, *, is_quoted: bool, is_hex: bool) -> Iterator[str]:
    """Yield a secret as it may stand elsewhere: as it is, in Base64, percent-encoded, in hexadecimal."""
    yield plain
    raw = plain.encode("utf-8", "surrogatepass")
    yield base64.b64encode(raw).decode()
    if is_quoted:
        yield from (quote(raw, safe=""), quote(raw, safe="/"))
    if is_hex:
        yield from (raw.hex(), raw.hex().upper(), raw.hex(" "), raw.hex(" ").upper())


NO_SECRETS = Secrets()
"""Shared where nothing is known; never added to."""


class Masking:
    """Masks values by name, by pattern and by value; with `show_secrets` it changes nothing."""

    def __init__(self, *, show_secrets: bool = False) -> None:
        self.show_secrets = show_secrets
        self._collecting: Secrets | None = None
        self._texts: dict[str, str] = {}

    def named(self, name: str, value: str) -> str:
        """Mask the value of a header, parameter, form field or element by its name."""
        if self.show_secrets:
            return value
        match classify(name):
            case Kind.PLAIN:
                return self.plain(value)
            case Kind.SECRET:
                return self._secret(value)
            case Kind.KEY_ID:
                return self.key_id(value)
            case Kind.AUTHORIZATION:
                return self._authorization(value)
            case Kind.COOKIE:
                return self._cookie(value, sets=name.lower().startswith("set"))
            case Kind.HEX_TEXT:
                return self._hex_text(value)

    def plain(self, value: str) -> str:
        """Mask secrets inside a value that is none itself: a URL with a signature, a list of parameters."""
        if self.show_secrets:
            return value
        if "=" not in value and ":" not in value and "%3" not in value and "@" not in value:
            return value
        if "@" in value or _telling_word(value.lower()):
            return freetext.mask_patterns(value, self._by_name)
        return value

    def text(self, text: str, secrets: Secrets = NO_SECRETS) -> str:
        """Mask prose or a body: remembered secrets by value, then whatever the patterns recognise."""
        if self.show_secrets or not text:
            return text
        text = secrets.replace_in(text)
        if len(text) > MAX_TEXT_REMEMBERED or self._collecting is not None:
            return self._searched(text)
        masked = self._texts.get(text)
        if masked is None:
            masked = self._searched(text)
            if len(self._texts) >= MAX_REMEMBERED:
                self._texts.clear()
            self._texts[text] = masked
        return masked

    def _searched(self, text: str) -> str:
        return freetext.mask_patterns(text, self._by_name) if freetext.may_hold_secret(text) else text

    def fact(self, place: str, value: str, secrets: Secrets = NO_SECRETS) -> str:
        """Mask a value by the place that evidence names for it: `request header Authorization`."""
        if self.show_secrets or not value:
            return value
        words = _FIELD_NAME.findall(place)
        kind = classify(words[-1]) if words else Kind.PLAIN
        is_document = value.lstrip()[:1] in ("{", "[", "<")
        if kind is Kind.SECRET and not is_document and looks_made(value):
            return self._secret(value)
        if kind is Kind.KEY_ID and looks_made(value):
            return self.key_id(value)
        if kind is Kind.COOKIE and "=" in value:
            return self._cookie(value, sets="set-cookie" in place.lower())
        if kind is Kind.AUTHORIZATION and any(c.isdigit() or c in "=:" for c in value):
            return self._authorization(value)
        return self.text(value, secrets)

    def element(self, name: str, value: str, secrets: Secrets = NO_SECRETS) -> str:
        """Mask the value of an element of an error document."""
        if self.show_secrets or not value:
            return value
        return self.text(value, secrets) if classify(name) is Kind.PLAIN else self.named(name, value)

    def key_id(self, value: str) -> str:
        """Shorten an access key ID, or the one at the start of a V4 credential."""
        if self.show_secrets:
            return value
        found = _SCOPE.search(value) if "/" in value or "%" in value else None
        end = found.start() if found else len(value)
        short = shorten_key_id(value[:end])
        if self._collecting is not None and short != value[:end]:
            self._collecting.add(value[:end], short)
        return short + value[end:]

    def secrets_of(self, exchange: Exchange) -> Secrets:
        """Gather the secrets that an exchange's own structure names: headers, target, form."""
        found = Secrets()
        if self.show_secrets:
            return found
        self._collecting = found
        try:
            for message in (exchange.request, exchange.response):
                if message is not None:
                    self._gather(message)
            error = exchange.operation.error if exchange.operation is not None else None
            if error is not None:
                for name, seen in error.fields.items():
                    self.element(name, seen.value)
        finally:
            self._collecting = None
        return found

    def _gather(self, message: Message) -> None:
        self.plain(message.target)
        for line in message.fields():
            self.named(line.name, line.value)
        if message.body.content:
            freetext.mask_named(message.body.content[:MAX_BODY_SEARCHED].decode("utf-8", "replace"), self._by_name)

    def _by_name(self, name: str, value: str) -> str:
        return self._secret(value) if classify(name) is Kind.PLAIN else self.named(name, value)

    def _secret(self, value: str) -> str:
        masked = mask(value)
        if self._collecting is not None:
            self._collecting.add(value, masked)
        return masked

    def _untagged(self, value: str) -> str:
        if self._collecting is not None:
            self._collecting.add(value, MASK)
        return MASK if value else value

    def _authorization(self, value: str) -> str:
        """Keep scheme and key ID. Malformed ones keep only what is surely no part of a signature."""
        if value.startswith("OSS ") and "=" not in value[4:24] and "," not in value:
            key_id, colon, signature = value[4:].partition(":")
            if colon and key_id.replace(".", "").isalnum() and signature:
                return f"OSS {self.key_id(key_id)}:{self._secret(signature)}"
        found = _AUTHORIZATION.match(value)
        if found is None:
            return self._secret(value)  # one word: the RSA signature of a callback
        scheme, blank, rest = found.groups()
        if scheme.lower() in ("basic", "digest", "negotiate", "ntlm"):
            return scheme + blank + self._untagged(rest)
        if _V4_PART.search(rest):
            return scheme + blank + _V4_PART.sub(lambda part: part[1] + part[2] + self.named(part[1], part[3]), rest)
        parts = _KEY_AND_SIGNATURE.match(rest)
        if parts is None or not parts[1]:
            return scheme + blank + self._secret(rest)
        return scheme + blank + self.key_id(parts[1]) + parts[2] + self._secret(parts[3])

    def _cookie(self, value: str, *, sets: bool) -> str:
        """Keep the names, which tell a gateway or a session framework, and the attributes of Set-Cookie."""
        masked: list[str] = []
        for name, equals, content, end in _COOKIE_PAIR.findall(value):
            if sets and masked and name.strip().lower() in _COOKIE_ATTRIBUTES:
                masked.append(name + equals + content + end)
            elif equals:
                masked.append(name + equals + self._untagged(content) + end)
            else:
                bare = name.lstrip()
                masked.append(name[: len(name) - len(bare)] + self._untagged(bare) + end)
        return "".join(masked)

    def _hex_text(self, value: str) -> str:
        """Mask the text inside; what cannot be decoded is masked as a whole."""
        compact = value.replace(" ", "")
        if len(compact) % 2 or not re.fullmatch(r"[0-9A-Fa-f]*", compact):
            return self._secret(value)
        return freetext.mask_hex(value, self._by_name)


def join_secrets(parts: Iterable[Secrets]) -> Secrets:
    """Return one collection of all."""
    joined = Secrets()
    for part in parts:
        joined.update(part)
    return joined
