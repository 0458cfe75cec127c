"""Measures osspcap against tshark on generated captures and compares with the goals.

    python scripts/bench.py                          all captures, three rounds
    python scripts/bench.py --only chatty --rounds 5
    python scripts/bench.py --keep bench-data        keep the captures (about 1.1 GB) and use them again
    python scripts/bench.py --json                   only the line of JSON

Both programs run in turn, round by round, so that whatever else the machine does falls on both. Peak memory is the
resident set that the kernel states for the finished process (wait4). It counts what the parent held when it started
the process, so this script stays small: it imports no numpy and generates in a process of its own. Where a program
starts others, one more run, which is not timed, is watched for what all of them hold together, pages that they share
counted once; the larger figure counts. Exit 1 if a goal is missed, 2 if tshark is absent.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from osspcap._version import __version__

PROGRAM = [sys.executable, "-m", "osspcap"]
TSHARK_FIELDS = (
    "frame.number",
    "tcp.stream",
    "http.request.method",
    "http.host",
    "http.request.uri",
    "http.response.code",
    "http.content_length",
    "http.time",
)
NAMES = ("bulk", "chatty", "bulk4")
"""Captures to measure on; `bench_captures.py` holds their plans."""
SMALL_PACKETS = 20
START_ROUNDS = 10
"""Runs of the two start-up measurements; they are short, so there are many."""


@dataclass
class Run:
    """What one program took on one capture."""

    seconds: list[float] = field(default_factory=list)
    peak_mib: float = 0.0

    @property
    def median(self) -> float:
        """Median of the rounds, in seconds."""
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Goal:
    """One line of the table: what was measured and what it must reach."""

    name: str
    measured: str
    bar: str
    reached: bool


ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""pip compiles what it installs; a checkout that may not keep its bytecode would compile it again in every run."""


def run(command: list[str], into: Run) -> None:
    """Run a command to its end, its output thrown away; add its wall time and the largest of its resident sets."""
    with Path(os.devnull).open("wb") as null:
        actions = [(os.POSIX_SPAWN_DUP2, null.fileno(), 1), (os.POSIX_SPAWN_DUP2, null.fileno(), 2)]
        started = time.perf_counter()
        pid = os.posix_spawnp(command[0], command, ENVIRONMENT, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        into.seconds.append(time.perf_counter() - started)
    # 1 is an answer: findings at or above --fail-on
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"failed with {os.waitstatus_to_exitcode(status)}: {' '.join(command)}")
    scale = 2**20 if sys.platform == "darwin" else 2**10
    into.peak_mib = max(into.peak_mib, usage.ru_maxrss / scale)


def peak_of_all(command: list[str]) -> float:
    """Run a command; return the most that it and its children held at once, MiB; 0 where the kernel does not tell."""
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT) as process:
        while process.poll() is None:
            peak = max(peak, sum(_proportional_kib(pid) for pid in [process.pid, *_children(process.pid)]))
            time.sleep(0.01)
    return peak / 1024


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    return []


def _proportional_kib(pid: int) -> int:
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def tshark_command(path: Path) -> list[str]:
    """What a reader would run to get the same facts."""
    fields = [part for name in TSHARK_FIELDS for part in ("-e", name)]
    return ["tshark", "-r", str(path), "-Y", "http", "-T", "fields", *fields]


def measure(path: Path, rounds: int, out: Path) -> tuple[Run, Run]:
    """Run both programs in turn on one capture; the first, unmeasured read fills the page cache."""
    ours, theirs = Run(), Run()
    with path.open("rb", buffering=0) as whole:
        while whole.read(2**20):
            pass
    for _ in range(rounds):
        run(_analyze(path, out), ours)
        run(tshark_command(path), theirs)
    ours.peak_mib = max(ours.peak_mib, peak_of_all(_analyze(path, out)))
    return ours, theirs


def _analyze(path: Path, out: Path) -> list[str]:
    return [*PROGRAM, "analyze", str(path), "-f", "json", "-o", str(out), "--force"]


def generate(name: str, path: Path) -> str:
    """Generate a capture in a process of its own; returns what it holds, as JSON."""
    script = Path(__file__).with_name("bench_captures.py")
    return subprocess.run(
        [sys.executable, str(script), name, str(path)], check=True, capture_output=True, text=True
    ).stdout


def small_capture(source: Path, path: Path) -> Path:
    """Cut a capture after its first packets."""
    with source.open("rb") as whole:
        parts = [whole.read(24)]
        for _ in range(SMALL_PACKETS):
            record = whole.read(16)
            parts += (record, whole.read(int.from_bytes(record[8:12], "little")))
    path.write_bytes(b"".join(parts))
    return path


def measure_start(folder: Path, out: Path) -> dict[str, Run]:
    """`--version`, and the analysis of a capture of 20 packets."""
    chatty = folder / "start.pcap"
    if not chatty.exists():
        generate("start", chatty)
    small = small_capture(chatty, folder / "small.pcap")
    version, tiny = Run(), Run()
    for _ in range(START_ROUNDS):
        run([*PROGRAM, "--version"], version)
        run(_analyze(small, out), tiny)
    return {"version": version, "small": tiny}


def goals(results: dict[str, tuple[Run, Run]], start: dict[str, Run]) -> list[Goal]:
    """Compare with what was promised."""
    lines: list[Goal] = []
    for name, ratio, peak in (("bulk", 10.0, 200.0), ("chatty", 4.0, 300.0)):
        if name in results:
            ours, theirs = results[name]
            times = theirs.median / ours.median
            lines += (
                Goal(f"{name}: times as fast as tshark", f"{times:.1f}x", f">= {ratio:.0f}x", times >= ratio),
                Goal(f"{name}: peak memory", f"{ours.peak_mib:.0f} MiB", f"<= {peak:.0f} MiB", ours.peak_mib <= peak),
            )
    if {"bulk", "bulk4"} <= results.keys():
        one, four = results["bulk"][0], results["bulk4"][0]
        time_factor, memory_factor = four.median / one.median, four.peak_mib / one.peak_mib
        lines += (
            Goal("bulk x 4: time against bulk", f"{time_factor:.2f}x", "<= 4.4x", time_factor <= 4.4),
            Goal("bulk x 4: memory against bulk", f"{memory_factor:.2f}x", "<= 1.2x", memory_factor <= 1.2),
        )
    for name, title, bar in (("version", "osspcap --version", 0.15), ("small", "analyze of 20 packets", 0.45)):
        if name in start:
            seconds = start[name].median
            lines.append(Goal(title, f"{seconds:.3f} s", f"<= {bar} s", seconds <= bar))
    return lines


def as_json(
    results: dict[str, tuple[Run, Run]], start: dict[str, Run], facts: dict[str, dict[str, int]], lines: list[Goal]
) -> str:
    """One line for scripts."""
    record: dict[str, object] = {"osspcap": __version__, "goals_missed": sum(not goal.reached for goal in lines)}
    for name, (ours, theirs) in results.items():
        record[name] = facts.get(name, {}) | {
            "osspcap_s": round(ours.median, 3),
            "tshark_s": round(theirs.median, 3),
            "ratio": round(theirs.median / ours.median, 2),
            "osspcap_peak_mib": round(ours.peak_mib, 1),
            "tshark_peak_mib": round(theirs.peak_mib, 1),
        }
    for name, taken in start.items():
        record[name] = {"osspcap_s": round(taken.median, 3), "osspcap_peak_mib": round(taken.peak_mib, 1)}
    return json.dumps(record)


def print_tables(results: dict[str, tuple[Run, Run]], lines: list[Goal]) -> None:
    """Print what was measured, then what was promised."""
    print(f"\n{'capture':<8} {'osspcap':>9} {'tshark':>9} {'ratio':>7} {'osspcap peak':>13} {'tshark peak':>12}")
    for name, (ours, theirs) in results.items():
        print(
            f"{name:<8} {ours.median:>7.2f} s {theirs.median:>7.2f} s {theirs.median / ours.median:>6.1f}x "
            f"{ours.peak_mib:>9.0f} MiB {theirs.peak_mib:>8.0f} MiB"
        )
    print()
    for goal in lines:
        print(f"{'ok    ' if goal.reached else 'MISSED'} {goal.name:<34} {goal.measured:>9}   {goal.bar}")


def prepare(names: list[str], folder: Path) -> dict[str, dict[str, int]]:
    """Generate the captures that are not there yet; returns what each holds."""
    facts: dict[str, dict[str, int]] = {}
    for name in names:
        path, about = folder / f"{name}.pcap", folder / f"{name}.facts.json"
        if not (path.exists() and about.exists()):
            print(f"generating {path}", file=sys.stderr)
            about.write_text(generate(name, path))
        facts[name] = json.loads(about.read_text())
    return facts


def main() -> int:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description="Measures osspcap against tshark on generated captures.")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each program on each capture")
    parser.add_argument("--only", choices=[*NAMES, "start"], action="append", help="measure only this; repeatable")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the captures here and use them again")
    parser.add_argument("--json", action="store_true", help="print only the line of JSON")
    options = parser.parse_args()
    if shutil.which("tshark") is None:
        print("tshark is not installed: nothing to compare with (Debian: apt-get install tshark)", file=sys.stderr)
        return 2
    wanted: list[str] = options.only or [*NAMES, "start"]
    with tempfile.TemporaryDirectory(prefix="osspcap-bench-") as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        out = Path(temporary) / "report.json"
        chosen = [name for name in NAMES if name in wanted]
        facts = prepare(chosen, folder)
        results = {name: measure(folder / f"{name}.pcap", options.rounds, out) for name in chosen}
        start = measure_start(folder, out) if "start" in wanted else {}
    lines = goals(results, start)
    if not options.json:
        print_tables(results, lines)
    print(as_json(results, start, facts, lines))
    return int(any(not goal.reached for goal in lines))


if __name__ == "__main__":
    sys.exit(main())
