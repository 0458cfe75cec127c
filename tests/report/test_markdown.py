import re
from dataclasses import replace

from osspcap.model.finding import Severity, Undecided
from osspcap.report.markdown import MAX_ROWS, write_reports
from osspcap.report.reporters import Layout
from osspcap.report.selection import Selection
from osspcap.report.view import ReportView
from tests.build.http import request, response
from tests.build.reports import (
    SECRETS,
    error_document,
    exchange,
    fact,
    finding,
    forms_of,
    message,
    operation,
    report,
    secretive_report,
    seen,
)

PLAIN = Layout()


def written(view: ReportView, layout: Layout = PLAIN) -> str:
    return "".join(write_reports(iter([view]), layout))


def refused(number: int) -> ReportView:
    one = exchange(
        number,
        message(request("PUT", "/a.txt")),
        message(response(403)),
        operation(error=error_document(), sdk="aliyun-sdk-python/2.6.0"),
    )
    return ReportView(report(one, findings=(finding("It failed."),), verdict="It failed."))


def test_a_ticket_holds_verdict_findings_requests_environment_and_capture() -> None:
    text = written(refused(0))
    headings = re.findall(r"^#+ .*$", text, re.MULTILINE)
    assert headings == [
        "# osspcap: faild.pcap",
        "## Findings",
        "### ERROR SIG101 wrong-access-key-secret",
        "## Requests",
        "## Environment",
        "## Capture",
    ]
    assert text.count("It failed.") == 1
    assert "`aliyun-sdk-python/2.6.0` (1 request)" in text
    assert "| Server address | `203.0.113.10:80` (1 connection) |" in text
    assert "wireshark -r faild.pcap -Y 'tcp.stream eq 0'" in text


def test_the_request_table_gives_what_the_vendor_asks_for() -> None:
    document = replace(error_document(), ec=seen("0003-00000001"))
    one = exchange(0, message(request("PUT", "/a.txt")), message(response(403)), operation(error=document))
    text = written(ReportView(report(one)))
    header, _, row = text[text.index("## Requests") :].splitlines()[2:5]
    assert header == "| time (UTC) | method | bucket | object | status | code | EC | request ID | frame |"
    assert row == (
        "| 2018-12-29 07:32:34.003 | `PUT` | `rokid` | `a.txt` | 403 | `AccessDenied` | `0003-00000001` "
        "| `5C2723573183A12D1A2B3C4D` | 4 |"
    )


def test_long_captures_list_the_requests_of_findings_first() -> None:
    exchanges = [exchange(n, message(request("GET", f"/{n}")), None, None) for n in range(200)]
    found = finding("x", severity=Severity.WARNING, exchanges=(150, 199))
    text = written(ReportView(report(*exchanges, findings=(found,))))
    assert text.count("| `GET` |") == MAX_ROWS
    assert f"{200 - MAX_ROWS} more exchanges: `-f json` lists all." in text
    assert "/199`" in text
    page = written(ReportView(report(*exchanges), selection=Selection(limit=2, offset=100)))
    assert page.count("| `GET` |") == 2
    assert "2 exchanges of 200 asked for." in page


def test_texts_of_several_lines_keep_them() -> None:
    found = finding("x", fact("response body <StringToSign>", "PUT\n\n/b/k", "PUT\n\n/b/j"))
    text = written(ReportView(report(findings=(found,))))
    assert "Frame 6, response body \\<StringToSign\\>; `-` was seen, `+` is expected:" in text
    assert "```diff\n  PUT\n\n- /b/k\n+ /b/j\n```" in text
    found = finding("x", fact("response body <StringToSign>", "PUT\n\n/b/k", "the same, rebuilt"))
    assert "```\nPUT\n\n/b/k\n```\n\nExpected: the same, rebuilt" in written(ReportView(report(findings=(found,))))


def test_what_could_not_be_decided_and_what_could_not_be_read_is_said() -> None:
    items = tuple(Undecided("SIG101", "x", f"reason {n}") for n in range(14))
    text = written(ReportView(report(undecided=items)), Layout(errors=[("b.pcap", "is empty")]))
    assert "- SIG101 x: reason 0\n" in text
    assert "- 2 more: `-f json`" in text
    assert "`b.pcap` could not be read: is empty" in text


def test_quiet_leaves_the_tables_out() -> None:
    text = written(refused(0), Layout(findings_only=True))
    assert "## Requests" not in text
    assert "## Findings" in text


def test_nothing_captured_acts_in_the_page() -> None:
    hostile = "<img src=x onerror=alert(1)>|`` ` ```\n# head\n![i](http://evil.example/x)\u202e\x1b[2J"
    one = exchange(
        0,
        message(request("PUT", "/a.txt", Host="h")),
        message(response(403)),
        operation(key=hostile, sdk=hostile, error=error_document(hostile)),
    )
    found = finding(hostile, fact(hostile, hostile, hostile), explanation=hostile, fix=(hostile,))
    view = ReportView(report(one, findings=(found,), undecided=(Undecided("A", "b", hostile),), path=hostile))
    text = written(view)
    fences = re.sub(r"^(`{3,})\w*\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    outside = re.sub(r"(?<![`\\])(`+)(?!`).+?(?<!`)\1(?!`)", "", fences)
    assert re.findall(r"(?<!\\)<", outside) == []
    assert re.findall(r"(?<!\\)\]\(", outside) == []
    assert not re.search(r"^# head", outside, re.MULTILINE)
    assert "\x1b" not in text
    assert "\u202e" not in text
    rows = [line for line in fences.splitlines() if line.startswith("| 2018")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [10]


def test_no_secret_stands_in_it() -> None:
    text = written(ReportView(secretive_report()))
    assert [name for name, secret in SECRETS.items() for form in forms_of(secret) if form in text] == []
    assert "Secrets are masked." in text
    assert "**Signatures, tokens and cookies are shown.**" in written(ReportView(secretive_report(), show_secrets=True))
