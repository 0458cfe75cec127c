"""Scans as whole programs: killed at any moment, interrupted, with workers that die, behind other programs."""

import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.build.scans import directory, rows, scan, states, success

KILLS_IN_ONE_PROCESS, KILLS_OF_THE_PROGRAM = 16, 4
CAPTURES = 100

ROUNDS = """
import os, random, select, signal, sys
from pathlib import Path
from tests.build.scans import Recorder, scan
captures, out, rounds, seed = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
rng = random.Random(seed)
scan([captures + "/host-0/0000.pcap"], out.parent / "warm", report="json")  # all that is imported late

class Told(Recorder):
    def ends(self, outcome):
        os.write(told, b".")

for _ in range(rounds):
    heard, told = os.pipe()
    pid = os.fork()
    if not pid:
        scan([captures], out, report="json", listener=Told())
        os._exit(0)
    os.close(told)
    for _ in range(rng.randrange(7)):  # some captures are done,
        os.read(heard, 1)
    select.select([], [], [], rng.uniform(0, 0.03))  # and it is somewhere in the next one or two
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(heard)
"""


def command(captures: Path, out: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "osspcap", "scan", str(captures), "--out", str(out), "-j", "2", *arguments]


def workers_of(pid: int) -> list[int]:
    """Descriptors of the worker processes that there are just now."""
    opened = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with suppress(ProcessLookupError):
            opened.append(os.pidfd_open(int(child)))
    return opened


def have_ended(workers: list[int]) -> bool:
    """Wait for the end of processes, a minute at most for each; closes the descriptors."""
    ended = [bool(select.select([worker], [], [], 60)[0]) for worker in workers]
    for worker in workers:
        os.close(worker)
    return all(ended)


@contextmanager
def running(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A program whose standard error is read line by line."""
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
    ) as one:
        yield one


def reports(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (out / "reports").iterdir()}


def test_a_scan_killed_twenty_times_ends_as_one_that_was_not(tmp_path: Path) -> None:
    captures, out, seed = directory(tmp_path / "captures", CAPTURES), tmp_path / "out", 5
    arguments = [str(captures), str(out), str(KILLS_IN_ONE_PROCESS), str(seed)]
    subprocess.run([sys.executable, "-c", ROUNDS, *arguments], check=True)
    assert rows(out)["captures"]
    rng = random.Random(seed)
    for _ in range(KILLS_OF_THE_PROGRAM):
        with running([*command(captures, out), "--rescan"]) as program:
            assert program.stderr is not None
            assert f"{CAPTURES} to analyze" in program.stderr.readline()
            try:
                program.wait(rng.uniform(0, 2))
            except subprocess.TimeoutExpired:
                program.kill()
    assert subprocess.run(command(captures, out, "-q"), check=False).returncode == 1
    assert subprocess.run(command(captures, tmp_path / "undisturbed", "-q"), check=False).returncode == 1
    assert len(rows(out)["captures"]) == CAPTURES
    assert rows(out) == rows(tmp_path / "undisturbed")
    assert reports(out) == reports(tmp_path / "undisturbed")
    for name in ("index.html", "summary.csv", "faults.csv", "findings.ndjson"):
        assert (out / name).read_bytes() == (tmp_path / "undisturbed" / name).read_bytes()
    assert not list(out.rglob("*.part"))


def test_ctrl_c_stops_cleanly_and_leaves_no_process(tmp_path: Path) -> None:
    captures, out = directory(tmp_path / "captures", 30), tmp_path / "out"
    with running(command(captures, out)) as program:
        assert program.stderr is not None
        assert "30 to analyze" in program.stderr.readline()
        workers = workers_of(program.pid)
        program.send_signal(signal.SIGINT)
        told = program.stderr.read()
        code = program.wait(60)
    assert code in (1, 130)  # 1: it was done already
    assert "Traceback" not in told
    if code == 130:
        assert "run the same command again to go on" in told
    assert have_ended(workers)
    assert (out / "index.html").exists()
    subprocess.run(command(captures, out, "-q"), check=False)
    scan([captures], tmp_path / "here", report="", rule_set=next(iter(rows(out)["captures"]))[7])
    assert len(rows(out)["captures"]) == 30
    assert rows(out)["findings"] == rows(tmp_path / "here")["findings"]


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    captures = directory(tmp_path / "captures", 30)
    with running(command(captures, tmp_path / "out")) as program:
        assert program.stderr is not None
        program.stderr.readline()
        workers = workers_of(program.pid)
        program.kill()
        assert "Traceback" not in program.stderr.read()
    assert have_ended(workers)


def test_one_store_takes_the_directory_of_a_second_scan(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.pcap").write_bytes(success(1))
        subprocess.run(command(tmp_path / name, tmp_path / "out", "-q"), check=True)
    assert states(tmp_path / "out") == {"a.pcap": "done", "b.pcap": "done"}
