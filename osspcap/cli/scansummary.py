"""What a scan came to, in a few lines for a terminal: the page tells the rest."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from osspcap.report.terminal import escape_line
from osspcap.scan.clusters import Cluster, clusters
from osspcap.scan.outcome import State

MAX_FAULTS = 10
"""Faults listed; the page holds all."""
_WORDS = {
    State.UNREADABLE: "could not be read",
    State.CHANGED: "changed while read",
    State.TOO_LARGE: "too large",
    State.TIMEOUT: "took too long",
    State.MEMORY: "needed too much memory",
    State.CRASHED: "crashed",
    State.DEFECT: "hit a defect of osspcap",
}


def summary_lines(db: sqlite3.Connection, page: Path, known: int, width: int) -> Iterator[str]:
    """Yield the lines.

    Args:
        db: The store.
        page: The page that was written.
        known: Captures that were not analyzed again.
        width: Columns.
    """
    counts = dict(db.execute("SELECT worst, count(*) FROM captures WHERE state = 'done' GROUP BY worst"))
    healthy = counts.get("", 0) + counts.get("info", 0)
    total = sum(counts.values())
    held = f" ({known:,} known from before)" if known else ""
    yield (
        f"{_counted(total, 'capture')} analyzed{held}: {counts.get('error', 0):,} with errors, "
        f"{counts.get('warning', 0):,} with warnings only, {healthy:,} without"
    )
    failed = db.execute("SELECT state, count(*) FROM captures WHERE state <> 'done' GROUP BY state ORDER BY state")
    without = ", ".join(f"{count:,} {_WORDS[State(state)]}" for state, count in failed)
    if without:
        yield f"Without a result: {without}"
    faults = [cluster for cluster in clusters(db) if cluster.severity != "info"]
    if faults:
        yield ""
    for cluster in faults[:MAX_FAULTS]:
        yield _line(cluster)[: max(width, 40)]
    if len(faults) > MAX_FAULTS:
        yield f"and {_counted(len(faults) - MAX_FAULTS, 'more fault')}"
    yield ""
    yield f"Results: {escape_line(str(page))}"


def _line(cluster: Cluster) -> str:
    where = ", ".join(part for part in (cluster.bucket, cluster.endpoint, cluster.sdk) if part)
    fault = f"{cluster.severity:7}  {_counted(cluster.captures, 'capture'):>14}  {cluster.rule} {cluster.name}"
    return escape_line(f"{fault}  {where}".rstrip())


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
