"""Measures `osspcap scan`: one and two workers on large captures, and 1,000 small ones against a loop of `analyze`.

    python scripts/bench_scan.py                     both, three rounds
    python scripts/bench_scan.py --only large --rounds 5
    python scripts/bench_scan.py --keep bench-data   keep the captures (about 140 MB) and use them again
    python scripts/bench_scan.py --json              only the line of JSON

The large captures are 20 of about 50 MB, half of them bulk (large bodies), half chatty (small requests); there are two
files, each under ten names. All programs run in turn, round by round, so that whatever else the machine does falls on
all of them. The loop runs over a sample of the small captures, and its time is scaled. Memory is the sum of the
largest resident sets of all processes of a scan, as the kernel states them. Exit 1 if a goal is missed.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from osspcap._version import __version__

PROGRAM = [sys.executable, "-m", "osspcap"]
SMALL, LARGE = 1_000, 20
CAPTURE_PEAK_MIB = 300.0
"""What the analysis of one capture may take: the bar of `bench.py` for the chatty one."""
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Run:
    """What one command took."""

    seconds: list[float] = field(default_factory=list)
    peak_mib: float = 0.0

    @property
    def median(self) -> float:
        """Median of the rounds, in seconds."""
        return statistics.median(self.seconds)


class Memory:
    """Watches a process and its children: keeps the largest resident set of each."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peaks: dict[int, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> float:
        """End watching; returns the sum of all peaks in MiB."""
        self._over.set()
        self._thread.join()
        return sum(self._peaks.values()) / 1024

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            for pid in [self._pid, *_children(self._pid)]:
                self._peaks[pid] = max(self._peaks.get(pid, 0), _peak_kib(pid))


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    return []


def _peak_kib(pid: int) -> int:
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def run(command: list[str], into: Run, scale: float = 1.0) -> None:
    """Run a command to its end; add its time, scaled, and its peak of memory."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=ENVIRONMENT) as process:
        memory = Memory(process.pid)
        code = process.wait()
        into.seconds.append((time.perf_counter() - started) * scale)
        into.peak_mib = max(into.peak_mib, memory.stop())
    if code:
        sys.exit(f"failed with {code}: {' '.join(command)}")


def scan(folder: Path, out: Path, workers: int, into: Run) -> None:
    """Scan a directory anew."""
    shutil.rmtree(out, ignore_errors=True)
    options = ["-j", str(workers), "-q", "--report", "json", "--fail-on", "never"]
    run([*PROGRAM, "scan", str(folder), "--out", str(out), *options], into)


def loop(folder: Path, out: Path, sample: int, into: Run) -> None:
    """Analyze a sample of the captures one after the other, each by a program of its own."""
    chosen = sorted(folder.iterdir())[:sample]
    analyze = f'"{sys.executable}" -m osspcap analyze "$1" -f json -q -o "$0" --force --fail-on never || exit 1; shift'
    command = ["sh", "-c", f"while [ $# -gt 0 ]; do {analyze}; done", str(out), *map(str, chosen)]
    run(command, into, scale=SMALL / len(chosen))
    into.peak_mib = 0.0  # one process after the other: nothing to add up


def generate(name: str, path: Path, count: int = 0) -> None:
    """Generate captures in a process of its own."""
    script = Path(__file__).with_name("bench_captures.py")
    command = [sys.executable, str(script), name, str(path), "--count", str(count)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def prepare_small(folder: Path) -> Path:
    """1,000 captures of ten exchanges each."""
    small = folder / "small"
    if not small.exists():
        half = folder / "small.part"
        half.mkdir()
        generate("start", half, SMALL)
        half.rename(small)
    return small


def prepare_large(folder: Path) -> Path:
    """20 captures: two files under ten names each."""
    large = folder / "large"
    large.mkdir(exist_ok=True)
    for name in ("large", "chatty"):
        whole = folder / f"{name}.pcap"
        if not whole.exists():
            generate(name, folder / f"{name}.part")
            (folder / f"{name}.part").rename(whole)
        for number in range(LARGE // 2):
            with suppress(FileExistsError):
                (large / f"{name}-{number:02}.pcap").hardlink_to(whole)
        whole.read_bytes()  # into the page cache
    return large


@dataclass(frozen=True)
class Goal:
    """What was measured and what it must reach."""

    name: str
    measured: float
    unit: str
    bar: float
    is_most: bool = False

    @property
    def is_reached(self) -> bool:
        """True if it is."""
        return self.measured <= self.bar if self.is_most else self.measured >= self.bar

    def __str__(self) -> str:
        sign = "<=" if self.is_most else ">="
        mark = "ok    " if self.is_reached else "MISSED"
        return f"{mark} {self.name:<44} {self.measured:>8.2f} {self.unit:<4} {sign} {self.bar:g}"


def measure(wanted: list[str], folder: Path, rounds: int, sample: int) -> dict[str, Run]:
    """Run everything in turn."""
    runs: dict[str, Run] = {}
    small = prepare_small(folder) if "small" in wanted else folder
    large = prepare_large(folder) if "large" in wanted else folder
    with tempfile.TemporaryDirectory(prefix="osspcap-bench-") as temporary:
        out = Path(temporary) / "out"
        for _ in range(rounds):
            for workers in (1, 2):
                if "large" in wanted:
                    scan(large, out, workers, runs.setdefault(f"large, {workers} workers", Run()))
            if "small" in wanted:
                scan(small, out, 2, runs.setdefault("small, 2 workers", Run()))
                loop(small, Path(temporary) / "report", sample, runs.setdefault("small, loop of analyze", Run()))
    return runs


def goals(runs: dict[str, Run]) -> Iterator[Goal]:
    """Compare with what was promised."""
    one, two = runs.get("large, 1 workers"), runs.get("large, 2 workers")
    if one is not None and two is not None:
        yield Goal("large: two workers against one", one.median / two.median, "x", 1.7)
        yield Goal("large: memory of one worker and parent", one.peak_mib, "MiB", 2 * CAPTURE_PEAK_MIB, is_most=True)
        yield Goal("large: memory of two workers and parent", two.peak_mib, "MiB", 3 * CAPTURE_PEAK_MIB, is_most=True)
    scanned, looped = runs.get("small, 2 workers"), runs.get("small, loop of analyze")
    if scanned is not None and looped is not None:
        yield Goal("small: scan against a loop of analyze", looped.median / scanned.median, "x", 5.0)


@contextmanager
def directory(keep: Path | None) -> Iterator[Path]:
    """Where the captures lie."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="osspcap-bench-") as temporary:
        yield Path(temporary)


def main() -> int:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description="Measures osspcap scan on generated captures.")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each command")
    parser.add_argument("--only", choices=["small", "large"], action="append", help="measure only this")
    parser.add_argument("--sample", type=int, default=100, help="small captures that the loop runs over")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the captures here and use them again")
    parser.add_argument("--json", action="store_true", help="print only the line of JSON")
    options = parser.parse_args()
    with directory(options.keep) as folder:
        runs = measure(options.only or ["small", "large"], folder, options.rounds, options.sample)
    reached = list(goals(runs))
    if not options.json:
        for name, taken in runs.items():
            memory = f"{taken.peak_mib:>7.0f} MiB" if taken.peak_mib else ""
            print(f"{name:<24} {taken.median:>8.2f} s {memory}")
        print("", *reached, sep="\n")
    taken_by = {name: {"s": round(one.median, 3), "peak_mib": round(one.peak_mib, 1)} for name, one in runs.items()}
    ratios = {goal.name: round(goal.measured, 2) for goal in reached}
    print(json.dumps({"osspcap": __version__, "runs": taken_by, "goals": ratios}))
    return int(any(not goal.is_reached for goal in reached))


if __name__ == "__main__":
    sys.exit(main())
