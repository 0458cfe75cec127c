import random
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.capture import chains as chains_module
from osspcap.capture.chains import HEADER_BYTES, find_chains
from osspcap.capture.pcap import PcapWalker
from osspcap.capture.records import MAX_BATCH_RECORDS, MAX_PACKET_BYTES, SLACK_BYTES, RecordBatch

SECONDS = 1_767_225_600


def record(size: int, *, order: str = "<", seconds: int = SECONDS, content: bytes = b"") -> bytes:
    return struct.pack(order + "IIII", seconds, 5, size, size) + (content or b"x" * size)[:size].ljust(size, b"y")


def walker(order: str = "<", minor: int = 4) -> PcapWalker:
    magic = 0xA1B2C3D4
    return PcapWalker(struct.pack(order + "IHHiIII", magic, 2, minor, 0, 0, 0, 1), "x.pcap")


def walked(data: bytes, *, order: str = "<", minor: int = 4) -> RecordBatch:
    return walker(order, minor).walk(bytearray(data + bytes(SLACK_BYTES)), 0, len(data))


def expected(data: bytes, order: str = "<") -> tuple[list[int], int]:
    """Where the records stand and where the walk must stop, found one by one."""
    at = 0
    found: list[int] = []
    while at + HEADER_BYTES <= len(data) and len(found) < MAX_BATCH_RECORDS:
        (captured,) = struct.unpack_from(order + "8xI", data, at)
        if captured > MAX_PACKET_BYTES or at + HEADER_BYTES + captured > len(data):
            break
        found.append(at)
        at += HEADER_BYTES + captured
    return found, at


def misleading(rng: random.Random, order: str) -> bytes:
    """Payload that looks like record headers, one behind the other."""
    return rng.randbytes(rng.randrange(8)) + b"".join(
        record(rng.randrange(60), order=order, seconds=SECONDS + rng.randrange(3)) for _ in range(rng.randrange(1, 30))
    )


@given(
    seed=st.integers(0, 2**32),
    order=st.sampled_from("<>"),
    share=st.sampled_from([0.0, 0.01, 0.5]),
    largest=st.sampled_from([0, 40, 300, 6000]),
)
def test_chains_find_the_records_that_single_steps_find(seed: int, order: str, share: float, largest: int) -> None:
    rng = random.Random(seed)
    pieces = []
    for number in range(rng.randrange(60, 900)):
        content = misleading(rng, order) if rng.random() < share else b""
        size = len(content) or rng.randrange(largest + 1)
        seconds = SECONDS + number // 3 + rng.choice((0, 0, 0, 70_000))
        pieces.append(record(size, order=order, seconds=seconds, content=content))
    data = b"".join(pieces)
    match rng.randrange(4):
        case 0:
            data = data[: rng.randrange(len(data))]
        case 1:
            at = len(b"".join(pieces[: rng.randrange(len(pieces))]))
            data = data[: at + 8] + struct.pack(order + "I", rng.choice((MAX_PACKET_BYTES + 1, 2**32 - 1))) + data[at:]
    batch = walked(data, order=order)
    assert ((batch.start - HEADER_BYTES).tolist(), batch.consumed) == expected(data, order)


def plain(count: int = 3000, size: int = 100) -> bytes:
    return record(size) * count


def test_records_that_look_like_records_make_one_chain() -> None:
    data = plain()
    buffer = bytearray(data + bytes(SLACK_BYTES))
    (chain,) = find_chains(buffer, 0, len(data), "<", 116)
    assert (len(chain.positions), chain.arrival) == (3000, len(data))


def test_a_wrong_guess_breaks_the_chain_and_costs_no_record() -> None:
    fake = b"..." + record(20) * 400
    data = plain(300) + record(len(fake), content=fake) + plain(300)
    found = find_chains(bytearray(data + bytes(SLACK_BYTES)), 0, len(data), "<", 116)
    assert len(found) > 1
    assert found[0].start == 0
    assert all(left.start < right.start for left, right in pairwise(found))
    assert ((walked(data).start - HEADER_BYTES).tolist(), len(data)) == expected(data)


def test_too_few_guesses_leave_the_rest_to_single_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains_module._Guess, "within", lambda *_: -1)
    data = plain()
    (chain,) = find_chains(bytearray(data + bytes(SLACK_BYTES)), 0, len(data), "<", 116)
    assert len(chain.positions) < 5 * chains_module.RECORDS_A_CHAIN
    assert len(walked(data)) == 3000


def test_few_records_are_not_worth_it() -> None:
    data = plain(60)
    assert find_chains(bytearray(data + bytes(SLACK_BYTES)), 0, len(data), "<", 116) == []


def test_of_more_records_than_a_batch_holds_the_rest_comes_with_the_next() -> None:
    data = plain(MAX_BATCH_RECORDS + 10, 1)
    first = walked(data)
    assert (len(first), first.consumed, first.damage) == (MAX_BATCH_RECORDS, MAX_BATCH_RECORDS * 17, None)
    assert len(walked(data[first.consumed :])) == 10


def test_files_with_lengths_that_may_be_swapped_are_walked_singly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("osspcap.capture.pcap.find_chains", lambda *_: pytest.fail("chains do not know of it"))
    data = plain()
    assert len(walked(data, minor=3)) == 3000
