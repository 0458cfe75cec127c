"""The report as a stream of events: one JSON object a line, for programs that read line by line.

Every line has a `type`. The first is `header`, the last is `end`: a file without it was cut. In between come, for each
capture, `capture`, then its `connection`, `exchange`, `finding` and `undecided` lines, then `summary`; each names its
capture by number in the key `capture`. Inputs that could not be read are `error` lines before `end`. What else a line
holds is what the JSON report holds for the same thing, so keys and their meaning are those of its schema version.
"""

import json
from collections.abc import Iterator
from typing import Any

from osspcap._version import __version__
from osspcap.report.exchangejson import ExchangeJson
from osspcap.report.jsonreport import (
    SCHEMA_VERSION,
    capture_facts,
    connection_json,
    finding_facts,
    summary_facts,
    undecided_facts,
)
from osspcap.report.jsontext import made_safe
from osspcap.report.reporters import Layout
from osspcap.report.view import ReportView

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def write_reports(views: Iterator[ReportView], layout: Layout) -> Iterator[str]:
    """Yield the output of `-f ndjson`, line by line."""
    tool = {"name": "osspcap", "version": __version__}
    yield _line({"type": "header", "schema_version": SCHEMA_VERSION, "tool": tool})
    count = 0
    for number, view in enumerate(views):
        count = number + 1
        yield from map(made_safe, _capture_lines(view, number))
    for path, message in layout.errors:
        yield made_safe(_line({"type": "error", "path": path, "message": message}))
    yield _line({"type": "end", "captures": count, "errors": len(layout.errors)})


def _capture_lines(view: ReportView, number: int) -> Iterator[str]:
    def line(kind: str, facts: dict[str, Any]) -> str:
        return _line({"type": kind, "capture": number, **facts})

    def written(kind: str, text: str) -> str:
        return f'{{"type":"{kind}","capture":{number},{text[1:]}\n'

    page = {} if view.selection.is_everything else {"page": view.page_facts()}
    yield line("capture", capture_facts(view) | page)
    for connection in view.connections():
        yield written("connection", connection_json(connection, view.masking))
    write = ExchangeJson(view.masking).write
    for exchange in view.exchanges():
        yield written("exchange", write(exchange).decode())
    for finding in view.findings:
        yield line("finding", finding_facts(view, finding))
    for group in view.undecided:
        yield line("undecided", undecided_facts(group))
    yield line("summary", summary_facts(view))


def _line(facts: dict[str, Any]) -> str:
    return _encode(facts) + "\n"
