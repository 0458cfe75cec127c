"""Which names and addresses of a capture have to do with OSS."""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from osspcap.model.attempts import Subject
from osspcap.model.exchange import Exchange
from osspcap.model.lookups import Lookup
from osspcap.model.stream import Connection
from osspcap.oss.address import bare_host, parse_host, parse_token_service_host
from osspcap.units import StreamId

USUAL_PORTS = frozenset({80, 443})
"""Where OSS listens."""


class Subjects:
    """Answers what a connection was for; computed when somebody first asks."""

    def __init__(
        self, exchanges: Sequence[Exchange], connections: Sequence[Connection], lookups: Sequence[Lookup]
    ) -> None:
        """Take all of a capture."""
        self._exchanges = exchanges
        self._connections = connections
        self._lookups = lookups

    @cached_property
    def oss_streams(self) -> frozenset[StreamId]:
        """Connections with an exchange that has to do with OSS, or that name an endpoint of OSS in TLS."""
        named = {item.stream for item in self._connections if item.sni and names_oss(item.sni)}
        return frozenset(named.union(item.stream for item in self._exchanges if item.is_oss))

    @cached_property
    def answering_hosts(self) -> frozenset[str]:
        """Addresses on which OSS answered."""
        return frozenset(
            self._connections[item.stream].server.host
            for item in self._exchanges
            if item.operation is not None and item.operation.answered_by_oss
        )

    @cached_property
    def _oss_hosts(self) -> frozenset[str]:
        return frozenset(self._connections[stream].server.host for stream in self.oss_streams)

    @cached_property
    def _other_hosts(self) -> frozenset[str]:
        """Addresses with conversations that have nothing to do with OSS."""
        talking = (item for item in self._connections if item.from_server.data_packets)
        return frozenset(item.server.host for item in talking if item.stream not in self.oss_streams)

    @cached_property
    def _oss_names(self) -> frozenset[str]:
        """Host names of OSS exchanges that are no endpoints by name: custom domains."""
        endpoints = (item.operation.endpoint for item in self._exchanges if item.operation is not None)
        return frozenset(bare_host(endpoint.host) for endpoint in endpoints if endpoint is not None)

    @cached_property
    def _by_address(self) -> dict[str, list[Lookup]]:
        found: dict[str, list[Lookup]] = {}
        for lookup in self._lookups:
            for address in lookup.addresses:
                found.setdefault(address, []).append(lookup)
        return found

    def lookup_of(self, client: str, address: str, before_ns: int) -> Lookup | None:
        """Return the last lookup before a time that gave an address, preferably one of the same client."""
        known = [item for item in self._by_address.get(address, ()) if item.first_ns <= before_ns]
        own = [item for item in known if item.client == client]
        chosen = own or known
        return chosen[-1] if chosen else None

    def addresses_of(self, name: str) -> set[str]:
        """Return all addresses that lookups gave for a name."""
        return {address for item in self._lookups if item.name == name for address in item.addresses}

    def of_name(self, name: str) -> Subject:
        """Tell what a name is for."""
        if names_oss(name) or bare_host(name) in self._oss_names:
            return Subject.OSS
        return Subject.OTHER if self.oss_streams or "." not in name else Subject.UNKNOWN

    def of_address(self, address: str, port: int, name: str) -> Subject:
        """Tell what an address is for, of which a name may be known."""
        if name:
            return self.of_name(name)
        if address in self._oss_hosts:
            return Subject.OSS
        if address in self._other_hosts or (self.oss_streams and port not in USUAL_PORTS):
            return Subject.OTHER
        return Subject.UNKNOWN


def names_oss(name: str) -> bool:
    """Tell whether a name is an endpoint of OSS or of the token service."""
    return parse_host(name) is not None or parse_token_service_host(bare_host(name)) is not None


def may_be_oss(connection: Connection, with_exchanges: Collection[StreamId]) -> bool:
    """Tell whether a connection of a capture without OSS traffic may be one to OSS: nothing in it says otherwise.

    Args:
        connection: The connection.
        with_exchanges: Streams whose HTTP exchanges were read; had they been OSS's, that would be known.
    """
    if connection.stream in with_exchanges or connection.server.port not in USUAL_PORTS:
        return False
    return connection.sni is None or names_oss(connection.sni)


def first_of(lookups: Iterable[Lookup]) -> Lookup:
    """Return the lookup that began first."""
    return min(lookups, key=lambda lookup: lookup.first_frame)
