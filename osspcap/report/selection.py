"""Which exchanges a report lists: a page of a large capture, one connection, one exchange.

Findings, counts and the verdict are always about the whole capture; only the lists are cut.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from osspcap.model.exchange import Exchange
from osspcap.model.record import record
from osspcap.model.stream import Connection


@record
class Selection:
    """What `--limit`, `--offset`, `--exchange` and `--stream` chose."""

    limit: int | None = None
    """At most so many exchanges; None for all."""
    offset: int = 0
    """Matching exchanges passed over before the first one listed."""
    exchange: int | None = None
    """The only exchange to list."""
    stream: int | None = None
    """The only connection whose exchanges are listed."""

    @property
    def is_everything(self) -> bool:
        """True if nothing is left out."""
        return self == EVERYTHING

    def matching(self, exchanges: Sequence[Exchange]) -> Sequence[Exchange]:
        """Return the exchanges that one can page through."""
        if self.exchange is not None:
            exchanges = exchanges[self.exchange : self.exchange + 1]
        if self.stream is not None:
            return [one for one in exchanges if one.stream == self.stream]
        return exchanges

    def of(self, exchanges: Sequence[Exchange]) -> Iterator[Exchange]:
        """Yield the exchanges of the page, in order."""
        end = None if self.limit is None else self.offset + self.limit
        return islice(self.matching(exchanges), self.offset, end)

    def facts(self, exchanges: Sequence[Exchange]) -> dict[str, int | None]:
        """Return what was asked for, how many exchanges match, how many are listed, and where the next page starts."""
        matching = self.matching(exchanges)
        count = len(matching)
        left = max(0, count - self.offset)
        listed = left if self.limit is None else min(left, self.limit)
        end = self.offset + listed
        return {
            "exchange": self.exchange,
            "stream": self.stream,
            "offset": self.offset,
            "limit": self.limit,
            "matching": count,
            "listed": listed,
            "next_offset": end if listed and end < count else None,
        }

    def connections(self, connections: Sequence[Connection], exchanges: Sequence[Exchange]) -> Sequence[Connection]:
        """Return the connections that belong to the page: all, or those of its exchanges and the one asked for."""
        if self.is_everything:
            return connections
        streams = {one.stream for one in self.of(exchanges)}
        return [one for one in connections if one.stream in streams or one.stream == self.stream]


EVERYTHING = Selection()
