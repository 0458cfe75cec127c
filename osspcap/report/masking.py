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
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from osspcap.model.exchange import Exchange
from osspcap.model.headform import FormLine, HeadForm
from osspcap.model.message import Field, Message
from osspcap.model.pattern import pattern
from osspcap.model.stream import Address
from osspcap.report import freetext
from osspcap.report.secretforms import looks_like_credential
from osspcap.report.sensitive import MASK, Kind, classify, looks_made, mask, shorten_key_id
from osspcap.units import FrameNumber

if TYPE_CHECKING:
    from osspcap.report.identities import Identities

REMEMBERED_LENGTH = 6
"""Secrets shorter than this are not searched for by value: they would blot out innocent text."""
MAX_REMEMBERED = 1_000
"""Secrets remembered of one exchange or finding, against messages made of nothing but secrets."""
MAX_TEXT_REMEMBERED = 256
"""Characters up to which a text is remembered with what became of it: codes, messages and hosts of errors repeat."""
MAX_BODY_SEARCHED = 131_072
"""Characters of a body in which secrets are looked for by name when they are gathered."""

_AUTHORIZATION = pattern(r"\s*([A-Za-z0-9_-]{1,24})(\s+)(.*)\Z", re.DOTALL)
_KEY_AND_SIGNATURE = pattern(r"([^:=,]*?)(\s*:\s*)(.*)\Z", re.DOTALL)
_V4_PART = pattern(r"(?i)(credential|access-?key-?id|signature)(\s*[=:]\s*)([^,\s]+)")
_COOKIE_PAIR = pattern(r"([^=;]*)(=?)([^;]*)(;?)")
_COOKIE_ATTRIBUTES = frozenset(
    ("path", "domain", "expires", "max-age", "secure", "httponly", "samesite", "partitioned", "version", "priority")
)
_FIELD_NAME = pattern(r"[\w$.-]+")
_SCOPE = pattern(r"/|%2[Ff]")
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

    def __bool__(self) -> bool:
        """Tell whether any is remembered."""
        return bool(self._masks)

    def credentials(self) -> Iterator[str]:
        """Yield the values that only a machine makes: signatures, tokens. Key IDs, which may be seen, are left out."""
        for value, masked in self._masks.items():
            if masked.startswith(MASK) and looks_like_credential(value):
                yield value

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield every value with its mask."""
        yield from self._masks.items()

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
        forms = {form for plain in self._masks for form in _forms(plain, len(data), is_quoted=True, is_hex=True)}
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
        is_quoted, is_hex = "%" in text, 2 * min(map(len, plains)) <= length and _hex_run(text) is not None
        for plain in plains:
            for form in _forms(plain, length, is_quoted=is_quoted, is_hex=is_hex):
                if form in text:
                    yield plain, self._masks[plain], form


def _forms(plain: str, length: int, *, is_quoted: bool, is_hex: bool) -> Iterator[str]:
    """Yield a secret as it may stand in a text of a length: as it is, in Base64, percent-encoded, in hexadecimal."""
    yield plain
    raw = plain.encode("utf-8", "surrogatepass")
    if 4 * len(raw) <= 3 * length:
        yield base64.b64encode(raw).decode()
    if is_quoted:
        yield from (quote(raw, safe=""), quote(raw, safe="/"))
    if is_hex and 2 * len(raw) <= length:
        yield from (raw.hex(), raw.hex().upper(), raw.hex(" "), raw.hex(" ").upper())


NO_SECRETS = Secrets()
"""Shared where nothing is known; never added to."""


class Masking:
    """Masks values by name, by pattern and by value; with `show_secrets` it leaves what the traffic holds.

    Args:
        show_secrets: Whether signatures, tokens and cookies may be seen.
        lent: Secrets that the user gave: never shown, wherever they stand.
        hidden: Secrets of the capture that are taken out of every text by value, not only where their name tells them.
        identities: Hides addresses and object names; None if they may be seen.
    """

    def __init__(
        self,
        *,
        show_secrets: bool = False,
        lent: Iterable[str] = (),
        hidden: Iterable[str] = (),
        identities: "Identities | None" = None,
    ) -> None:
        self.show_secrets = show_secrets
        self._identities = identities
        self._lent = Secrets()
        for secret in lent:
            self._lent.add(secret, MASK)
        for secret in hidden:
            self._lent.add(secret, mask(secret))
        self.is_strict = identities is not None or bool(self._lent)
        """True if every text must be looked at, not only those that could hold a secret."""
        self._collecting: Secrets | None = None
        self._texts: dict[str, str] = {}
        self._forms: dict[HeadForm, tuple[tuple[FormLine, bool], ...]] = {}

    def named(self, name: str, value: str) -> str:
        """Mask the value of a header, parameter, form field or element by its name."""
        shown = value if self.show_secrets else self._named(name, value)
        return self._further(shown, name) if self.is_strict else shown

    def plain(self, value: str) -> str:
        """Mask secrets inside a value that is none itself: a URL with a signature, a list of parameters."""
        shown = value if self.show_secrets else self._plain(value)
        return self._further(shown) if self.is_strict else shown

    def text(self, text: str, secrets: Secrets = NO_SECRETS) -> str:
        """Mask prose or a body: remembered secrets by value, then whatever the patterns recognise."""
        shown = text if self.show_secrets or not text else self._text(text, secrets)
        return self._further(shown) if self.is_strict else shown

    def fact(self, place: str, value: str, secrets: Secrets = NO_SECRETS) -> str:
        """Mask a value by the place that evidence names for it: `request header Authorization`."""
        shown = value if self.show_secrets or not value else self._fact(place, value, secrets)
        return self._further(shown, place) if self.is_strict else shown

    def element(self, name: str, value: str, secrets: Secrets = NO_SECRETS) -> str:
        """Mask the value of an element of an error document."""
        if self.show_secrets or not value:
            shown = value
        else:
            shown = self._text(value, secrets) if classify(name) is Kind.PLAIN else self._named(name, value)
        return self._further(shown, name) if self.is_strict else shown

    def address(self, address: Address) -> str:
        """Return one end of a connection: `203.0.113.10:80`, or `ip-2:80` if addresses are hidden."""
        return str(address) if self._identities is None else self._identities.address(address)

    def object_name(self, name: str) -> str:
        """Return the name of an object, or what stands for it if object names are hidden."""
        return self.plain(name) if self._identities is None else self._identities.object_name(name)

    @property
    def hides_objects(self) -> bool:
        """Tell whether the names of objects, and so what they hold, are kept out of the report."""
        return self._identities is not None and self._identities.hides_objects

    def _further(self, text: str, name: str = "") -> str:
        """Take out what is hidden besides the secrets that the traffic holds."""
        text = self._lent.replace_in(text)
        if self._identities is None:
            return text
        return self._identities.named(name, text) if name else self._identities.hide(text)

    def _named(self, name: str, value: str) -> str:
        match classify(name):
            case Kind.PLAIN:
                return self._plain(value)
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

    def _plain(self, value: str) -> str:
        if "=" not in value and ":" not in value and "%3" not in value and "@" not in value:
            return value
        if "@" in value or _telling_word(value.lower()) or ("%" in value and freetext.has_encoded_name(value)):
            return freetext.mask_patterns(value, self._by_name)
        return value

    def _text(self, text: str, secrets: Secrets) -> str:
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

    def _fact(self, place: str, value: str, secrets: Secrets) -> str:
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
        return self._text(value, secrets)

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
            for message in filter(None, (exchange.request, exchange.response)):
                self._gather(message)
            operation = exchange.operation
            if operation is not None and operation.error is not None:
                for name, seen in operation.error.fields.items():
                    if classify(name) is Kind.PLAIN:
                        self._text(seen.value, NO_SECRETS)
                    else:
                        self._named(name, seen.value)
        finally:
            self._collecting = None
        return found

    def _gather(self, message: Message) -> None:
        self._plain(message.target)
        form, values = message.form, message.values
        if form is None:
            for field in message.fields():
                self._named(field.name, field.value)
        else:
            known = self._forms.get(form)
            for line, is_plain in self._lines_with_secrets(form) if known is None else known:
                if not is_plain or b"=" in values[line.variable]:
                    field = Field(line.name, line.raw_value(values), message.frame)
                    self._named(field.name, field.value)
        if message.body.content:
            freetext.mask_named(message.body.content[:MAX_BODY_SEARCHED].decode("utf-8", "replace"), self._by_name)

    def _lines_with_secrets(self, form: HeadForm) -> tuple[tuple[FormLine, bool], ...]:
        """Return the lines of heads of a form that may hold a secret, each with whether only a value with `=` does.

        No other sign of a secret stands in the variable part of a line that is none by its name: a form promises that.
        """
        found: list[tuple[FormLine, bool]] = []
        before = self._collecting
        for line in form.lines:
            name = line.name.decode("latin-1")
            if line.variable < 0:
                self._collecting = Secrets()
                self._named(name, Field(line.name, line.start.strip(), FrameNumber(0)).value)
                if self._collecting:
                    found.append((line, False))
            else:
                found.append((line, classify(name) is Kind.PLAIN and not line.start.strip(b' \t"')))
        self._collecting = before
        if len(self._forms) >= MAX_REMEMBERED:
            self._forms.clear()
        self._forms[form] = tuple(found)
        return self._forms[form]

    def _by_name(self, name: str, value: str) -> str:
        return self._secret(value) if classify(name) is Kind.PLAIN else self._named(name, value)

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
            return scheme + blank + _V4_PART.sub(lambda part: part[1] + part[2] + self._named(part[1], part[3]), rest)
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
