import pytest

from osspcap.model.finding import Severity, Undecided
from osspcap.report.view import ReportView
from tests.build.http import REQUEST_ID, request, response
from tests.build.reports import (
    SECRETS,
    error_document,
    exchange,
    finding,
    forms_of,
    message,
    operation,
    report,
    secretive_report,
    seen,
)


@pytest.mark.parametrize("name", SECRETS)
def test_no_text_of_a_finding_holds_a_secret_in_any_form(name: str) -> None:
    view = ReportView(secretive_report())
    found = view.findings[0]
    texts = [view.verdict, found.summary, found.explanation, found.cause, *found.fix, view.undecided[0].reason]
    texts += [text for item in found.evidence for text in (item.field, item.observed, item.expected)]
    assert not [text for text in texts for form in forms_of(SECRETS[name]) if form in text]


def test_show_secrets_shows_them() -> None:
    view = ReportView(secretive_report(), show_secrets=True)
    assert SECRETS["signature"] in view.findings[0].summary
    assert SECRETS["token"] in view.verdict


def test_findings_keep_order_frames_and_numbers() -> None:
    warning = finding("second", severity=Severity.WARNING, occurrences=3)
    view = ReportView(report(exchange(0, message(request()), None, None), findings=(finding("first"), warning)))
    assert [found.summary for found in view.findings] == ["first", "second"]
    assert view.findings[1].occurrences == 3
    assert view.findings[0].evidence[0].frame == 6
    assert view.count(Severity.ERROR) == view.count(Severity.WARNING) == 1


def test_undecided_with_one_reason_are_told_once_with_their_count() -> None:
    items = tuple(Undecided("INT001", "content-md5-mismatch", "holes", (number,)) for number in (2, 0))
    other = Undecided("INT001", "content-md5-mismatch", "no response", (1,))
    groups = ReportView(report(undecided=(*items, other))).undecided
    assert [(group.reason, group.exchanges, group.count) for group in groups] == [
        ("holes", (0, 2), 2),
        ("no response", (1,), 1),
    ]


def test_a_row_names_bucket_and_object_or_host_and_target() -> None:
    get, ok = message(request("GET", "/k?Signature=abcdef")), message(response())
    view = ReportView(
        report(
            exchange(0, get, ok, operation("GetObject", "dir/k")),
            exchange(1, get, ok, None),
            exchange(2, message(request("CONNECT", "b.example.com:443")), None, None),
            exchange(3, None, ok, None),
            exchange(4, get, ok, operation("GetService", None, bucket=None)),
        )
    )
    host = "rokid.oss-cn-hangzhou.aliyuncs.com"
    assert [row.place for row in view.rows()] == [
        "rokid/dir/k",
        f"{host}/k?Signature=***",
        "b.example.com:443",
        "",
        f"{host}/k?Signature=***",
    ]


def test_a_row_knows_failure_code_and_request_id() -> None:
    get = message(request())
    failed = message(response(403, "Forbidden"), frame=6)
    view = ReportView(
        report(
            exchange(0, get, message(response()), operation()),
            exchange(1, get, failed, operation(error=error_document("AccessDenied"), request_id=None)),
            exchange(2, get, None, operation(request_id=None)),
            exchange(
                3, get, message(response(203, "CallbackFailed")), operation(error=error_document("CallbackFailed"))
            ),
        )
    )
    rows = list(view.rows())
    assert [row.is_failed for row in rows] == [False, True, True, True]
    assert [row.code for row in rows] == ["", "AccessDenied", "", "CallbackFailed"]
    assert [row.request_id for row in rows] == [REQUEST_ID, REQUEST_ID, "", REQUEST_ID]


def test_request_ids_of_a_finding_are_listed_once_and_up_to_the_limit() -> None:
    meanings = [operation(request_id=seen(text)) for text in ("A", "B", "A", "C")]
    exchanges = [exchange(n, message(request()), message(response()), m) for n, m in enumerate(meanings)]
    found = finding("x", exchanges=(0, 1, 2, 3, 99))
    view = ReportView(report(*exchanges, findings=(found,)))
    assert view.request_ids(found, 10) == ["A", "B", "C"]
    assert view.request_ids(found, 2) == ["A", "B"]


def test_only_errors_and_warnings_make_an_exchange_notable() -> None:
    findings = (finding("a", exchanges=(1,)), finding("b", severity=Severity.INFO, exchanges=(2,)))
    assert ReportView(report(findings=findings)).notable_exchanges() == frozenset({1})


def test_exchanges_without_oss_are_not_counted_as_such() -> None:
    get = message(request())
    view = ReportView(report(exchange(0, get, None, None), exchange(1, get, None, operation())))
    assert view.oss_exchange_count() == 1
