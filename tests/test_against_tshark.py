"""Start lines agree with tshark's: stream, packet, method and target or status, on every fixture that can be read.

Both are given the key log that lies beside a capture; keys inside it they find themselves.

No one setting of tshark shows every message, so the comparison is in two parts: what it shows where heads end must be
found in the same packet, and all that it shows in any setting must be all that is found.
"""

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from osspcap.analysis import Options, analyze
from osspcap.model.message import Message
from osspcap.tls.keylog import KeyLog

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
SEALED = {"https-no-keys.pcap", "http2-tls.pcap"}
"""TLS without keys: there is nothing to compare. HTTP/2 has fields of its own in tshark: `test_http2_programs.py`."""
CAPTURES = sorted(path for path in FIXTURES.glob("*.pcap*") if path.name not in SEALED)
FIELDS = ("tcp.stream", "frame.number", "http.request.method", "http.request.uri", "http.response.code")
HEADS_WHERE_THEY_END = ("http.desegment_body:FALSE", "tcp.reassemble_out_of_order:TRUE")
"""Shows a message in the packet that completes its head, and puts late segments in their place. TShark 4.0 then takes
a short body in a segment of its own for the start of the next request, and loses that request."""
WHOLE_BODIES = ("http.desegment_body:TRUE", "tcp.reassemble_out_of_order:TRUE")
"""Loses uploads that break off."""
AS_CAPTURED = ("http.desegment_body:FALSE", "tcp.reassemble_out_of_order:FALSE")
"""Goes on behind holes, but loses late segments and shows repeated ones twice."""
HOLED = {"clean-v1-dropped.pcap", "clean-v1-snaplen96.pcap"}
"""Behind a hole tshark loses messages in every way; their truth files say what is there."""

pytestmark = pytest.mark.skipif(
    shutil.which("tshark") is None and not os.environ.get("CI"), reason="tshark is not installed"
)


class Head(NamedTuple):
    """What both programs say of one message."""

    stream: int
    frame: int
    """Packet that completes the head: where tshark shows the message."""
    start: str
    """`PUT /key`, or the status."""


def told_by_tshark(path: Path, preferences: tuple[str, ...]) -> list[Head]:
    command = ["tshark", "-n", "-r", str(path), "-Y", "http.request || http.response", "-T", "fields"]
    command += ["-E", "separator=/t", "-E", "aggregator=|"]
    keylog = path.with_suffix(".keylog")
    for preference in (*preferences, *([f"tls.keylog_file:{keylog}"] if keylog.exists() else [])):
        command += ["-o", preference]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    heads: list[Head] = []
    for line in done.stdout.splitlines():
        stream, frame, methods, targets, statuses = line.split("\t")
        starts = [f"{m} {t}" for m, t in zip(methods.split("|"), targets.split("|"), strict=True)] if methods else []
        starts += [status for status in statuses.split("|") if status]
        heads += [Head(int(stream), int(frame), start) for start in starts]
    return sorted(heads)


def head_of(stream: int, message: Message) -> Head:
    start = f"{message.method} {message.target}" if message.is_request else str(message.status)
    return Head(stream, max(frame for _, frame in message.head_frames), start)


def told_by_osspcap(path: Path) -> list[Head]:
    heads: list[Head] = []
    keylog = path.with_suffix(".keylog")
    log = KeyLog([keylog.read_bytes()] if keylog.exists() else [])
    for exchange in analyze(path, Options(key_log=log)).exchanges:
        messages = (exchange.request, *exchange.interims, exchange.response)
        heads += [head_of(exchange.stream, message) for message in messages if message is not None]
    return sorted(heads)


def starts(heads: list[Head]) -> Counter[tuple[int, str]]:
    return Counter((head.stream, head.start) for head in heads)


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.name)
def test_heads_agree_with_tshark(path: Path) -> None:
    ours, theirs = told_by_osspcap(path), told_by_tshark(path, HEADS_WHERE_THEY_END)
    assert [head for head in theirs if head not in ours] == []
    seen_in_order = starts(theirs) | starts(told_by_tshark(path, WHOLE_BODIES))
    assert seen_in_order - starts(ours) == Counter()
    assert starts(told_by_tshark(path, AS_CAPTURED)).keys() - starts(ours).keys() == set()
    if path.name not in HOLED:
        assert starts(ours) == seen_in_order


def test_there_is_something_to_compare() -> None:
    assert sum(len(told_by_tshark(path, HEADS_WHERE_THEY_END)) for path in CAPTURES) > 200
