"""Outcomes as rows of the store's tables, in the order of their columns."""

import json
import re
from collections.abc import Iterator
from typing import Any

from osspcap._version import __version__
from osspcap.capture.detect import shown
from osspcap.scan.discovery import is_url
from osspcap.scan.outcome import Found, Outcome
from osspcap.scan.summary import storable

is_report_name = re.compile(r"reports/[0-9a-f]{16}\.[a-z]+").fullmatch
"""A store is passed around: what it calls a report is neither linked nor removed unless it can be one."""
SEVERITIES = ("error", "warning", "info")


def shown_path(found: Found) -> str:
    """Return the path of a capture as the store holds it: escaped, and without what a URL must not tell."""
    if is_url(found.path):
        from osspcap.scan.remote import shown_url  # noqa: PLC0415 - fsspec is an extra

        return storable(shown_url(found.path))
    return storable(shown(found.path))


def capture_row(outcome: Outcome, rule_set: str, report: str) -> tuple[Any, ...]:
    """Return the row of a capture."""
    found, facts = outcome.found, outcome.facts
    counts = (0, 0, 0) if facts is None else (facts.errors, facts.warnings, facts.infos)
    worst = next((severity for severity, count in zip(SEVERITIES, counts, strict=True) if count), "")
    start = (found.id, shown_path(found), found.size, found.mtime_ns, found.etag, outcome.sha256, __version__, rule_set)
    middle = (outcome.state.value, storable(outcome.reason), outcome.seconds, worst, report)
    if facts is None:
        return start + middle + (None,) * 16
    return (
        *start,
        *middle,
        facts.format,
        facts.compression,
        facts.packets,
        facts.bytes,
        facts.connections,
        facts.exchanges,
        facts.oss_exchanges,
        facts.first_ns,
        facts.last_ns,
        *counts,
        facts.undecided,
        facts.verdict,
        facts.lacks,
        facts.left_out,
    )


def finding_rows(outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    """Yield its findings."""
    for number, item in enumerate(outcome.findings):
        words = (item.rule, item.name, item.category, item.severity, item.confidence, item.summary, item.explanation)
        fix = json.dumps(item.fix, ensure_ascii=False)
        yield (outcome.found.id, number, *words, fix, item.occurrences, item.filter)


def place_rows(outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    """Yield where they were seen."""
    for finding, item in enumerate(outcome.findings):
        for number, place in enumerate(item.places):
            who = (place.endpoint, place.bucket, place.sdk)
            when = (place.occurrences, place.first_ns, place.last_ns)
            yield (outcome.found.id, finding, number, *who, *when, place.exchange, place.frame, place.request_id)


def evidence_rows(outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    """Yield their evidence."""
    for finding, item in enumerate(outcome.findings):
        for number, fact in enumerate(item.evidence):
            where = (fact.frame, fact.stream, fact.exchange)
            yield (outcome.found.id, finding, number, *where, fact.field, fact.observed, fact.expected)


def exchange_rows(outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    """Yield its exchanges of interest."""
    for item in outcome.exchanges:
        start = (
            outcome.found.id,
            item.id,
            item.stream,
            item.frame,
            item.start_ns,
            item.method,
            item.place,
            item.status,
        )
        yield (*start, item.code, item.request_id, item.operation, item.endpoint, item.bucket, item.sdk)


def request_id_rows(outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    """Yield all request IDs of a capture."""
    return ((request_id, outcome.found.id, exchange, frame) for request_id, exchange, frame in outcome.request_ids)
