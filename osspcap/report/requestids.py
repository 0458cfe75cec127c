"""The requests of a report as CSV, one line each: what the vendor's support asks for first.

Cells are neutralised (`csvcell`).
"""

import csv
import io
from collections.abc import Iterator

from osspcap.report.csvcell import neutral
from osspcap.report.view import ReportView
from osspcap.units import format_time

COLUMNS = ("time", "method", "bucket", "object", "status", "code", "ec", "request_id", "stream", "frame")
MAX_CELL = 1_000
"""Characters of a cell; names of objects have up to 1,023 bytes."""


def write_request_ids(view: ReportView) -> Iterator[str]:
    """Yield the lines, header first; exchanges that have nothing to do with OSS are left out."""
    yield _line(COLUMNS)
    for exchange in view.exchanges():
        operation = exchange.operation
        if operation is None:
            continue
        row = view.row(exchange)
        shown = view.masking.object_name(operation.object or "")
        status = "" if row.status is None else str(row.status)
        cells = (view.masking.plain(operation.bucket or ""), shown, status, row.code, view.ec(exchange), row.request_id)
        yield _line((format_time(row.start_ns), row.method, *cells, str(row.stream), str(row.frame)))


def _line(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([neutral(cell[:MAX_CELL]) for cell in cells])
    return out.getvalue()
