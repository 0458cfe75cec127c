"""The store of a scan: one SQLite file, written by one process, sound at any moment.

Each outcome is one transaction, so that a scan that is killed loses what it had in work and nothing else. Readers
(`osspcap query`, any SQLite program) may look while a scan writes (WAL). What goes in was masked before.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from osspcap.capture.detect import shown
from osspcap.errors import OutputError, UsageError
from osspcap.scan.outcome import Found, Outcome, State
from osspcap.scan.rows import capture_row, evidence_rows, exchange_rows, finding_rows, place_rows, request_id_rows
from osspcap.scan.schema import APPLICATION_ID, STEPS, TABLES

BUSY_S = 30.0
"""Seconds that a reader's or another writer's lock is waited for."""
_VOLATILE = {"seconds"}
"""Columns that differ from run to run."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds of a capture's result."""

    size: int
    mtime_ns: int
    etag: str
    sha256: str
    rule_set: str
    state: str
    report: str
    worst: str


class Store:
    """An open store; a context manager. Only one process at a time may have it open for writing."""

    def __init__(self, path: str, *, steps: Sequence[str] = STEPS) -> None:
        """Open a store, make it if there is none, and bring an older one up to date.

        Args:
            path: The file.
            steps: Steps of the schema.

        Raises:
            UsageError: The file is no store, is damaged, or was written by a newer version.
            OutputError: It cannot be written, or another scan has it open.
        """
        self.path = path
        self._lock = _lock(path)
        try:
            with self._errors():
                self._db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
                self._prepare(steps)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file and let others have it."""
        with suppress(AttributeError, sqlite3.Error):
            self._db.close()
        with suppress(OSError):
            os.close(self._lock)

    @property
    def connection(self) -> sqlite3.Connection:
        """For queries."""
        return self._db

    def known(self) -> dict[int, Known]:
        """Return what is known of each capture, by its number."""
        columns = "id, size, mtime_ns, etag, sha256, rule_set, state, report, worst"
        with self._errors():
            rows = self._db.execute(f"SELECT {columns} FROM captures").fetchall()  # noqa: S608 - a constant
        return {row[0]: Known(*row[1:]) for row in rows}

    def add(self, outcome: Outcome, rule_set: str, report: str = "") -> None:
        """Put the result of a capture in the place of what was known of it.

        Args:
            outcome: The result; one that says that nothing changed only renews size and time.
            rule_set: Version of the rules that were run.
            report: Name of the capture's report; empty if there is none.

        Raises:
            OutputError: The disk is full, or fails. The store stays as it was.
        """
        if outcome.state is State.NO_CAPTURE:
            return
        with self._errors(), self._transaction():
            if outcome.state is State.UNCHANGED:
                self._renew(outcome.found)
                return
            self._db.execute("DELETE FROM captures WHERE id = ?", (outcome.found.id,))
            self._insert("captures", [capture_row(outcome, rule_set, report)])
            self._insert("findings", finding_rows(outcome))
            self._insert("places", place_rows(outcome))
            self._insert("evidence", evidence_rows(outcome))
            self._insert("exchanges", exchange_rows(outcome))
            self._insert("request_ids", request_id_rows(outcome))

    def forget(self, numbers: Iterable[int]) -> int:
        """Take captures out, with all that belongs to them; returns how many there were."""
        with self._errors(), self._transaction():
            return sum(self._db.execute("DELETE FROM captures WHERE id = ?", (n,)).rowcount for n in numbers)

    def _renew(self, found: Found) -> None:
        values = (found.size, found.mtime_ns, found.etag, found.id)
        self._db.execute("UPDATE captures SET size = ?, mtime_ns = ?, etag = ? WHERE id = ?", values)

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        rows = iter(rows)
        first = next(rows, None)
        if first is not None:
            statement = f"INSERT INTO {table} VALUES ({','.join('?' * len(first))})"  # noqa: S608 - our own names
            self._db.execute(statement, first)
            self._db.executemany(statement, rows)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # a full disk has rolled back already
                self._db.execute("ROLLBACK")
            raise

    def _prepare(self, steps: Sequence[str]) -> None:
        db = self._db
        version, application = _pragma(db, "user_version"), _pragma(db, "application_id")
        is_new = not version and not db.execute("SELECT 1 FROM sqlite_master").fetchone()
        if not is_new:
            _check(self.path, db, version, application, len(steps))
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        if is_new:
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        for number, step in enumerate(steps[version:], version + 1):
            db.executescript(f"BEGIN IMMEDIATE;{step};PRAGMA user_version = {number};COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with told_errors(self.path):
            yield


@contextmanager
def open_for_reading(path: str) -> Iterator[sqlite3.Connection]:
    """Open a store for questions; a scan may be writing to it.

    Raises:
        UsageError: There is no store, or the file is none.
    """
    if not Path(path).is_file():
        raise UsageError(f"{shown(path)}: there is no such store; run `osspcap scan DIR` first, or give it by --store")
    with told_errors(path):
        db = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)
        try:
            version, application = _pragma(db, "user_version"), _pragma(db, "application_id")
            _check(path, db, version, application, len(STEPS), is_quick=True)
            if version < len(STEPS):
                raise UsageError(
                    f"{shown(path)}: was written by an older version; scan once more to bring it up to date"
                )
            yield db
        finally:
            db.close()


@contextmanager
def told_errors(path: str) -> Iterator[None]:
    """Say in words what SQLite objects to."""
    name = shown(path)
    try:
        yield
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise OutputError(
                f"{name}: no space left on device; what is done is stored: make room, then scan again to go on"
            ) from error
        raise OutputError(f"{name}: cannot be used: {error}; give another place by --store") from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:  # broken rules of the schema: a defect
            raise
        raise _damaged(name, error) from error


def dump(db: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows in order, without what differs from run to run: equal results give equal dumps."""
    tables = {}
    for table in TABLES:
        names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        columns = ", ".join(name for name in names if name not in _VOLATILE)
        tables[table] = sorted(db.execute(f"SELECT {columns} FROM {table}"), key=repr)  # noqa: S608 - our own names
    return tables


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])


def _check(
    path: str, db: sqlite3.Connection, version: int, application: int, newest: int, *, is_quick: bool = False
) -> None:
    """Refuse what is no store of ours, or is damaged."""
    name = shown(path)
    if application != APPLICATION_ID:
        raise UsageError(f"{name}: is a database of another program; give another file by --store")
    if version > newest:
        raise UsageError(
            f"{name}: was written by a newer version of osspcap (schema {version}, this one knows {newest}); "
            "update osspcap, or give another file by --store"
        )
    fault = "ok" if is_quick else str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    if fault != "ok":
        raise _damaged(name, fault)


def _damaged(name: str, why: object) -> UsageError:
    return UsageError(
        f"{name}: is damaged or no store of osspcap ({why}); move it away to scan anew, or give another by --store"
    )


def _lock(path: str) -> int:
    """Take the lock that keeps a second scan out; the system frees it when the process ends, however it ends."""
    try:
        descriptor = os.open(f"{path}-lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise OutputError(f"{shown(path)}: cannot be written: {reason}; give another place by --store") from error
    try:
        import fcntl  # noqa: PLC0415 - not on every system
    except ImportError:
        return descriptor
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise OutputError(
            f"{shown(path)}: another scan is writing to it; wait for it, or give another by --store"
        ) from error
    except OSError:  # a file system without locks
        return descriptor
    return descriptor
