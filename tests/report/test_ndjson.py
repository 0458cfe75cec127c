import json
from typing import Any

from osspcap._version import __version__
from osspcap.report.jsonreport import report_pieces
from osspcap.report.ndjson import write_reports
from osspcap.report.reporters import Layout
from osspcap.report.selection import Selection
from osspcap.report.view import ReportView
from tests.build.reports import SECRETS, fact, finding, forms_of, report, secretive_report


def events(*views: ReportView, errors: tuple[tuple[str, str], ...] = ()) -> list[dict[str, Any]]:
    text = "".join(write_reports(iter(views), Layout(errors=errors)))
    assert text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def test_the_first_line_is_the_header_and_the_last_counts_what_was_read() -> None:
    first, *_, last = events(ReportView(report()), errors=(("b.pcap", "empty"),))
    assert first == {"type": "header", "schema_version": 1, "tool": {"name": "osspcap", "version": __version__}}
    assert last == {"type": "end", "captures": 1, "errors": 1}
    assert events(errors=(("b.pcap", "empty"),))[1:-1] == [{"type": "error", "path": "b.pcap", "message": "empty"}]


def test_events_hold_what_the_json_report_holds() -> None:
    whole = json.loads(b"".join(report_pieces(ReportView(secretive_report()))))
    made = events(ReportView(secretive_report()))
    for kind, place in (("exchange", "exchanges"), ("finding", "findings"), ("undecided", "undecided")):
        listed = [event for event in made if event["type"] == kind]
        assert [{key: one[key] for key in one if key not in ("type", "capture")} for one in listed] == whole[place]
    (connection,) = [event for event in made if event["type"] == "connection"]
    assert connection["client"] == whole["connections"][0]["client"]
    (summary,) = [event for event in made if event["type"] == "summary"]
    assert summary["verdict"] == whole["summary"]["verdict"]


def test_lines_of_several_captures_name_theirs() -> None:
    made = events(ReportView(report(path="a.pcap")), ReportView(report(path="b.pcap")))
    captures = {event["capture"]: event["path"] for event in made if event["type"] == "capture"}
    assert captures == {0: "a.pcap", 1: "b.pcap"}
    assert [event["capture"] for event in made if event["type"] == "summary"] == [0, 1]
    assert made[-1]["captures"] == 2


def test_a_page_is_listed_and_described() -> None:
    made = events(ReportView(secretive_report(), selection=Selection(limit=0)))
    assert "exchange" not in [event["type"] for event in made]
    assert made[1]["page"]["matching"] == 1


def test_no_line_is_broken_or_active_whatever_was_captured() -> None:
    hostile = "a\nb\u2028c\u202e\x85\x1b[2J\udcff\r\n"
    made = events(ReportView(report(findings=(finding(hostile, fact("request target", hostile)),), path=hostile)))
    assert [event["type"] for event in made] == ["header", "capture", "connection", "finding", "summary", "end"]
    assert made[3]["summary"].startswith("a\nb\u2028c")


def test_no_secret_stands_in_any_line() -> None:
    text = "".join(write_reports(iter([ReportView(secretive_report())]), Layout()))
    assert [name for name, secret in SECRETS.items() for form in forms_of(secret) if form in text] == []
