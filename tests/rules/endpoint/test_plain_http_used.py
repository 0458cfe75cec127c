from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import request, response
from tests.build.refusals import signed

CODE = "END011"


def test_signed_requests_in_clear_are_told_once() -> None:
    pair = (request(**signed()), response())
    finding = only_finding(exchange_capture(pair, pair), CODE)
    assert finding.severity == "info"
    assert finding.summary.startswith("2 signed requests to rokid.oss-cn-hangzhou.aliyuncs.com")


def test_anonymous_requests_are_silent() -> None:
    assert not analyze_capture(exchange_capture((request(), response())), CODE).findings
