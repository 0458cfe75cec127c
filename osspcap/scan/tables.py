"""The store as files for other programs: CSV for spreadsheets, NDJSON for scripts, Parquet for data frames.

All of them are in the order of paths, so that equal stores give equal files.
"""

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from osspcap.errors import UsageError
from osspcap.report.csvcell import neutral
from osspcap.scan.clusters import clusters
from osspcap.units import format_time

_BY_PATH = "ORDER BY c.path, c.id"
_CAPTURES = f"""
SELECT c.path, c.state, c.worst, c.errors, c.warnings, c.infos, c.undecided,
       (SELECT group_concat(rule, ' ') FROM (SELECT DISTINCT rule FROM findings WHERE capture = c.id ORDER BY rule))
           AS rules,
       c.verdict, c.reason, c.lacks, c.packets, c.connections, c.exchanges, c.oss_exchanges, c.first_ns, c.last_ns,
       c.size, c.sha256, c.report
FROM captures AS c {_BY_PATH}
"""  # noqa: S608 - constants
_FINDINGS = f"""
SELECT c.path, c.sha256, f.* FROM captures AS c JOIN findings AS f ON f.capture = c.id {_BY_PATH}, f.number
"""  # noqa: S608 - constants
_PLACES = """
SELECT endpoint, bucket, sdk, occurrences, first_ns, last_ns, exchange, frame, request_id
FROM places WHERE capture = ? AND finding = ? ORDER BY number
"""
_EVIDENCE = """
SELECT frame, stream, exchange, field, observed, expected
FROM evidence WHERE capture = ? AND finding = ? ORDER BY number
"""
_FLAT = f"""
SELECT c.path, c.sha256, f.rule, f.name, f.category, f.severity, f.confidence, f.summary, p.endpoint, p.bucket, p.sdk,
       p.occurrences, p.first_ns, p.last_ns, p.exchange, p.frame, p.request_id
FROM captures AS c JOIN findings AS f ON f.capture = c.id
JOIN places AS p ON p.capture = f.capture AND p.finding = f.number {_BY_PATH}, f.number, p.number
"""  # noqa: S608 - constants


def captures_csv(db: sqlite3.Connection) -> Iterator[str]:
    """Yield one line a capture, with its header."""
    return _csv(*_rows(db, _CAPTURES))


def clusters_csv(db: sqlite3.Connection) -> Iterator[str]:
    """Yield one line a fault, with its header."""
    names = ["rule", "name", "severity", "endpoint", "bucket", "sdk", "captures", "occurrences", "first_ns", "last_ns"]
    names += ["summary", "path", "frame", "request_id", "report"]
    return _csv(names, ([getattr(cluster, name) for name in names] for cluster in clusters(db)))


def findings_ndjson(db: sqlite3.Connection) -> Iterator[str]:
    """Yield one JSON object a finding, each on its line; ASCII only, whatever was captured."""
    for row in _dicts(db, _FINDINGS):
        where = (row.pop("capture"), row.pop("number"))
        row["fix"] = json.loads(row["fix"])
        row["places"] = [_with_times(place) for place in _dicts(db, _PLACES, where)]
        row["evidence"] = list(_dicts(db, _EVIDENCE, where))
        yield json.dumps(row, separators=(",", ":")) + "\n"


def write_parquet(db: sqlite3.Connection, folder: Path) -> list[Path]:
    """Write `captures.parquet` and `findings.parquet` (a row for each place of a finding) into a folder.

    Raises:
        UsageError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        raise UsageError("--parquet needs pyarrow: `pip install 'osspcap[parquet]'`") from error
    written = []
    for name, query in (("captures", _CAPTURES), ("findings", _FLAT)):
        names, rows = _rows(db, query)
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        arrays = [pa.array(column, _type(pa, name)) for name, column in zip(names, columns, strict=True)]
        temporary = folder / f".{name}.parquet.part"
        parquet.write_table(pa.table(arrays, names=names), temporary)
        written.append(temporary.replace(folder / f"{name}.parquet"))
    return written


def _type(pyarrow: Any, name: str) -> Any:
    """Types do not depend on what the rows hold: an empty column has one too."""
    if name.endswith("_ns"):
        return pyarrow.timestamp("ns", tz="UTC")
    return pyarrow.int64() if name in _NUMBERS else pyarrow.string()


_NUMBERS = frozenset(
    (
        *("errors", "warnings", "infos", "undecided", "packets", "connections", "exchanges", "oss_exchanges", "size"),
        *("occurrences", "exchange", "frame"),
    )
)


def _csv(names: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    names = list(names)
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")  # RFC 4180
    writer.writerow([name.removesuffix("_ns") for name in names])
    yield line.getvalue()
    for row in rows:
        line.seek(0)
        line.truncate()
        writer.writerow([_cell(name, value) for name, value in zip(names, row, strict=True)])
        yield line.getvalue()


def _cell(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if name.endswith("_ns"):
        return format_time(value)
    return neutral(value) if isinstance(value, str) else value


def _rows(db: sqlite3.Connection, query: str) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    cursor = db.execute(query)
    return [column[0] for column in cursor.description], cursor


def _dicts(db: sqlite3.Connection, query: str, values: tuple[Any, ...] = ()) -> Iterator[dict[str, Any]]:
    cursor = db.execute(query, values)
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))


def _with_times(place: dict[str, Any]) -> dict[str, Any]:
    for old, new in (("first_ns", "first"), ("last_ns", "last")):
        time_ns = place.pop(old)
        place[new] = None if time_ns is None else format_time(time_ns)
    return place
