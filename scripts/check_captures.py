"""Compares the reports on a directory of captures with their truth files and prints a table.

    python scripts/check_captures.py fixtures
    python scripts/check_captures.py DIR --only sig-wrong-secret -v

A truth file is `X.json` beside a capture and names it in its key `capture`; what it holds stands in
`tests/build/truth.py`. Every capture is analyzed by the program itself, in a process of its own. Exit 1 if a report
disagrees with its truth.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from osspcap.rules.registry import all_rules  # noqa: E402 - found once the root is on the path
from tests.build.truth import disagreements  # noqa: E402 - likewise

PROGRAM = [sys.executable, "-m", "osspcap"]
TIME_LIMIT_S = 300
"""A capture that takes longer counts as failed."""


def analyze(capture: Path, keylog: Path | None) -> dict[str, Any] | str:
    """Return the report, or what went wrong in one line."""
    command = [*PROGRAM, "analyze", str(capture), "-f", "json", "--show-secrets"]
    if keylog is not None:
        command += ["--keylog", str(keylog)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIME_LIMIT_S, check=False, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return f"no answer within {TIME_LIMIT_S} s"
    if done.returncode not in (0, 1):
        return f"exit {done.returncode}: {done.stderr.decode(errors='replace').strip().splitlines()[-1:]}"
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def knows_key_logs() -> bool:
    """Tell whether the program reads key logs."""
    usage = subprocess.run([*PROGRAM, "analyze", "--help"], capture_output=True, text=True, check=False, cwd=ROOT)
    return "--keylog" in usage.stdout


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Compares reports with the truth files beside the captures.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", default=[], help="case to check; repeatable")
    parser.add_argument("-v", "--verbose", action="store_true", help="list the findings of every case")
    options = parser.parse_args()
    rules, opens = {rule.name for rule in all_rules()}, knows_key_logs()
    folder: Path = options.folder.resolve()
    right = total = 0
    for path in sorted(folder.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        if "capture" not in truth or (options.only and truth["case"] not in options.only):
            continue
        keylog = folder / truth["keylog"] if "keylog" in truth and opens else None
        started = time.perf_counter()
        report = analyze(folder / truth["capture"], keylog)
        seconds = time.perf_counter() - started
        if isinstance(report, str):
            problems, found = [report], ""
        else:
            problems = disagreements(report, truth, rules, is_opened=keylog is not None)
            found = ", ".join(f"{item['rule']} {item['name']}" for item in report["findings"])
        total += 1
        right += not problems
        print(f"{'ok   ' if not problems else 'WRONG'} {truth['case']:<36} {seconds:5.2f} s  {found}")
        for problem in problems:
            print(f"        {problem}")
        if options.verbose and isinstance(report, dict):
            for item in report["findings"]:
                print(f"        {item['severity']}: {item['summary']}")
    print(f"{right} of {total} captures are reported as they are; {len(rules)} rules")
    return int(right < total)


if __name__ == "__main__":
    sys.exit(main())
