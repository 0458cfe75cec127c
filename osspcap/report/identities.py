"""Addresses and object names on their way into a report that must not tell them: `--mask-ip`, `--mask-object`.

Each gets a name that stays the same throughout the report: `ip-1`, `object-3`, numbered in the order of the capture.
Addresses are recognised by their form. Object names are known from the requests of the capture and are found by
looking up what stands between separators: a text costs the same however many objects there are.
"""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import unquote

from osspcap.model.exchange import Exchange
from osspcap.model.stream import Address, Connection

MIN_BARE = 6
"""Characters of an object name from which on it is also found where no slash stands before it."""
MAX_SLASHES = 64
"""Parts of a path that are looked up, from the end of it backwards none."""
MAX_ODD_NAMES = 1_000
"""Names with separators inside (blanks, quotes) that are searched for one by one."""

_OBJECT_FIELDS = frozenset(
    ("key", "prefix", "marker", "nextmarker", "start-after", "startafter", "key-marker", "nextkeymarker", "keymarker")
) | frozenset(("objectname", "object", "x-oss-copy-source", "x-oss-symlink-target", "filename", "symlinktarget"))
_IPV4 = re.compile(r"(?<![\w.-])(?<!\w/)(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\w)")
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:)[0-9A-Fa-f:]{3,39}(?:(?:\.\d{1,3}){3})?(?![\w:])")
_TOKEN = re.compile(r"""[^\s"'<>?&,;(){}|\\=\[\]]+""")
_SLASH = re.compile(r"/|%2[Ff]|%252[Ff]")
_SEPARATOR = re.compile(r"""[\s"'<>?&,;(){}|\\=\[\]]""")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2} ?){6,}(?![0-9A-Za-z])")
_FIELD_NAME = re.compile(r"[\w$.-]+")


class Identities:
    """Replaces addresses, object names or both."""

    def __init__(
        self, connections: Iterable[Connection], exchanges: Iterable[Exchange], *, ip: bool, objects: bool
    ) -> None:
        self.hides_objects = objects
        self._hides_ip = ip
        self._addresses: dict[str, str] = {}
        self._objects: dict[str, str] = {}
        self._odd: list[str] = []
        if ip:
            for connection in connections:
                self._ip(connection.client.host)
                self._ip(connection.server.host)
        if objects:
            for exchange in exchanges:
                if exchange.operation is not None and exchange.operation.object:
                    self.object_name(exchange.operation.object)

    def address(self, address: Address) -> str:
        """Return one end of a connection."""
        return f"{self._ip(address.host)}:{address.port}" if self._hides_ip else str(address)

    def object_name(self, name: str) -> str:
        """Return what stands for an object; a name that was not known is from now on."""
        if not self.hides_objects or not name:
            return name
        known = self._objects.get(name)
        if known is None:
            known = self._objects[name] = f"object-{len(self._objects) + 1}"
            if _SEPARATOR.search(name) and len(name) >= MIN_BARE and len(self._odd) < MAX_ODD_NAMES:
                self._odd.append(name)
                self._odd.sort(key=len, reverse=True)
        return known

    def named(self, name: str, value: str) -> str:
        """Hide the value of a header, parameter or element; also a key that no request of the capture is about."""
        words = _FIELD_NAME.findall(name)
        if self.hides_objects and value and words and words[-1].lower() in _OBJECT_FIELDS:
            if words[-1].lower() == "x-oss-copy-source":
                bucket, slash, key = value.lstrip("/").partition("/")
                return f"/{bucket}{slash}{self.object_name(unquote(key))}"
            return self.object_name(unquote(value))
        return self.hide(value)

    def hide(self, text: str) -> str:
        """Hide what is recognised in any text, also in hexadecimal."""
        if not text:
            return text
        if self.hides_objects:
            for name in self._odd:
                if name in text:
                    text = text.replace(name, self._objects[name])
            text = _TOKEN.sub(lambda found: self._token(found[0]), text)
        if self._hides_ip:
            text = _IPV4.sub(lambda found: self._ip(found[0]), text)
            text = _IPV6.sub(lambda found: self._ip(found[0]), text) if text.count(":") > 1 else text
        return _HEX.sub(lambda found: self._hexadecimal(found[0]), text)

    def _ip(self, text: str) -> str:
        try:
            host = str(ipaddress.ip_address(text))
        except ValueError:
            return text
        return self._addresses.setdefault(host, f"ip-{len(self._addresses) + 1}")

    def _token(self, token: str) -> str:
        """Look up the token, and what stands behind each of its slashes, the longest first."""
        bare = token.rstrip(".:!")
        known = self._known(bare) if len(bare) >= MIN_BARE or "." in bare else None
        if known is not None:
            return known + token[len(bare) :]
        for number, slash in enumerate(_SLASH.finditer(bare)):
            if number >= MAX_SLASHES:
                break
            for end in (len(token), len(bare)):
                known = self._known(token[slash.end() : end])
                if known is not None:
                    return token[: slash.end()] + known + token[end:]
        return token

    def _known(self, text: str) -> str | None:
        known = self._objects.get(text)
        if known is None and "%" in text:
            known = self._objects.get(unquote(text)) or self._objects.get(unquote(unquote(text)))
        return known

    def _hexadecimal(self, run: str) -> str:
        try:
            text = bytes.fromhex(run).decode()
        except ValueError:
            return run
        hidden = self.hide(text) if text.isprintable() or "\n" in text else text
        if hidden == text:
            return run
        digits = hidden.encode().hex(" ") if " " in run else hidden.encode().hex()
        return (digits if run.upper() != run else digits.upper()) + (" " if run.endswith(" ") else "")
