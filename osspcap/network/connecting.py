"""What failed before a connection stood: SYNs without answer, refusals, and names without address.

Attempts are told from noise by patience: one SYN shortly before the capture ends says nothing, and a name that any
resolver answered in the end was resolved. Cost: 0.2 us a connection; the rest only for what failed.
"""

import ipaddress
from collections.abc import Iterable, Sequence

from osspcap.model.attempts import AttemptKind, Attempts, Connecting, FailedName, PrivateAnswer, Subject
from osspcap.model.capture import CaptureInfo
from osspcap.model.exchange import Exchange
from osspcap.model.lookups import IcmpError, IcmpKind, Lookup
from osspcap.model.operation import Network
from osspcap.model.pauses import Pauses
from osspcap.model.stream import Connection, ConnectionEnd
from osspcap.network.dnsstream import DNS_PORT
from osspcap.network.subjects import Subjects, first_of
from osspcap.network.survey import Survey
from osspcap.oss.address import parse_host
from osspcap.units import NS_PER_S, FrameNumber, StreamId

MIN_SILENCE_NS = 3 * NS_PER_S
"""A first SYN, or a query, that stayed without answer for so long is unanswered: three times the retransmission
timeout of a SYN (RFC 6298 section 2.1), and beyond the patience of common resolvers for one server but glibc's 5 s."""
MAX_GROUPS = 200
"""Clients and servers told apart; a port scan has thousands."""
MAX_SYNS = 16
"""SYNs of an attempt whose places are kept."""
HAPPY_EYEBALLS_NS = 10 * NS_PER_S
"""How far apart two attempts of one program over IPv6 and IPv4 begin at most; RFC 8305 says 250 ms, old programs wait
for the first to fail."""

PRIVATE_NETWORKS = {
    ipaddress.ip_network(network): f"{network}, {name}"
    for network, name in (
        ("10.0.0.0/8", "private"),
        ("172.16.0.0/12", "private"),
        ("192.168.0.0/16", "private"),
        ("100.64.0.0/10", "shared address space, where OSS's internal endpoints lie"),
        ("127.0.0.0/8", "this host itself"),
        ("169.254.0.0/16", "link-local"),
        ("0.0.0.0/8", "no address at all"),
        ("198.18.0.0/15", "benchmarks, used by proxy programs"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("::1/128", "this host itself"),
        ("::/128", "no address at all"),
    )
}
"""Networks that are no part of the Internet (RFC 1918, 6598, 1122, 3927, 2544, 4193, 4291)."""

_Group = tuple[AttemptKind, str, str, int]
"""Kind, client, server and port."""


def gather_connecting(
    seen: Survey,
    capture: CaptureInfo,
    connections: Sequence[Connection],
    exchanges: Sequence[Exchange],
    lookups: Sequence[Lookup],
    errors: Sequence[IcmpError],
    pauses: Pauses,
) -> Connecting | None:
    """Return what failed; None if nothing did."""
    failed = [item for item in seen.failed if _has_failed(item)]
    if not failed and not lookups:
        return None
    subjects = Subjects(exchanges, connections, lookups)
    work = _Work(capture, connections, subjects, errors, pauses)
    found = Connecting(
        attempts=tuple(work.attempts(failed)),
        failed_names=tuple(_failed_names(capture, lookups, subjects, errors)),
        private_answers=tuple(_private_answers(connections, lookups, subjects)),
        undecided=tuple(dict.fromkeys(work.undecided)),
        has_oss=bool(subjects.oss_streams),
    )
    return found if any((found.attempts, found.failed_names, found.private_answers, found.undecided)) else None


def _has_failed(connection: Connection) -> bool:
    return connection.end in (ConnectionEnd.UNANSWERED, ConnectionEnd.REFUSED) or _is_half_open(connection)


def _is_half_open(connection: Connection) -> bool:
    """Tell whether SYN-ACKs were sent again and again, and the client sent SYNs only."""
    if connection.from_client.data_packets or connection.from_server.data_packets:
        return False
    handshake = connection.handshake
    return (
        handshake is not None
        and handshake.synack_frame is not None
        and handshake.syn_count == connection.from_client.packets
        and connection.from_server.packets >= 2
        and connection.last_ns - connection.first_ns >= MIN_SILENCE_NS
    )


class _Work:
    """What the attempts of one capture are judged by."""

    def __init__(
        self,
        capture: CaptureInfo,
        connections: Sequence[Connection],
        subjects: Subjects,
        errors: Sequence[IcmpError],
        pauses: Pauses,
    ) -> None:
        self._end_ns = int(capture.last_packet_ns or 0)
        self._connections = connections
        self._subjects = subjects
        self._pauses = pauses
        about = (error for error in reversed(errors) if not error.is_udp and error.kind is not IcmpKind.TOO_BIG)
        self._errors = {(error.src, error.sport, error.dst, error.dport): error for error in about}
        self.undecided: list[str] = []

    def attempts(self, failed: Iterable[Connection]) -> Iterable[Attempts]:
        """Group the attempts and describe each group."""
        groups: dict[_Group, list[Connection]] = {}
        for connection in failed:
            kind = self._kind(connection)
            if kind is None:
                continue
            key = (kind, connection.client.host, connection.server.host, connection.server.port)
            if key in groups or len(groups) < MAX_GROUPS:
                groups.setdefault(key, []).append(connection)
        return [self._describe(kind, members) for (kind, *_), members in groups.items()]

    def _error_of(self, connection: Connection) -> IcmpError | None:
        client, server = connection.client, connection.server
        return self._errors.get((client.host, client.port, server.host, server.port))

    def _kind(self, connection: Connection) -> AttemptKind | None:
        """Tell how an attempt failed; None if that cannot be said, or it did not."""
        if connection.end is ConnectionEnd.REFUSED:
            return AttemptKind.REFUSED
        if connection.end is not ConnectionEnd.UNANSWERED:
            return AttemptKind.HALF_OPEN
        if self._error_of(connection) is not None:
            return AttemptKind.REJECTED
        handshake = connection.handshake
        if handshake is not None and handshake.syn_count > 1 and connection.last_ns - connection.first_ns >= NS_PER_S:
            return AttemptKind.UNANSWERED
        if self._end_ns - connection.first_ns >= MIN_SILENCE_NS:
            return AttemptKind.UNANSWERED
        self.undecided.append(f"the capture ends right after a SYN to {connection.server}")
        return None

    def _describe(self, kind: AttemptKind, members: list[Connection]) -> Attempts:
        first = members[0]
        client, server = first.client.host, first.server
        lookup = self._subjects.lookup_of(client, server.host, first.first_ns)
        name = "" if lookup is None else lookup.name
        instead, is_alternative = self._instead(first, {item.stream for item in members}, lookup)
        last = {AttemptKind.UNANSWERED: max(self._end_ns, first.last_ns)}.get(kind, first.last_ns)
        answer = None if first.end_frame is None else (first.end_frame, first.stream)
        if kind is AttemptKind.HALF_OPEN and first.handshake is not None and first.handshake.synack_frame is not None:
            answer = (first.handshake.synack_frame, first.stream)
        return Attempts(
            kind,
            self._subjects.of_address(server.host, server.port, name),
            client,
            server,
            tuple(item.stream for item in members),
            tuple(self._syns(members)),
            sum(item.handshake.syn_count for item in members if item.handshake is not None),
            last - first.first_ns,
            answer=answer,
            error=self._error_of(first),
            lookup=lookup,
            name=name,
            instead=instead,
            is_alternative=is_alternative,
        )

    def _syns(self, members: list[Connection]) -> list[tuple[FrameNumber, StreamId, int]]:
        """Return frame, stream and time of the first SYNs: each but the first of a connection ends a pause."""
        found: list[tuple[FrameNumber, StreamId, int]] = []
        start_ns = members[0].first_ns
        for connection in members:
            if len(found) >= MAX_SYNS:
                break
            found.append((connection.first_frame, connection.stream, connection.first_ns - start_ns))
            again = (pause for pause in self._pauses.of(connection.stream) if pause.side == connection.client_side)
            found += [(pause.frame_after, connection.stream, pause.end_ns - start_ns) for pause in again]
        return found[:MAX_SYNS]

    def _instead(self, first: Connection, own: set[StreamId], lookup: Lookup | None) -> tuple[StreamId | None, bool]:
        """Find a connection that took the place of one that failed; tell whether it did at once, as browsers try."""
        addresses = {first.server.host}
        if lookup is not None:
            addresses.update(self._subjects.addresses_of(lookup.name))
        for other in self._connections:
            if other.stream in own or other.server.port != first.server.port or not other.from_server.data_packets:
                continue
            apart_ns = abs(other.first_ns - first.first_ns)
            other_family = (":" in other.server.host) != (":" in first.server.host)
            if other_family and apart_ns <= HAPPY_EYEBALLS_NS:
                return other.stream, True
            if other.client.host == first.client.host and other.server.host in addresses:
                return other.stream, other.server.host != first.server.host and apart_ns <= HAPPY_EYEBALLS_NS
        return None, False


def _failed_names(
    capture: CaptureInfo, lookups: Sequence[Lookup], subjects: Subjects, errors: Sequence[IcmpError]
) -> Iterable[FailedName]:
    """Return the names for which no lookup of a client gave an address."""
    shut = {(error.src, error.dst) for error in errors if error.is_udp and error.dport == DNS_PORT}
    groups: dict[tuple[str, str], list[Lookup]] = {}
    for lookup in lookups:
        groups.setdefault((lookup.client, lookup.name), []).append(lookup)
    resolved = {lookup.name for lookup in lookups if lookup.addresses}
    found: list[FailedName] = []
    for (client, name), members in groups.items():
        if name in resolved or any(item.is_truncated for item in members) or len(found) >= MAX_GROUPS:
            continue
        subject = subjects.of_name(name)
        if subject is Subject.OTHER:
            continue
        code = _code(members, int(capture.last_packet_ns or 0), shut)
        # An answer without address to AAAA alone says nothing: the A query may not be in the capture.
        if code is not None and not (code == "NOERROR" and all(item.kind == "AAAA" for item in members)):
            found.append(FailedName(name, subject, client, tuple(members), code))
    return found


def _code(members: list[Lookup], end_ns: int, shut: set[tuple[str, str]]) -> str | None:
    """Return what resolvers answered, the most telling first; empty if none did; None if it is too early to say.

    `shut` has the clients and resolvers between which ICMP errors say that queries do not get through.
    """
    codes = {item.code for item in members if item.answer_frame is not None}
    for code in ("NXDOMAIN", "NOERROR", "SERVFAIL", "REFUSED"):
        if code in codes:
            return code
    if codes:
        return min(codes)
    if all((item.client, item.resolver) in shut for item in members):
        return ""
    first = first_of(members)
    return "" if max(end_ns, *(item.last_ns for item in members)) - first.first_ns >= MIN_SILENCE_NS else None


def _private_answers(
    connections: Sequence[Connection], lookups: Sequence[Lookup], subjects: Subjects
) -> Iterable[PrivateAnswer]:
    """Return lookups of public endpoints that gave an address outside the Internet; the first of each address."""
    seen: set[tuple[str, str]] = set()
    found: list[PrivateAnswer] = []
    for lookup in lookups:
        parts = parse_host(lookup.name)
        if parts is None or parts.endpoint.network is Network.INTERNAL or parts.endpoint.kind != "public":
            continue
        for address in lookup.addresses:
            network = private_network(address)
            if network is None or (lookup.name, address) in seen or len(found) >= MAX_GROUPS:
                continue
            seen.add((lookup.name, address))
            tried = next((item.stream for item in connections if item.server.host == address), None)
            works = address in subjects.answering_hosts
            found.append(PrivateAnswer(lookup, address, network, tried, works))
    return found


def private_network(address: str) -> str | None:
    """Name the network that keeps an address off the Internet; None if it is on it, or no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return next((name for network, name in PRIVATE_NETWORKS.items() if parsed in network), None)
