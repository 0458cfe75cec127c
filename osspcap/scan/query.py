"""Answers from a store: where a request ID, a rule, a bucket or an error code was seen.

The word decides by itself what it is: each kind is looked for, and what matches is told.
"""

import re
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_SIGHTINGS = 1_000
"""Answers to one question."""
_is_code = re.compile(r"[A-Za-z]{3}[0-9]{0,3}").fullmatch


class Kind(StrEnum):
    """What the word turned out to be."""

    REQUEST_ID = "request ID"
    RULE = "rule"
    BUCKET = "bucket"
    CODE = "error code"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One place where it was seen."""

    kind: Kind
    path: str
    frame: int
    stream: int | None
    exchange: int | None
    """None for findings about connections or the file."""
    time_ns: int | None
    what: str
    """Request and answer, or the finding."""
    request_id: str
    rules: str
    """Codes of the findings that the exchange has part in as first of its place; empty without one."""
    report: str


_REQUEST_IDS = """
SELECT c.path, r.frame, x.stream, r.exchange, x.start_ns,
       coalesce(x.method || ' ' || x.place || ' ' || coalesce(x.status, 'no answer') || ' ' || x.code, 'answered well'),
       r.request_id,
       coalesce((SELECT group_concat(rule, ' ') FROM (
           SELECT DISTINCT f.rule FROM evidence AS e
           JOIN findings AS f ON f.capture = e.capture AND f.number = e.finding
           WHERE e.capture = r.capture AND e.exchange = r.exchange ORDER BY f.rule)), ''),
       c.report
FROM request_ids AS r JOIN captures AS c ON c.id = r.capture
LEFT JOIN exchanges AS x ON x.capture = r.capture AND x.id = r.exchange
WHERE r.request_id = ? ORDER BY c.path, r.exchange LIMIT ?
"""
_RULES = """
SELECT c.path, p.frame, (SELECT e.stream FROM evidence AS e WHERE e.capture = p.capture AND e.finding = p.finding
       AND e.frame = p.frame), p.exchange, p.first_ns, f.severity || ' ' || f.rule || ': ' || f.summary, p.request_id,
       f.rule, c.report
FROM findings AS f JOIN captures AS c ON c.id = f.capture
JOIN places AS p ON p.capture = f.capture AND p.finding = f.number
WHERE f.rule BETWEEN ? AND ? || '~' OR f.name = ?
ORDER BY CASE f.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, c.path, f.number, p.number LIMIT ?
"""
_EXCHANGES = """
SELECT c.path, x.frame, x.stream, x.id, x.start_ns,
       x.method || ' ' || x.place || ' ' || coalesce(x.status, 'no answer') || ' ' || x.code, x.request_id,
       coalesce((SELECT group_concat(rule, ' ') FROM (
           SELECT DISTINCT f.rule FROM evidence AS e
           JOIN findings AS f ON f.capture = e.capture AND f.number = e.finding
           WHERE e.capture = x.capture AND e.exchange = x.id ORDER BY f.rule)), ''),
       c.report
FROM exchanges AS x JOIN captures AS c ON c.id = x.capture
WHERE x.{column} = ? ORDER BY c.path, x.id LIMIT ?
"""


def find(db: sqlite3.Connection, word: str, limit: int = MAX_SIGHTINGS) -> list[Sighting]:
    """Return where a word was seen, by kind and path; empty if it was not.

    Args:
        db: A store.
        word: Request ID, rule (code, prefix of one, name), bucket or error code; blanks around it are ignored.
        limit: Most answers of a kind.
    """
    word = word.strip()
    if not word:
        return []
    code = word.upper() if _is_code(word) else "none"  # no code is in lower case
    found = [
        (Kind.REQUEST_ID, db.execute(_REQUEST_IDS, (word.upper(), limit)).fetchall()),
        (Kind.REQUEST_ID, db.execute(_REQUEST_IDS, (word, limit)).fetchall() if word != word.upper() else []),
        (Kind.RULE, db.execute(_RULES, (code, code, word, limit)).fetchall()),
        (Kind.BUCKET, db.execute(_EXCHANGES.format(column="bucket"), (word.lower(), limit)).fetchall()),
        (Kind.CODE, db.execute(_EXCHANGES.format(column="code"), (word, limit)).fetchall()),
    ]
    return [_sighting(kind, row) for kind, rows in found for row in rows]


def captures_of(db: sqlite3.Connection) -> tuple[int, int]:
    """Return how many captures a store holds, and how many of them were analyzed."""
    done, all_ = db.execute("SELECT sum(state = 'done'), count(*) FROM captures").fetchone()
    return all_, done or 0


def _sighting(kind: Kind, row: tuple[Any, ...]) -> Sighting:
    path, frame, stream, exchange, time_ns, what, *rest = row
    words = " ".join(str(what).split())
    return Sighting(kind, path, frame, stream, exchange, time_ns, words, *rest)
