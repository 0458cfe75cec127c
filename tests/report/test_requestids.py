import csv
import io

import pytest

from osspcap.report.requestids import COLUMNS, MAX_CELL, neutral, write_request_ids
from osspcap.report.view import ReportView
from tests.build.analyze import analyze_capture, exchange_capture
from tests.build.http import oss_error, request, response


def rows(*messages: tuple[bytes, bytes]) -> list[list[str]]:
    view = ReportView(analyze_capture(exchange_capture(*messages), "CAP001"))
    return list(csv.reader(io.StringIO("".join(write_request_ids(view)))))


def test_each_request_to_oss_has_a_line_with_what_support_asks_for() -> None:
    denied = response(403, "Forbidden", body=oss_error("AccessDenied", "no", ec="0003-00000001"))
    header, line = rows((request("PUT", "/dir/key", body=b"x"), denied))
    found = dict(zip(header, line, strict=True))
    assert tuple(header) == COLUMNS
    assert (found["method"], found["object"], found["status"], found["code"]) == (
        "PUT",
        "dir/key",
        "403",
        "AccessDenied",
    )
    assert (found["ec"], found["stream"], found["frame"]) == ("0003-00000001", "0", "4")
    assert found["request_id"]
    assert found["time"].startswith("2018-12-29T")


def test_traffic_that_is_not_oss_is_left_out() -> None:
    other = response(request_id=None, server="nginx")
    assert len(rows((request(host="example.com"), other))) == 1


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "' x"),
        ("plain", "plain"),
        ("a\nb\x1b[0m\u202e", "a b [0m "),
        ("x" * 2000, "x" * MAX_CELL),
    ],
)
def test_no_cell_acts_in_a_spreadsheet(cell: str, shown: str) -> None:
    assert neutral(cell) == shown
