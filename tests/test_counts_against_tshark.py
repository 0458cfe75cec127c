"""What is counted in each direction agrees with tshark's `tcp.analysis`, on every fixture and on lossy traffic.

Ours count segments with payload only; tshark also flags SYN, FIN and RST, which are left out here. The one other
difference is explained at `LATE_IN_THE_FILE`.
"""

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from osspcap.analysis import analyze
from tests.build.slow import repeated_after, shut_window
from tests.build.troubles import lossy_upload, stuck

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
CAPTURES = sorted(FIXTURES.glob("*.pcap*"))
LATE_IN_THE_FILE = {"clean-v1-reordered.pcap"}
"""The order of packets was changed in the file, and some segments stand behind the ACK that covers them. tshark calls
such a segment a spurious retransmission. Its bytes are new, and no later segment stands before it: it is in order."""
FLAGS = ("retransmission", "out_of_order", "duplicate_ack", "zero_window", "keep_alive")
REPEATED, SPURIOUS = "retransmission", "spurious_retransmission"
SHOWN = (*FLAGS, SPURIOUS)
FIELDS = ("tcp.stream", "tcp.srcport", "tcp.len", "tcp.flags", *(f"tcp.analysis.{flag}" for flag in SHOWN))
CONTROL = 0x07
"""FIN, SYN and RST."""

pytestmark = pytest.mark.skipif(
    shutil.which("tshark") is None and not os.environ.get("CI"), reason="tshark is not installed"
)


class Counted(NamedTuple):
    """One kind of event in one direction."""

    stream: int
    port: int
    """Port of the sender."""
    kind: str


def told_by_tshark(path: Path) -> Counter[Counted]:
    command = ["tshark", "-n", "-r", str(path), "-Y", "tcp", "-T", "fields", "-E", "separator=/t"]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    counts: Counter[Counted] = Counter()
    for line in done.stdout.splitlines():
        stream, port, length, flags, *marks = line.split("\t")
        for kind, mark in zip(SHOWN, marks, strict=True):
            needs_payload = kind in ("retransmission", "out_of_order", SPURIOUS)
            if mark and not int(flags, 16) & CONTROL and (int(length) or not needs_payload):
                counts[Counted(int(stream), int(port), kind)] += 1
    return counts


def told_by_osspcap(path: Path) -> Counter[Counted]:
    counts: Counter[Counted] = Counter()
    for connection in analyze(path).connections:
        for address, direction in zip(connection.sides, connection.directions, strict=True):
            numbers = (
                direction.retransmitted,
                direction.out_of_order,
                direction.duplicate_acks,
                direction.zero_windows,
                direction.keep_alives,
            )
            for kind, number in zip(FLAGS, numbers, strict=True):
                counts[Counted(connection.stream, address.port, kind)] = number
    return +counts


def without(counts: Counter[Counted], *kinds: str) -> Counter[Counted]:
    return Counter({key: count for key, count in counts.items() if key.kind not in kinds})


def of_kind(counts: Counter[Counted], kind: str) -> Counter[tuple[int, int]]:
    return Counter({(key.stream, key.port): count for key, count in counts.items() if key.kind == kind})


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_counts_agree_on_real_traffic(path: Path) -> None:
    ours, theirs = told_by_osspcap(path), told_by_tshark(path)
    if path.name not in LATE_IN_THE_FILE:
        assert ours == without(theirs, SPURIOUS)
        return
    assert without(ours, REPEATED) == without(theirs, REPEATED, SPURIOUS)
    assert of_kind(ours, REPEATED) == of_kind(theirs, REPEATED) - of_kind(theirs, SPURIOUS)


STORIES = {
    "lost on the way up": lossy_upload(every=4),
    "lost on the way down": lossy_upload(from_client=False),
    "shut windows": shut_window(),
    "shut windows of the server": shut_window(upload=True),
    "one long silence": repeated_after(3),
    "stuck": stuck()[0],
}


@pytest.mark.parametrize("name", STORIES)
def test_counts_agree_on_troubled_traffic(name: str, tmp_path: Path) -> None:
    path = STORIES[name].write(tmp_path / "x.pcap")
    assert told_by_osspcap(path) == without(told_by_tshark(path), SPURIOUS)


def test_there_is_something_to_compare(tmp_path: Path) -> None:
    kinds = {key.kind for capture in STORIES.values() for key in told_by_tshark(capture.write(tmp_path / "x.pcap"))}
    assert {"retransmission", "zero_window"} <= kinds
