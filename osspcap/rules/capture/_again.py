"""The command that records a better capture of the same thing, ready to paste.

Interface, host and port are taken from the capture. They come from strangers and end in a shell: only names of plain
letters, digits, dots and dashes, and addresses, are put in; for all others stands what is to be filled in.
"""

from collections.abc import Iterable, Sequence

from osspcap.model.pattern import pattern
from osspcap.model.report import Dissection
from osspcap.model.stream import Connection
from osspcap.network.subjects import names_oss
from osspcap.oss.address import bare_host
from osspcap.units import StreamId

RING = "-C 100 -W 10"
"""Ten files of 100 MB, the oldest overwritten: enough for minutes of a busy host, never more than a gigabyte."""
MAX_HOSTS = 3
"""Hosts that the filter names; more make it unreadable."""
_is_interface = pattern(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,31}").fullmatch
_is_name = pattern(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}").fullmatch
_PLACEHOLDER = "host <OSS endpoint>"


def command(
    dissection: Dissection, streams: Iterable[StreamId] = (), *, options: str = "-s0", ring: bool = False
) -> str:
    """Return the tcpdump command that records the traffic of some connections again.

    Args:
        dissection: What was captured.
        streams: The connections that matter; without any, those with OSS.
        options: What the command is about: `-s0`, `-s0 -B 65536`.
        ring: Record for a long time, into files that are overwritten.
    """
    interface = _interface(dissection.capture.interface_names)
    files = f"{RING} -w oss.pcap" if ring else "-w oss.pcap"
    return f"tcpdump -i {interface} {options} {files} {_filter(dissection, list(streams))}"


def _interface(names: Sequence[str]) -> str:
    known = set(names)
    return next(iter(known)) if len(known) == 1 and _is_interface(next(iter(known))) else "any"


def _filter(dissection: Dissection, streams: list[StreamId]) -> str:
    """Return the filter: the hosts, and name lookups and ICMP along, which tell why a way is shut."""
    names: dict[StreamId, str] = {}
    for exchange in dissection.exchanges:
        if exchange.operation is not None and exchange.stream not in names:
            endpoint = exchange.operation.endpoint
            names[exchange.stream] = "" if endpoint is None else endpoint.host
    hosts: dict[str, None] = {}
    for stream in streams or names:
        hosts[_host(dissection.connections[stream], names.get(stream, ""))] = None
        if len(hosts) > MAX_HOSTS:
            break
    if not hosts or len(hosts) > MAX_HOSTS:
        return _PLACEHOLDER
    named = " or ".join(f"host {host}" for host in hosts)
    return f"'{named} or port 53 or icmp or icmp6'"


def _host(connection: Connection, asked_for: str) -> str:
    """Return the name of a server if it is one of OSS's and harmless, else its address."""
    for name in (connection.sni or "", asked_for):
        bare = bare_host(name) if name else ""
        if bare and _is_name(bare) and names_oss(bare):
            return bare
    return connection.server.host
