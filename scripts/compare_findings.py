"""Shows which verdicts a change moves: analyzes captures with two versions of the program and prints the differences.

    python scripts/compare_findings.py                       last commit against the working tree, on fixtures/
    python scripts/compare_findings.py --base v0.1.0 DIR...  another base, other captures

A line for every finding that appears, disappears or changes: `+`, `-`, `~`, then the capture, the rule and what it
says. Undecided verdicts and the count of exchanges are compared too. Exit 1 if anything moved.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SUFFIXES = (".pcap", ".pcapng", ".cap", ".pcap.gz", ".pcap.zst")
Verdicts = dict[str, str]
"""What is compared, by a key that stays the same from version to version, and its text."""


def verdicts(source: Path, capture: Path) -> Verdicts:
    """Analyze with the version in a source tree."""
    command = [sys.executable, "-m", "osspcap", "analyze", str(capture), "-f", "json"]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        return {"failure": f"exit {done.returncode}: {done.stderr.strip()[-200:]}"}
    report: dict[str, Any] = json.loads(done.stdout)
    found = {"exchanges": f"{len(report['exchanges'])} exchanges"}
    for item in report["findings"]:
        key = f"{item['rule']} {item['name']} on {item['exchanges'] or item['streams']}"
        found[key] = f"{item['severity']}, {item['confidence']}, {item['occurrences']} times: {item['summary']}"
    for item in report["undecided"]:
        found[f"{item['rule']} {item['name']} undecided on {item['exchanges']}"] = item["reason"]
    return found


def differences(before: Verdicts, after: Verdicts) -> Iterator[str]:
    """Lines to print for one capture."""
    for key in sorted(before.keys() | after.keys()):
        if key not in after:
            yield f"- {key}: {before[key]}"
        elif key not in before:
            yield f"+ {key}: {after[key]}"
        elif before[key] != after[key]:
            yield f"~ {key}: {before[key]}\n        now {after[key]}"


def captures_in(places: list[Path]) -> list[Path]:
    """Return the captures in directories and among files, sorted."""
    found: list[Path] = []
    for place in places:
        inside = sorted(place.rglob("*")) if place.is_dir() else [place]
        found += [path.resolve() for path in inside if path.name.endswith(SUFFIXES)]
    return found


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description="Shows which verdicts differ between two versions.")
    parser.add_argument("--base", default="HEAD", metavar="REVISION", help="what to compare with (default: HEAD)")
    parser.add_argument("places", type=Path, nargs="*", default=[ROOT / "fixtures"], metavar="DIR|CAPTURE")
    options = parser.parse_args()
    moved = 0
    with tempfile.TemporaryDirectory(prefix="osspcap-base-") as temporary:
        archive = subprocess.run(["git", "archive", options.base, "osspcap"], cwd=ROOT, capture_output=True, check=True)
        subprocess.run(["tar", "-x", "-C", temporary], input=archive.stdout, check=True)
        captures = captures_in(options.places)
        for capture in captures:
            lines = list(differences(verdicts(Path(temporary), capture), verdicts(ROOT, capture)))
            moved += bool(lines)
            if lines:
                print(capture.name)
            for line in lines:
                print(f"    {line}")
    print(f"{moved} of {len(captures)} captures are judged differently than at {options.base}")
    return int(moved > 0)


if __name__ == "__main__":
    sys.exit(main())
