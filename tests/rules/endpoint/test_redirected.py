from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import oss_error, request, response
from tests.build.refusals import signed, told
from tests.build.wire import Capture

CODE = "END010"


def moved(location: str, code: str = "PermanentRedirect", status: int = 301) -> Capture:
    body = oss_error(code, "moved")
    return exchange_capture((request(**signed()), response(status, "Moved", body=body, Location=location)))


def test_the_endpoint_to_configure_is_named() -> None:
    finding = only_finding(moved("http://rokid.oss-cn-beijing.aliyuncs.com/key"), CODE)
    assert "to rokid.oss-cn-beijing.aliyuncs.com" in finding.summary
    assert finding.fix == ("Configure `https://oss-cn-beijing.aliyuncs.com` as the endpoint.",)


def test_it_is_the_only_fault_told() -> None:
    assert told(moved("http://rokid.oss-cn-beijing.aliyuncs.com/key", status=307)) == ["redirected"]


def test_redirects_of_a_website_are_silent() -> None:
    for location in ("http://www.example.com/", "/index.html", "https://rokid.oss-cn-hangzhou.aliyuncs.com/key"):
        assert not analyze_capture(moved(location), CODE).findings
