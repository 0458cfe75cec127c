import csv
import io

from osspcap.report.requestids import COLUMNS, MAX_CELL, write_request_ids
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


def test_a_hostile_name_of_an_object_acts_in_no_spreadsheet() -> None:
    _, line = rows((request("GET", "/=HYPERLINK(1)%0a" + "x" * 2_000), response()))
    assert line[3].startswith("'=HYPERLINK(1)")
    assert "\n" not in line[3]
    assert len(line[3]) < MAX_CELL + 20
