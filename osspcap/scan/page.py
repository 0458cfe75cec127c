"""The page of a scan: what goes wrong, where and how often, and every capture. Made from the store alone.

Cost: a few kilobytes a fault and half a kilobyte a capture; tables draw only what is in sight.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from osspcap.report.page import page_pieces
from osspcap.scan.clusters import Cluster, clusters, members
from osspcap.scan.rows import is_report_name
from osspcap.scan.timeline import timeline
from osspcap.units import format_time

MAX_FAULTS = 5_000
MAX_CAPTURES = 50_000
"""Rows of the page, worst first; the tables beside it hold all."""
MAX_FACET = 6
"""Bars of one list."""
_ORDER = """
CASE WHEN state <> 'done' THEN 1 ELSE 0 END,
CASE worst WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, errors DESC, warnings DESC, path, id
"""
_CAPTURES = f"""
SELECT id, path, state, worst, errors, warnings, infos, exchanges, oss_exchanges, packets, size, first_ns, last_ns,
       verdict, reason, lacks, report, sha256, undecided,
       (SELECT group_concat(rule, ' ') FROM (
           SELECT DISTINCT rule FROM findings WHERE capture = captures.id AND severity <> 'info' ORDER BY rule))
FROM captures ORDER BY {_ORDER} LIMIT ?
"""  # noqa: S608 - constants
_FACETS = {
    "Faults": ("rule", "f.rule || ' ' || f.name"),
    "Buckets": ("bucket", "p.bucket"),
    "Endpoints": ("endpoint", "p.endpoint"),
    "Clients": ("client", "p.sdk"),
}
"""Heading to the kind of its filter and the column."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a list."""

    name: str
    captures: int
    width: float
    """In percent of the longest."""
    severity: str
    """Of a fault; empty for all else."""


def index_page(db: sqlite3.Connection, *, heading: str) -> Iterator[str]:
    """Yield the page in pieces.

    Args:
        db: The store.
        heading: What was scanned, in a few words.
    """
    counts = _counts(db)
    faults = clusters(db)
    captures = db.execute(_CAPTURES, (MAX_CAPTURES,)).fetchall()
    places = {row[0]: place for place, row in enumerate(captures)}
    return page_pieces(
        "scan.html.j2",
        title=f"{_counted(counts['all'], 'capture')}, {counts['error']:,} with errors",
        heading=heading,
        styles=("scan.css",),
        scripts=("scan.js",),
        counts=counts,
        verdict=_verdict(counts, faults),
        facets=_facets(db),
        chart=timeline(db.execute(_TIMES)),
        left_out=counts["all"] - len(captures) + max(0, len(faults) - MAX_FAULTS),
        faults=_fault_rows(faults[:MAX_FAULTS], members(db), places),
        captures=[_capture_row(row) for row in captures],
        explanations=_explanations(db),
    )


_TIMES = """
SELECT first_ns, CASE worst WHEN 'error' THEN 'error' WHEN 'warning' THEN 'warning' ELSE 'good' END
FROM captures WHERE state = 'done' AND first_ns IS NOT NULL
"""


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    done = dict(db.execute("SELECT worst, count(*) FROM captures WHERE state = 'done' GROUP BY worst"))
    all_, packets, exchanges, oss = db.execute(
        "SELECT count(*), sum(packets), sum(exchanges), sum(oss_exchanges) FROM captures"
    ).fetchone()
    error, warning = done.get("error", 0), done.get("warning", 0)
    return {
        "all": all_,
        "error": error,
        "warning": warning,
        "good": done.get("", 0) + done.get("info", 0),
        "failed": all_ - sum(done.values()),
        "packets": packets or 0,
        "exchanges": exchanges or 0,
        "oss_exchanges": oss or 0,
    }


def _verdict(counts: dict[str, int], faults: list[Cluster]) -> str:
    """Say in one sentence how it stands."""
    if not counts["all"]:
        return "No capture has been analyzed yet."
    bad = counts["error"] + counts["warning"]
    if not bad:
        held = f"; {_counted(counts['failed'], 'capture')} could not be analyzed" if counts["failed"] else ""
        return f"No fault was found in {_counted(counts['good'], 'capture')}{held}."
    per_rule: dict[str, int] = {}
    worst = "error" if counts["error"] else "warning"
    for fault in faults:
        if fault.severity == worst:
            per_rule[fault.name] = per_rule.get(fault.name, 0) + fault.captures
    name = min(per_rule, key=lambda name: (-per_rule[name], name))
    analyzed = counts["all"] - counts["failed"]
    shown = _counted(counts[worst], "capture")
    more = f", {counts['warning']:,} more have warnings only" if worst == "error" and counts["warning"] else ""
    return f"{shown} of {analyzed:,} {'has' if counts[worst] == 1 else 'have'} {worst}s{more}. Most frequent: {name}."


def _facets(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return short lists of what has the most captures with a warning or an error."""
    lists = []
    for heading, (kind, column) in _FACETS.items():
        rows = db.execute(
            f"SELECT {column} AS value, count(DISTINCT f.capture) AS captures, min(f.severity) AS worst "  # noqa: S608
            "FROM findings AS f JOIN places AS p ON p.capture = f.capture AND p.finding = f.number "
            "WHERE f.severity <> 'info' GROUP BY value HAVING value <> '' "
            f"ORDER BY {'worst, ' if kind == 'rule' else ''}captures DESC, value"
        ).fetchall()
        longest = max((captures for _, captures, _ in rows[:MAX_FACET]), default=1)
        bars = [
            Bar(value, captures, round(100 * captures / longest, 2), worst if kind == "rule" else "")
            for value, captures, worst in rows[:MAX_FACET]
        ]
        lists.append({"heading": heading, "kind": kind, "bars": bars, "more": max(0, len(rows) - MAX_FACET)})
    return lists


def _fault_rows(faults: list[Cluster], found: dict[Any, set[int]], places: dict[int, int]) -> list[list[Any]]:
    return [
        [
            fault.severity,
            fault.rule,
            fault.name,
            fault.captures,
            fault.occurrences,
            fault.bucket,
            fault.endpoint,
            fault.sdk,
            _time(fault.first_ns),
            _time(fault.last_ns),
            fault.summary,
            fault.path,
            _link(fault.report),
            fault.frame,
            fault.request_id,
            sorted(places[number] for number in found[fault.key] if number in places),
        ]
        for fault in faults
    ]


def _capture_row(row: tuple[Any, ...]) -> list[Any]:
    _, path, state, worst, errors, warnings, infos, exchanges, oss, packets, size, first_ns, last_ns, *texts = row
    verdict, reason, lacks, report, sha256, undecided, rules = texts
    times = [_time(first_ns), _time(last_ns)]
    numbers = [errors or 0, warnings or 0, infos or 0, undecided or 0, exchanges or 0, oss or 0, packets or 0, size]
    return [path, state, worst, rules or "", *numbers, *times, verdict or reason, lacks or "", _link(report), sha256]


def _explanations(db: sqlite3.Connection) -> dict[str, list[str]]:
    """Return what to do about each rule: the steps of its first finding."""
    query = (
        "SELECT rule, fix FROM findings AS f JOIN captures AS c ON c.id = f.capture ORDER BY c.path DESC, f.number DESC"
    )
    return {rule: json.loads(fix) for rule, fix in db.execute(query)}


def _link(report: str) -> str:
    return report if is_report_name(report) else ""


def _time(time_ns: int | None) -> str:
    return "" if time_ns is None else format_time(time_ns)[:19].replace("T", " ").rstrip("Z")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
