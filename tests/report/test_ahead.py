import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from osspcap.report.ahead import MIN_PIECES, Ahead, available_processors

COUNT = 4 * MIN_PIECES


def told(number: int) -> bytes:
    """Make a piece that tells which process made it; takes a while, so that neither makes all of them."""
    time.sleep(0.002)
    return b"%d %d" % (number, os.getpid())


def makers(pieces: Iterator[bytes] | Ahead) -> list[int]:
    """Return the process of each piece; the pieces are in order."""
    words = [piece.split() for piece in pieces]
    assert [int(number) for number, _ in words] == list(range(len(words)))
    return [int(process) for _, process in words]


def children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()]


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def ends(process: int) -> bool:
    """Wait until a process runs no more."""
    for _ in range(1_000):
        try:
            if "\nState:\tZ" in Path(f"/proc/{process}/status").read_text():
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.01)
    return False


def test_two_processes_make_the_pieces_and_all_come_once_and_in_order() -> None:
    made = makers(Ahead(told, COUNT))
    assert len(made) == COUNT
    assert len(set(made)) == 2
    assert not children()


def test_all_that_is_made_while_nobody_asks_comes_from_the_copy() -> None:
    ahead = Ahead(told, COUNT)
    (copy,) = children()
    assert ends(copy)
    assert set(makers(ahead)) == {copy}


@pytest.mark.parametrize("count", [0, 1, MIN_PIECES - 1])
def test_few_pieces_are_made_here(count: int) -> None:
    ahead = Ahead(told, count)
    assert not children()
    assert makers(ahead) == [os.getpid()] * count


def test_large_pieces_and_empty_ones_come_whole() -> None:
    sizes = [0, 3_000_000, 1, 70_000] * 8
    assert [len(piece) for piece in Ahead(lambda number: b"x" * sizes[number], len(sizes))] == sizes


@pytest.mark.parametrize(
    ("module", "call"), [(os, "fork"), (os, "pipe"), (tempfile, "TemporaryFile")], ids=["fork", "pipe", "file"]
)
def test_all_is_made_here_where_there_can_be_no_copy(module: object, call: str) -> None:
    opened = open_files()
    with mock.patch.object(module, call, side_effect=OSError(11, "Resource temporarily unavailable")):
        assert set(makers(Ahead(told, COUNT))) == {os.getpid()}
    assert open_files() == opened


def test_what_a_failing_copy_does_not_deliver_is_made_here() -> None:
    here = os.getpid()

    def make(number: int) -> bytes:
        if number > COUNT // 2 and os.getpid() != here:
            raise ValueError
        return told(number)

    ahead = Ahead(make, COUNT)
    assert ends(children()[0])
    made = makers(ahead)
    assert here not in made[: COUNT // 2]
    assert set(made[COUNT // 2 + 1 :]) == {here}


def test_a_copy_that_is_killed_costs_nothing() -> None:
    ahead = Ahead(told, COUNT)
    pieces = iter(ahead)
    first = [next(pieces), next(pieces)]
    for copy in children():
        os.kill(copy, 9)
    assert [int(piece.split()[0]) for piece in (*first, *pieces)] == list(range(COUNT))


def test_a_full_disk_costs_nothing() -> None:
    class Full:
        def write(self, _: bytes) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            pass

    with mock.patch.object(tempfile, "TemporaryFile", Full):
        assert set(makers(Ahead(told, COUNT))) == {os.getpid()}


def test_an_error_that_both_meet_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        list(Ahead(lambda number: told(number) if number < COUNT // 2 else told(1 // 0), COUNT))
    assert not children()


def test_no_process_and_no_file_stays_behind_whoever_stops_first() -> None:
    opened = open_files()
    for is_begun in (False, True):
        ahead = Ahead(told, COUNT)
        pieces = iter(ahead)
        if is_begun:
            next(pieces)
        assert children()
        ahead.end()
        ahead.end()
        assert not children()
        assert open_files() == opened


def test_a_copy_ends_with_the_process_that_it_is_of() -> None:
    read, write = os.pipe()
    first = os.fork()
    if not first:
        kept = [Ahead(told, 16_000)]  # half a minute's work
        os.write(write, b"%d" % children()[0])
        os.kill(os.getpid(), 9)
        kept.clear()
    os.waitpid(first, 0)
    assert ends(int(os.read(read, 100)))
    os.close(read)
    os.close(write)


def test_processors_are_those_that_may_be_used() -> None:
    with mock.patch.object(os, "sched_getaffinity", return_value={3}):
        assert available_processors() == 1
    with mock.patch.object(os, "sched_getaffinity", side_effect=AttributeError):
        assert available_processors() == os.cpu_count()
