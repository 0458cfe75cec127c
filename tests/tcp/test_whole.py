import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.packets import AddressBook
from osspcap.model.stream import ConnectionEnd
from osspcap.tcp.flows import Flow
from osspcap.tcp.limits import LINGER_NS
from osspcap.tcp.reassembly import Half
from osspcap.tcp.rows import sort_rows
from osspcap.tcp.streams import StreamAssembler
from tests.build.streams import assemble, content, one
from tests.build.tables import table, tables
from tests.build.wire import ACK, FIN, PSH, RST, SYN, Capture, Tcp


def talk(tcp: Tcp, rng: random.Random) -> None:
    """An orderly connection: some requests and answers, closed by either side or left open."""
    tcp.handshake()
    for _ in range(rng.randrange(4)):
        tcp.client(rng.randbytes(rng.randrange(1, 3000)), size=700)
        tcp.server(rng.randbytes(rng.randrange(1, 5000)), size=1400)
    if rng.random() < 0.7:
        tcp.close(rng.randrange(2))


def whole_groups(capture: Capture) -> int:
    whole = sort_rows(table(capture.packets, AddressBook()), 0).whole
    return 0 if whole is None else len(whole.bit)


def state(capture: Capture, *, shortcuts: bool) -> list[dict[str, Any]]:
    """Return all that the connections remember once every packet was taken, before the capture ends."""
    book = AddressBook()
    assembler = StreamAssembler(book, shortcuts=shortcuts)
    for part in tables(capture, book):
        list(assembler.feed(part))
    found = []
    for flow in assembler._flows.values():
        assert flow.halves is not None
        kept: dict[str, Any] = {name: getattr(flow, name) for name in ("closed_ns", "number", "reset", "rtt_ns")}
        kept["facts"] = flow.connection
        for half in flow.halves:
            kept |= {f"{half is flow.halves[0]} {name}": getattr(half, name) for name in Half.__slots__}
        found.append(kept)
    return found


@given(seed=st.integers(0, 2**32))
def test_orderly_connections_leave_what_single_packets_leave(seed: int) -> None:
    rng = random.Random(seed)
    capture = Capture()
    for number in range(4):
        talk(capture.tcp(cport=50000 + number), rng)
    rng.shuffle(order := [packet for packet in capture.packets for _ in range(1)])
    mixed = Capture()
    # The connections' packets in turn, each connection's own in order.
    ports = {id(packet): packet.data[34:38] for packet in capture.packets}
    queues: dict[bytes, list[Any]] = {}
    for packet in capture.packets:
        queues.setdefault(min(ports[id(packet)], ports[id(packet)][2:] + ports[id(packet)][:2]), []).append(packet)
    for packet in order:
        key = min(ports[id(packet)], ports[id(packet)][2:] + ports[id(packet)][:2])
        mixed.packets.append(queues[key].pop(0))
    del mixed.packets[rng.randrange(1, len(mixed.packets) + 1) :]
    assert state(mixed, shortcuts=True) == state(mixed, shortcuts=False)
    assert assemble(mixed) == assemble(mixed, shortcuts=False)
