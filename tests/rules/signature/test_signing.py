import pytest

from osspcap.model.finding import Confidence
from osspcap.report.view import ReportView
from tests.build.mismatch import KEY, SECRET, mismatch, only, report_on, shown, v1_request, v1_string

TOKEN = "CAISexampleTokenThatIsLongEnough0123456789=="


@pytest.mark.parametrize(
    ("date", "is_named"), [("Sat, 29 Dec 2018 07:32:34 GMT", False), ("Sat, 29 Dec 2018 07:31:34 GMT", True)]
)
def test_a_difference_of_dates_is_named_only_where_there_is_one(date: str, is_named: bool) -> None:  # noqa: FBT001 - a parameter of the test
    same = v1_string(date=date)
    finding = only(report_on((v1_request(same, Date=date), mismatch(same))), "SIG101")
    assert ("is not the cause" in finding.explanation) is is_named


def test_tokens_in_both_strings_are_masked_in_a_report() -> None:
    same = v1_string(headers=f"x-oss-security-token:{TOKEN}\n")
    report = report_on((v1_request(same, x_oss_security_token=TOKEN), mismatch(same)), secret=SECRET)
    assert TOKEN in shown(only(report, "SIG101"))
    (finding,) = [item for item in ReportView(report).findings if item.rule == "SIG101"]
    told = shown(finding)
    assert TOKEN not in told
    assert TOKEN.encode().hex(" ").upper() not in told
    assert KEY not in told
    assert SECRET not in told
    assert "x-oss-security-token:***" in told


def test_long_values_are_cut_in_sentences_and_whole_in_evidence() -> None:
    key = "k" * 900
    same = v1_string(resource=f"/rokid/{key}")
    finding = only(report_on((v1_request(same, f"/{key}"), mismatch(same))), "SIG101")
    assert len(finding.summary) < 600
    assert key in shown(finding)
    assert finding.confidence is Confidence.LIKELY
