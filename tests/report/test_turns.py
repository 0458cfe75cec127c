import os
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from osspcap.report.turns import MIN_PIECES, PIPE_BYTES, available_processors, in_turns

COUNT = 3 * MIN_PIECES


def told(number: int) -> bytes:
    """Make a piece that tells which process made it."""
    return b"%d %d" % (number, os.getpid())


def full(_: int) -> bytes:
    """Make a piece that fills the pipe."""
    return b"x" * PIPE_BYTES


def makers(pieces: Iterator[bytes]) -> list[int]:
    """Return the process of each piece; the pieces are in order."""
    words = [piece.split() for piece in pieces]
    assert [int(number) for number, _ in words] == list(range(len(words)))
    return [int(process) for _, process in words]


def children() -> str:
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()


def test_two_processes_make_their_pieces_and_all_come_in_order() -> None:
    made = makers(in_turns(told, COUNT))
    assert len(made) == COUNT
    assert len(set(made)) == 2
    assert made.count(os.getpid()) == sum(number % 5 in (0, 2) for number in range(COUNT))


def test_few_pieces_are_made_here() -> None:
    assert set(makers(in_turns(told, MIN_PIECES - 1))) == {os.getpid()}
    assert list(in_turns(told, 0)) == []


def test_pieces_larger_than_the_pipe_and_empty_ones_come_whole() -> None:
    sizes = [0, PIPE_BYTES * 2 + 1, 1, 70_000] * 8
    assert [len(piece) for piece in in_turns(lambda number: b"x" * sizes[number], len(sizes))] == sizes


@pytest.mark.parametrize("call", ["fork", "pipe"])
def test_all_is_made_here_where_there_can_be_no_copy(call: str) -> None:
    with mock.patch.object(os, call, side_effect=OSError(11, "Resource temporarily unavailable")):
        assert set(makers(in_turns(told, COUNT))) == {os.getpid()}


def test_what_a_failing_copy_does_not_deliver_is_made_here() -> None:
    here = os.getpid()

    def make(number: int) -> bytes:
        if number > COUNT // 2 and os.getpid() != here:
            raise ValueError
        return told(number)

    made = makers(in_turns(make, COUNT))
    assert set(made[: COUNT // 2]) != {here}
    assert set(made[COUNT // 2 + 1 :]) == {here}


def test_an_error_that_both_meet_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        list(in_turns(lambda number: told(number) if number < 20 else told(1 // 0), COUNT))
    assert not children()


def test_no_process_stays_behind_whoever_stops_first() -> None:
    pieces = in_turns(full, COUNT)
    next(pieces)
    assert children()
    pieces.close()  # type: ignore[attr-defined] # a generator
    assert not children()


def test_a_copy_ends_with_the_process_that_it_is_of() -> None:
    read, write = os.pipe()
    first = os.fork()
    if not first:
        pieces = in_turns(full, COUNT)
        next(pieces)
        os.write(write, children().encode())
        os.kill(os.getpid(), 9)
    os.waitpid(first, 0)
    copy = int(os.read(read, 100))
    for _ in range(1_000):
        if not Path(f"/proc/{copy}").exists() or "\nState:\tZ" in Path(f"/proc/{copy}/status").read_text():
            break
        time.sleep(0.01)
    else:
        pytest.fail("it still runs")
    os.close(read)
    os.close(write)


def test_processors_are_those_that_may_be_used() -> None:
    with mock.patch.object(os, "sched_getaffinity", return_value={3}):
        assert available_processors() == 1
    with mock.patch.object(os, "sched_getaffinity", side_effect=AttributeError):
        assert available_processors() == os.cpu_count()
