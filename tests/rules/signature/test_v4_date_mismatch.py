import pytest

from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID, response
from tests.build.mismatch import canonical, found, only, refusal, report_on, v4_request, v4_string

INVALID = refusal("InvalidArgument", "Invalid signing date in Authorization header.", status=400, ec="0002-00000223")
LOCAL_DAY = v4_request(v4_string(canonical(), day="20181230"))


def test_message_in_full() -> None:
    report = report_on((LOCAL_DAY, INVALID))
    assert found(report) == ["SIG108"]
    finding = only(report, "SIG108")
    assert finding.summary == (
        "OSS refused PutObject of rokid/dir/a.txt with 400 InvalidArgument (request ID "
        f"{REQUEST_ID}): the V4 credential "
        "names the day 20181230, but the request is dated 20181229T073234Z"
    )
    assert finding.confidence is Confidence.CONFIRMED


def test_the_date_header_counts_where_it_is_the_only_date() -> None:
    sent = v4_request(v4_string(canonical(), day="20181230"), stamp="", Date="Sat, 29 Dec 2018 07:32:34 GMT")
    assert found(report_on((sent, INVALID))) == ["SIG108"]


def test_head_without_a_document_is_likely() -> None:
    sent = v4_request(v4_string(canonical(), day="20181230"), method="HEAD")
    report = report_on((sent, response(400, "Bad Request")))
    assert only(report, "SIG108").confidence is Confidence.LIKELY


def test_a_wrong_clock_is_left_to_the_clock_rules() -> None:
    sent = v4_request(v4_string(canonical(), day="20181228", stamp="20181228T073234Z"), stamp="20181228T073234Z")
    report = report_on((sent, INVALID))
    assert "SIG108" not in found(report)
    assert "clock" in {finding.category for finding in report.findings}


@pytest.mark.parametrize("answer", [response(200), response(403, "Forbidden"), refusal("NoSuchKey", "no", status=404)])
def test_other_answers_are_silent(answer: bytes) -> None:
    assert not report_on((LOCAL_DAY, answer), only="SIG108").findings
