import random

from hypothesis import given
from hypothesis import strategies as st

from osspcap.capture import fragments
from osspcap.capture.fragments import MAX_PENDING_DATAGRAMS, TIMEOUT_NS, Datagram, Reassembler

KEY = (b"a", b"b")


def add(
    box: Reassembler,
    offset: int,
    data: bytes,
    *,
    last: bool = False,
    length: int | None = None,
    ts: int = 0,
    n: int = 0,
) -> Datagram | None:
    size = len(data) if length is None else length
    return box.add((*KEY, bytes([n % 256, n // 256])), offset, data, length=size, is_last=last, ts_ns=ts)


@given(st.binary(min_size=1, max_size=400), st.integers(0, 2**32))
def test_fragments_in_any_order_and_repeated_give_the_datagram_once_complete(data: bytes, seed: int) -> None:
    parts = [(at, data[at : at + 8]) for at in range(0, len(data), 8)]
    order = random.Random(seed).sample(parts, len(parts))
    box = Reassembler()
    for index, (at, part) in enumerate(order):
        for _ in range(2 if index < len(order) - 1 else 1):
            result = add(box, at, part, last=at + 8 >= len(data))
        assert (result is not None) == (index == len(order) - 1)
    assert result == Datagram(data, len(data))


def test_first_seen_bytes_win_where_fragments_overlap() -> None:
    box = Reassembler()
    assert add(box, 0, b"a" * 16) is None
    assert add(box, 8, b"b" * 16, last=True) == Datagram(b"a" * 16 + b"b" * 8, 24)


def test_bytes_cut_by_a_snap_length_end_what_was_captured_but_not_the_length() -> None:
    box = Reassembler()
    add(box, 0, b"abc", length=16)
    assert add(box, 16, b"x" * 8, last=True) == Datagram(b"abc", 24)


def test_fragments_of_different_datagrams_do_not_mix() -> None:
    box = Reassembler()
    add(box, 0, b"a" * 8, n=1)
    assert add(box, 8, b"b", last=True, n=2) is None


def test_old_fragments_do_not_complete_a_later_datagram_of_the_same_number() -> None:
    box = Reassembler()
    add(box, 0, b"old-----")
    assert add(box, 8, b"new", last=True, ts=TIMEOUT_NS + 1) is None
    assert add(box, 0, b"new-----", ts=TIMEOUT_NS + 1) == Datagram(b"new-----new", 11)


def test_fragments_beyond_the_largest_datagram_are_ignored() -> None:
    assert add(Reassembler(), 65_528, b"x" * 8, last=True) is None


def test_oldest_datagrams_are_given_up_beyond_their_limit() -> None:
    box = Reassembler()
    for number in range(MAX_PENDING_DATAGRAMS + 1):
        add(box, 0, b"x" * 8, n=number)
    assert add(box, 8, b"y", last=True, n=0) is None
    assert add(box, 8, b"y", last=True, n=MAX_PENDING_DATAGRAMS) is not None


def test_memory_is_bounded_by_bytes_and_returns_to_nothing() -> None:
    box = Reassembler()
    for number in range(200):
        add(box, 0, bytes(60_000), n=number)
        assert box._cost <= fragments.MAX_PENDING_BYTES
    for number in range(200):
        if add(box, 60_000, b"y", last=True, n=number) is None:
            assert add(box, 0, bytes(60_000), n=number) is not None
    assert box._cost == 0


def test_overlaps_that_only_look_complete_are_given_up() -> None:
    box = Reassembler()
    add(box, 1000, b"z", last=True)
    for number in range(1, 200):
        assert add(box, 8 * number, bytes(512)) is None
    assert add(box, 0, bytes(1000)) is None
