import random

import numpy as np
import pytest

from osspcap.model.packets import AddressBook, PacketTable
from osspcap.tcp import rows as rows_module
from osspcap.tcp.rows import SortedRows, sort_rows
from tests.build.tables import table
from tests.build.wire import ACK, SYN, Capture


def mixed(count: int = 40) -> Capture:
    rng = random.Random(3)
    capture = Capture()
    ends = [capture.tcp(f"192.0.2.{number}", 50000 + number) for number in range(5)]
    for _ in range(count):
        rng.choice(ends).send(rng.randrange(2), ACK, b"x" * rng.randrange(3))
    return capture


def grouped(packets: PacketTable, rows: SortedRows) -> list[list[int]]:
    frames = packets.frame[rows.order].tolist()
    return sorted(frames[start:end] for start, end in zip(rows.group_start, rows.group_end, strict=True))


def expected_groups(packets: PacketTable) -> list[list[int]]:
    found: dict[frozenset[tuple[int, int]], list[int]] = {}
    for row in range(len(packets)):
        sender = (int(packets.src[row]), int(packets.sport[row]))
        receiver = (int(packets.dst[row]), int(packets.dport[row]))
        found.setdefault(frozenset((sender, receiver)), []).append(int(packets.frame[row]))
    return sorted(found.values())


def test_rows_are_grouped_by_connection_in_file_order() -> None:
    packets = table(mixed().packets, AddressBook())
    assert grouped(packets, sort_rows(packets, 0)) == expected_groups(packets)


def test_pairs_with_the_same_hash_are_still_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "_MIX", np.uint64(0))
    packets = table(mixed().packets, AddressBook())
    assert grouped(packets, sort_rows(packets, 0)) == expected_groups(packets)


def bulk() -> Capture:
    """One connection whose SYN had to be repeated, so that it is not orderly as a whole."""
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(0, SYN, seq=1000)
    tcp.handshake()
    tcp.client(b"x" * 14600)
    tcp.server(b"y" * 14600)
    return capture


def test_orderly_data_is_one_run() -> None:
    packets = table(bulk().packets, AddressBook())
    rows = sort_rows(packets, 0)
    # Both SYNs, SYN-ACK and the first ACK stand alone.
    assert (rows.run_start, rows.run_end) == ([4], [26])
    assert rows.odd_position == [0, 1, 2, 3]
    client = rows.run_sides[int(rows.bit[4])]
    assert client.count == [11]
    assert client.columns.offset.tolist() == [1460 * number for number in range(10)]


@pytest.mark.parametrize(
    "change", [{"window": 0}, {"ttl": 3}, {"seq": 1001}, {"ack": 5}, {"flags": 0x11}, {"flags": 0x14}, {"flags": 0}]
)
def test_a_row_out_of_the_ordinary_breaks_the_run(change: dict[str, int]) -> None:
    packets = table(bulk().packets, AddressBook())
    for name, value in change.items():
        getattr(packets, name)[9] = value
    assert 9 in sort_rows(packets, 0).odd_position


def test_a_cut_payload_breaks_the_run() -> None:
    packets = table(bulk().packets, AddressBook())
    packets.payload_captured[9] -= 1
    assert 9 in sort_rows(packets, 0).odd_position


def test_a_duplicate_ack_breaks_the_run() -> None:
    capture = bulk()
    capture.packets.append(capture.packets[-1])
    packets = table(capture.packets, AddressBook())
    assert sort_rows(packets, 0).odd_position[-1] == 26


def test_the_clock_never_runs_back() -> None:
    capture = mixed(10)
    capture.packets[4].ts_ns += 10**12
    packets = table(capture.packets, AddressBook())
    rows = sort_rows(packets, 7)
    clock = dict(zip(packets.frame[rows.order].tolist(), rows.columns.clock_ns.tolist(), strict=True))
    assert [clock[frame] for frame in (4, 5, 6, 10)] == [
        capture.packets[3].ts_ns,
        *[capture.packets[4].ts_ns] * 3,
    ]
    assert set(sort_rows(packets, 2**62).columns.clock_ns.tolist()) == {2**62}


def test_without_runs_every_row_is_handed_out() -> None:
    packets = table(bulk().packets, AddressBook())
    rows = sort_rows(packets, 0, use_runs=False)
    assert len(rows.odd) == len(packets)
    assert [row[2] for row in rows.odd] == packets.frame.tolist()
