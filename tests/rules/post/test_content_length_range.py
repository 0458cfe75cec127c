import pytest

from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import FAILED, Form, policy, refused_form, signed, taken_form
from tests.build.http import oss_error, response
from tests.build.wire import Capture

TOO_LARGE = "Your proposed upload exceeds the maximum allowed size."


def sized(low: int, high: int, size: int) -> Form:
    return Form(signed(policy(["content-length-range", low, high])), file=b"x" * size)


@pytest.mark.parametrize(
    ("form", "code"), [(sized(0, 100, 5000), "EntityTooLarge"), (sized(9000, 10000, 5000), "EntityTooSmall")]
)
def test_size_and_bounds_are_told(form: Form, code: str) -> None:
    finding = only_finding(refused_form(form, 400, code, TOO_LARGE), "PST010")
    assert "has 5,000 bytes, and its policy allows" in finding.summary
    assert finding.confidence == "confirmed"


def test_the_condition_may_be_named_as_failed() -> None:
    text = FAILED + '["content-length-range", 0, 100]'
    report = analyze_capture(refused_form(sized(0, 100, 5000), 403, "AccessDenied", text))
    assert [finding.name for finding in faults(report)] == ["content-length-range"]


def test_the_size_of_a_file_that_is_still_being_sent_comes_from_the_length_of_the_body() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    request = sized(0, 100, 200_000).request()
    tcp.client(request[:20_000])
    tcp.server(response(400, "Bad Request", body=oss_error("EntityTooLarge", TOO_LARGE)))
    tcp.client(request[20_000:40_000])
    tcp.reset()
    assert "about 200,000 bytes" in only_finding(capture, "PST010").summary


def test_nothing_else_is_told_of_it() -> None:
    report = analyze_capture(refused_form(sized(0, 100, 5000), 400, "EntityTooLarge", TOO_LARGE))
    assert [finding.name for finding in faults(report)] == ["content-length-range"]


def test_without_bounds_it_is_oss_limit_that_was_broken() -> None:
    form = Form(signed(policy({"bucket": "rokid"})))
    report = analyze_capture(refused_form(form, 400, "EntityTooLarge", TOO_LARGE))
    assert [finding.name for finding in faults(report)] == ["entity-too-large"]


def test_a_size_within_the_bounds_is_silent() -> None:
    assert not analyze_capture(taken_form(sized(0, 10000, 5000)), "PST010").findings
