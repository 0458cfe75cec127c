"""The directory of results: every file is made from the store, and appears whole or not at all."""

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from osspcap.capture.detect import shown
from osspcap.errors import OutputError, UsageError
from osspcap.scan.page import index_page
from osspcap.scan.store import Store, told_errors
from osspcap.scan.tables import captures_csv, clusters_csv, findings_ndjson, write_parquet

PAGE = "index.html"
STORE = "store.sqlite"
"""Where the store lies, unless the user says otherwise."""
OURS = b'name="generator" content="osspcap'
"""Stands in the head of every page of ours."""
_HEAD_BYTES = 2_048
_TABLES = ("summary.csv", "faults.csv", "findings.ndjson", "captures.parquet", "findings.parquet")


def check_folder(folder: Path, *, force: bool) -> None:
    """Refuse a directory of results that holds files of the same names which are not ours, before any work is done.

    Raises:
        OutputError: It does, or the directory cannot be made.
    """
    name = shown(str(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = [file for file in (PAGE, *_TABLES) if (folder / file).exists()]
        is_ours = not there or force or _is_ours(folder / PAGE)
        for half in (half for file in (PAGE, *_TABLES) for half in folder.glob(f".{file}.*part")):
            half.unlink(missing_ok=True)  # of a scan that was killed
    except FileExistsError as error:
        raise OutputError(f"{name}: is a file; give a directory for the results by --out") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise OutputError(f"{name}: cannot be used: {reason}; give another directory by --out") from error
    if not is_ours:
        raise OutputError(f"{name}: holds {there[0]} of something else; use --force to overwrite it, or another --out")


def write_results(store: Store, folder: Path, *, heading: str, with_parquet: bool = False) -> Path:
    """Write the tables, and the page last; returns the page's path.

    Raises:
        OutputError: A file cannot be written. The store is complete all the same.
        UsageError: Parquet was asked for and pyarrow is not installed.
    """
    try:
        with told_errors(store.path):
            return _write(store.connection, folder, heading=heading, with_parquet=with_parquet)
    except UsageError:
        raise
    except OSError as error:
        raise OutputError(
            f"{shown(str(folder))}: the results cannot be written: {error.strerror or error}; the store is complete: "
            "make room, or choose another place by --out, then scan again"
        ) from error


def _write(db: sqlite3.Connection, folder: Path, *, heading: str, with_parquet: bool) -> Path:
    db.execute("BEGIN")  # all files show one state of the store
    try:
        _write_file(folder / "summary.csv", captures_csv(db), byte_order_mark=True)
        _write_file(folder / "faults.csv", clusters_csv(db), byte_order_mark=True)
        _write_file(folder / "findings.ndjson", findings_ndjson(db))
        if with_parquet:
            write_parquet(db, folder)
        _write_file(folder / PAGE, index_page(db, heading=heading))
    finally:
        db.execute("ROLLBACK")
    return folder / PAGE


def _write_file(path: Path, pieces: Iterable[str], *, byte_order_mark: bool = False) -> None:
    """Write text; with a mark spreadsheets read it as UTF-8."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("w", encoding="utf-8-sig" if byte_order_mark else "utf-8", newline="") as file:
            file.writelines(pieces)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _is_ours(page: Path) -> bool:
    try:
        with page.open("rb") as file:
            return OURS in file.read(_HEAD_BYTES)
    except FileNotFoundError:
        return False
