"""Header fields of two sightings of one message: added, removed, changed.

In: both messages with their exchanges. Out: one difference a field name, expected ones with their reason.
"""

from collections.abc import Iterator

from osspcap.model.comparison import Difference, Place
from osspcap.model.exchange import Exchange
from osspcap.model.message import Field, Fields, Message
from osspcap.oss.address import bare_host
from osspcap.oss.difference_table import (
    EXPECTED_IN_REQUESTS,
    EXPECTED_IN_RESPONSES,
    EXPECTED_PREFIXES,
    FRAMING,
    SIGNED_FIELDS,
)
from osspcap.oss.signing.authorization import parse_authorization
from osspcap.oss.signing.request import from_message

MAX_FIELD_NAMES = 500
"""Names compared of one message; a head with more is hostile."""


class HeaderComparison:
    """Compares the header sections of one message at two places."""

    def __init__(self, client: Exchange, server: Exchange, ours: Message, theirs: Message) -> None:
        self._client = client
        self._server = server
        self._ours = ours
        self._theirs = theirs
        self._is_request = ours.is_request
        self._fields = (ours.fields(), theirs.fields())
        self._covered: frozenset[str] = self._covered_names() if self._is_request else frozenset()

    def differences(self) -> Iterator[Difference]:
        """Yield one difference a name, in the order of the client's fields, added ones last."""
        before, after = self._fields
        names = list(dict.fromkeys(line.name.lower() for fields in (before, after) for line in fields))
        for name in names[:MAX_FIELD_NAMES]:
            difference = self._compare(name, before, after)
            if difference is not None:
                yield difference

    def _compare(self, name: str, before: Fields, after: Fields) -> Difference | None:
        ours, theirs = before.all(name), after.all(name)
        if [line.raw_value for line in ours] == [line.raw_value for line in theirs]:
            return None
        first = (ours or theirs)[0]
        return Difference(
            Place.REQUEST_HEADER if self._is_request else Place.RESPONSE_HEADER,
            first.name,
            tuple(self._ours.seen(line) for line in ours),
            tuple(self._theirs.seen(line) for line in theirs),
            self._expected(name, ours, theirs),
            "added" if not ours else "" if theirs else "removed",
            is_covered=name.startswith("x-oss-") or name in self._covered,
        )

    def _expected(self, name: str, ours: tuple[Field, ...], theirs: tuple[Field, ...]) -> str:
        """Return why a correct proxy may make this difference; empty if none may."""
        table = EXPECTED_IN_REQUESTS if self._is_request else EXPECTED_IN_RESPONSES
        reason = table.get(name, "")
        if reason:
            return reason
        if name.startswith(EXPECTED_PREFIXES):
            return table["via"]
        if name in self._named_by_connection():
            return table["connection"]
        if ours and theirs and _joined(ours) == _joined(theirs):
            return "lines of one name may be joined into a list"  # RFC 9110 section 5.3
        match name:
            case "content-length" if self._is_reframed():
                return FRAMING
            case "host" if self._is_same_bucket(ours, theirs):
                return "another name of the same bucket"
            case "cache-control" if self._is_request and not ours and theirs[0].value.startswith("max-stale"):
                return "caching proxies add it to what they pass on"
            case _:
                return ""

    def _named_by_connection(self) -> frozenset[str]:
        """Fields that a Connection field names belong to that connection (RFC 9110 section 7.6.1)."""
        named = (line.value for fields in self._fields for line in fields.all("connection"))
        return frozenset(word.strip().lower() for value in named for word in value.split(","))

    def _is_reframed(self) -> bool:
        before, after = self._fields
        return ("transfer-encoding" in before) != ("transfer-encoding" in after) or (
            before.get("content-length") == "0" and self._theirs.body.captured == 0
        )

    def _is_same_bucket(self, ours: tuple[Field, ...], theirs: tuple[Field, ...]) -> bool:
        before, after = self._client.operation, self._server.operation
        if not ours or not theirs or before is None or after is None:
            return False
        first, second = bare_host(ours[0].value), bare_host(theirs[0].value)
        if first == second:
            return True  # a port, or upper case
        return before.bucket is not None and before.bucket == after.bucket

    def _covered_names(self) -> frozenset[str]:
        """Names that the client's signature covers, those that it lists itself among them."""
        found = parse_authorization(from_message(self._ours))
        return SIGNED_FIELDS | {name.decode("latin-1") for each in found for name in each.additional_names}


def _joined(lines: tuple[Field, ...]) -> list[bytes]:
    return [part.strip() for line in lines for part in line.raw_value.split(b",")]
