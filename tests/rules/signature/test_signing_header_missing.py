import pytest

from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID, response
from tests.build.mismatch import (
    canonical,
    found,
    mismatch,
    only,
    refusal,
    report_on,
    v1_request,
    v1_string,
    v4_request,
    v4_string,
)

DATELESS = refusal("AccessDenied", "OSS authentication requires a valid Date.", ec="0002-00000505")


def test_message_of_a_request_without_a_date_in_full() -> None:
    report = report_on((v1_request(v1_string(), Date=""), DATELESS))
    assert found(report) == ["SIG114"]
    finding = only(report, "SIG114")
    assert finding.summary == (
        f"OSS refused PutObject of rokid/dir/a.txt with 403 AccessDenied (request ID {REQUEST_ID}): the request has "
        "neither x-oss-date nor Date"
    )
    assert finding.confidence is Confidence.CONFIRMED


def test_an_additional_header_that_is_not_there_is_likely() -> None:
    request = canonical(names="host;user-agent")
    sent = v4_request(v4_string(request), names="host;user-agent")
    report = report_on((sent, mismatch(v4_string(request), request=request)))
    assert found(report) == ["SIG114"]
    finding = only(report, "SIG114")
    assert finding.confidence is Confidence.LIKELY
    assert finding.summary.endswith("named in AdditionalHeaders but not in the request: user-agent")


@pytest.mark.parametrize("answer", [response(200), refusal("NoSuchKey", "no", status=404)])
def test_other_answers_are_silent(answer: bytes) -> None:
    assert not report_on((v1_request(v1_string(), Date=""), answer), only="SIG114").findings


def test_a_request_with_either_date_is_silent() -> None:
    for headers in ({}, {"Date": "", "x_oss_date": "Sat, 29 Dec 2018 07:32:34 GMT"}):
        assert not report_on((v1_request(v1_string(), **headers), DATELESS), only="SIG114").findings
