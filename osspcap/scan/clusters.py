"""Findings of many captures joined into faults: one a rule, endpoint, bucket and client."""

import sqlite3
from dataclasses import dataclass

_QUERY = """
WITH seen AS (
    SELECT f.rule, f.name, f.category, f.severity, f.summary, f.capture, f.fix, p.endpoint, p.bucket, p.sdk,
           p.occurrences, p.first_ns, p.last_ns, p.exchange, p.frame, p.request_id, c.path, c.report,
           CASE f.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END AS rank,
           row_number() OVER (
               PARTITION BY f.rule, p.endpoint, p.bucket, p.sdk
               ORDER BY CASE f.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END,
                        CASE f.confidence WHEN 'confirmed' THEN 0 WHEN 'likely' THEN 1 ELSE 2 END,
                        p.request_id = '', c.path, f.number, p.number
           ) AS place_in_group
    FROM findings AS f
    JOIN places AS p ON p.capture = f.capture AND p.finding = f.number
    JOIN captures AS c ON c.id = f.capture
), counted AS (
    SELECT rule, endpoint, bucket, sdk, count(DISTINCT capture) AS captures, sum(occurrences) AS occurrences,
           min(first_ns) AS first_ns, max(last_ns) AS last_ns
    FROM seen GROUP BY rule, endpoint, bucket, sdk
)
SELECT e.rule, e.name, e.category, e.severity, c.endpoint, c.bucket, c.sdk, c.captures, c.occurrences,
       c.first_ns, c.last_ns, e.summary, e.fix, e.path, e.report, e.frame, e.exchange, e.request_id
FROM counted AS c
JOIN seen AS e ON e.place_in_group = 1
    AND (e.rule, e.endpoint, e.bucket, e.sdk) = (c.rule, c.endpoint, c.bucket, c.sdk)
ORDER BY e.rank, c.captures DESC, c.occurrences DESC, e.rule, c.endpoint, c.bucket, c.sdk
"""

_MEMBERS = """
SELECT DISTINCT f.rule, p.endpoint, p.bucket, p.sdk, f.capture
FROM findings AS f JOIN places AS p ON p.capture = f.capture AND p.finding = f.number
"""

Key = tuple[str, str, str, str]
"""Rule, endpoint, bucket, SDK."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One fault over all captures, with the clearest example of it."""

    rule: str
    name: str
    category: str
    severity: str
    endpoint: str
    """Empty if unknown; so are bucket and SDK."""
    bucket: str
    sdk: str
    captures: int
    occurrences: int
    first_ns: int | None
    last_ns: int | None
    summary: str
    """Of the example."""
    fix: str
    """JSON list of steps."""
    path: str
    """Capture of the example."""
    report: str
    frame: int
    exchange: int | None
    request_id: str

    @property
    def key(self) -> Key:
        """What its findings have in common."""
        return self.rule, self.endpoint, self.bucket, self.sdk


def clusters(db: sqlite3.Connection) -> list[Cluster]:
    """Return all faults, worst and most frequent first; the order is the same for equal stores."""
    return [Cluster(*row) for row in db.execute(_QUERY)]


def members(db: sqlite3.Connection) -> dict[Key, set[int]]:
    """Return the captures of each fault."""
    found: dict[Key, set[int]] = {}
    for rule, endpoint, bucket, sdk, capture in db.execute(_MEMBERS):
        found.setdefault((rule, endpoint, bucket, sdk), set()).add(capture)
    return found
