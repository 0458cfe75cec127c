"""Directories of captures, and scans of them in one call."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from osspcap.scan.batch import Batch, Engine, InlineEngine, Listener, Silence, Tally
from osspcap.scan.discovery import discover
from osspcap.scan.outcome import Found, Settings, Task
from osspcap.scan.store import Store, dump
from tests.build.analyze import exchange_capture
from tests.build.http import oss_error, request, response
from tests.build.story import AUTHORIZATION

RULE_SET = "0123456789abcdef"
"""A version of rules for tests that are not about them."""
AGENT = "aliyun-sdk-python/2.19.1(Linux/5.15;3.11)"


def numbered(number: int) -> str:
    """A request ID that no other number has."""
    return f"5C2723573183A12D{number:08X}"


def refusal(number: int, bucket: str = "rokid") -> bytes:
    """A capture in which OSS refuses one request: a bucket that does not exist."""
    host = f"{bucket}.oss-cn-hangzhou.aliyuncs.com"
    asked = request("PUT", f"/a{number}.txt", host=host, body=b"hello", Authorization=AUTHORIZATION, User_Agent=AGENT)
    body = oss_error(
        "NoSuchBucket", "The specified bucket does not exist.", BucketName=bucket, RequestId=numbered(number)
    )
    answer = response(404, "Not Found", body=body, request_id=numbered(number), Content_Type="application/xml")
    return exchange_capture((asked, answer)).pcap()


def success(number: int) -> bytes:
    """A capture in which all goes well."""
    asked = request("GET", f"/ok{number}.txt", Authorization=AUTHORIZATION, User_Agent=AGENT)
    return exchange_capture((asked, response(body=b"content" * (number + 1), request_id=numbered(number)))).pcap()


def directory(folder: Path, count: int) -> Path:
    """A directory with captures of both kinds, in folders of up to ten."""
    for number in range(count):
        path = folder / f"host-{number // 10}" / f"{number:04}.pcap"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(refusal(number, f"bucket-{number % 3}") if number % 2 else success(number))
    return folder


def scan(
    places: Iterable[Path | str],
    out: Path,
    engine: Engine | None = None,
    *,
    report: str = "",
    rule_set: str = RULE_SET,
    rescan: bool = False,
    listener: Listener | None = None,
) -> Tally:
    """Scan directories into `out/store.sqlite`."""
    out.mkdir(exist_ok=True, parents=True)
    found = discover([str(place) for place in places]).captures
    with Store(str(out / "store.sqlite")) as store:
        batch = Batch(store, Settings(report=report, rule_set=rule_set), out)
        return batch.run(found, engine or InlineEngine(), rescan=rescan, listener=listener or Silence())


def rows(out: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the store of a scan, without what differs from run to run."""
    db = sqlite3.connect(out / "store.sqlite")
    try:
        return dump(db)
    finally:
        db.close()


def states(out: Path) -> dict[str, str]:
    """State of each capture of a scan by the name of its file."""
    db = sqlite3.connect(out / "store.sqlite")
    try:
        return {Path(path).name: state for path, state in db.execute("SELECT path, state FROM captures ORDER BY path")}
    finally:
        db.close()


def reason(out: Path, name: str) -> str:
    """Why a capture has no result."""
    db = sqlite3.connect(out / "store.sqlite")
    try:
        found = db.execute("SELECT reason FROM captures WHERE path LIKE ?", (f"%{name}",)).fetchone()
        return str(found[0])
    finally:
        db.close()


class Recorder:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.begun: list[tuple[int, int, int]] = []
        self.ended: list[str] = []

    def begins(self, tasks: int, size: int, known: int) -> None:
        """Keep it."""
        self.begun.append((tasks, size, known))

    def ends(self, outcome: Any) -> None:
        """Keep the path."""
        self.ended.append(outcome.found.path)


def task_for(path: Path, number: int = 0, size: int = 1) -> Task:
    """A task about a file that need not be there."""
    return Task(Found(number, str(path), size), Settings(report="", rule_set=RULE_SET))
