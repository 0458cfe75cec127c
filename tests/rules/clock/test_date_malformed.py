import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.clocks import basic_date, error, http_date, v1_request, v4_request
from tests.build.http import DATE, REQUEST_ID, request, response

REFUSAL = error(403, "AccessDenied", "OSS authentication requires a valid Date.")


@pytest.mark.parametrize(
    ("date", "fault"),
    [
        ("Sa, 29 Dez 2018 07:32:34 GMT", "a language other than English (Sa, Dez)"),
        ("Sat, 29 Dec 2018 07:32:34", "does not end with GMT"),
        ("Sat, 29 Dec 2018 15:32:34 +0800", "states the zone +0800"),
        ("Saturday, 29-Dec-18 07:32:34 GMT", "a year of two digits"),
        ("1546068754", "a number of seconds"),
        ("2018-12-29T07:32:34Z", "the extended form of ISO 8601"),
    ],
)
def test_a_refused_date_is_an_error_that_says_what_is_wrong(date: str, fault: str) -> None:
    finding = only_finding(exchange_capture((v1_request(Date=date), REFUSAL)), "CLK003")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert fault in finding.summary
    assert REQUEST_ID in finding.summary
    assert finding.evidence[0].observed == date
    assert finding.evidence[0].expected.startswith(f"like {DATE}")


def test_chinese_names_are_shown_as_they_were_sent() -> None:
    raw = v1_request(Date="NAMES").replace(b"NAMES", "周六, 29 12月 2018 07:32:34 GMT".encode())
    finding = only_finding(exchange_capture((raw, REFUSAL)), "CLK003")
    assert "周六, 29 12月 2018" in finding.summary
    assert finding.evidence[0].observed == "周六, 29 12月 2018 07:32:34 GMT"


def test_it_explains_the_refusal() -> None:
    report = analyze_capture(exchange_capture((v1_request(Date="1546068754"), REFUSAL)))
    assert "REQ016" not in {finding.rule for finding in report.findings}


def test_a_skew_that_the_server_reads_into_a_malformed_date_is_told_once() -> None:
    refusal = error(403, "RequestTimeTooSkewed", "too large", RequestTime="1970-01-01T00:00:00.000Z")
    report = analyze_capture(exchange_capture((v1_request(Date="1546068754"), refusal)), "CLK")
    assert [finding.rule for finding in report.findings] == ["CLK003"]


def test_a_date_that_oss_takes_is_information() -> None:
    finding = only_finding(exchange_capture((v1_request(Date="Sat, 5 Jan 2019 07:32:34 GMT"), response())), "CLK003")
    assert finding.severity is Severity.INFO


def test_a_refusal_without_a_reason_is_likely() -> None:
    answer = response(403, "Forbidden")
    finding = only_finding(exchange_capture((v1_request(method="HEAD", Date="1546068754"), answer)), "CLK003")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.LIKELY)


@pytest.mark.parametrize(
    "sent",
    [
        v1_request(),
        v4_request(),
        v1_request(Date=basic_date()),
        v1_request(Date="nonsense", x_oss_date=http_date()),
        request(Date="nonsense"),
    ],
    ids=["v1", "v4", "android", "special-header-first", "anonymous"],
)
def test_right_dates_and_unsigned_ones_are_silent(sent: bytes) -> None:
    assert not analyze_capture(exchange_capture((sent, response())), "CLK003").findings
