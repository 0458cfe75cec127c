"""Whatever strangers put into a capture, every format is whole, bounded, and holds nothing that acts."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from markdown_it import MarkdownIt

from osspcap.analysis import Options, analyze
from osspcap.model.report import Report
from osspcap.report.conversation import connection_lines
from osspcap.report.masking import Masking
from osspcap.report.reporters import FORMATS, Layout, encoded, reporter
from osspcap.report.view import ReportView
from tests.build.analyzed import opened
from tests.build.bounded import ACTIVE
from tests.build.http import REQUEST_ID, oss_error
from tests.build.http import message as raw_message
from tests.build.wire import Capture

HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>[a](javascript:alert(1))![i](http://evil.example/p.png)"
    "\x1b[2J\x1b]0;owned\x07\u202egpj.exe\x85\x9b31m{{7*7}}${7*7}%s%n`id`$(id)|;\t\xff\xfe"
)
RAW = HOSTILE.encode("utf-8", "surrogateescape").decode("latin-1")
HEADER_BYTES = 1 << 20
MOST_BYTES = 12 << 20
"""Of any report on captures of 4 MB: each captured byte may be escaped and may stand in a few places."""


def hostile_capture(path: Path) -> Path:
    """Hostile bytes in every place of a message; a header of a mebibyte; text that is no UTF-8."""
    capture = Capture()
    tcp = opened(capture)
    head = [("Host", "rokid.oss-cn-hangzhou.aliyuncs.com"), ("User-Agent", RAW), (f"X-{RAW.replace(':', '')}", RAW)]
    head += [("Referer", RAW), ("Origin", RAW), ("Date", RAW), ("x-oss-meta-a", RAW), ("Authorization", f"OSS {RAW}")]
    target = "/" + RAW.replace(" ", "").replace("\t", "")
    tcp.client(raw_message(f"PUT {target} HTTP/1.1", [*head, ("Content-Length", "9")], b"\xff\xfe\x00\x1b[2J\n"))
    answer = [("x-oss-request-id", REQUEST_ID), ("Server", RAW), ("x-oss-err", RAW), ("Content-Type", RAW)]
    body = oss_error(
        "AccessDenied", f"<![CDATA[{HOSTILE}]]>".replace("\x1b", ""), Bad=RAW.replace("<", "").replace("&", "")
    )
    length = ("Content-Length", str(len(body)))
    tcp.server(raw_message(f"HTTP/1.1 403 {RAW}", [*answer, length], body))
    tcp.client(raw_message(f"GET {target} HTTP/1.1", [*head[:1], ("X-Long", "A" * HEADER_BYTES)]))
    tcp.server(raw_message("HTTP/1.1 400 Bad Request", [("x-oss-request-id", RAW), ("Content-Length", "0")]))
    return capture.write(path)


@cache
def hostile_report() -> Report:
    return analyze(hostile_capture(Path(mkdtemp()) / f"x{HOSTILE[:9].replace('/', '')}\x1b.pcap"), Options(trace=True))


def written(form: str, **options: bool) -> str:
    view = ReportView(hostile_report(), **options)  # type: ignore[arg-type]
    return b"".join(map(encoded, reporter(form)(iter([view]), Layout(errors=[(HOSTILE, HOSTILE)])))).decode()


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_holds_what_a_terminal_or_an_editor_acts_on(form: str) -> None:
    text = written(form)
    assert text.encode("utf-8", "strict")
    assert ACTIVE.search(text) is None
    assert len(text) < MOST_BYTES


@pytest.mark.parametrize("form", FORMATS)
def test_hiding_more_or_less_changes_nothing_about_that(form: str) -> None:
    assert ACTIVE.search(written(form, mask_ip=True, mask_object=True)) is None
    assert ACTIVE.search(written(form, show_secrets=True)) is None


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ("json", json.loads),
        ("har", json.loads),
        ("sarif", json.loads),
        ("ndjson", lambda text: [json.loads(line) for line in text.splitlines()]),
    ],
)
def test_formats_for_programs_stay_well_formed(form: str, read: Callable[[str], object]) -> None:
    assert read(written(form))


def test_a_conversation_holds_nothing_that_acts() -> None:
    report = hostile_report()
    for connection in report.connections:
        exchanges = [one for one in report.exchanges if one.stream == connection.stream]
        text = "\n".join(map(str, connection_lines(connection, exchanges, Masking())))
        assert ACTIVE.search(text) is None


def test_everything_hostile_reached_the_reports() -> None:
    report = hostile_report()
    assert [one.status for one in report.exchanges] == [403, 400]
    assert "alert(1)" in written("json")
    assert max(len(one.request.raw_head) for one in report.exchanges if one.request is not None) > 60_000


def test_markdown_renders_to_text_and_tables_and_nothing_else() -> None:
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    html = renderer.render(written("markdown"))
    tags = set(re.findall(r"<([a-zA-Z!?/][\w-]*)", html))
    assert {tag.lstrip("/") for tag in tags} <= {
        *("h1", "h2", "h3", "p", "strong", "hr", "ul", "ol", "li", "code", "pre"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    widths = [row.count("<td>") for row in html.split("</tr>") if "<td>" in row]
    assert set(widths) == {2, 4, 9}
