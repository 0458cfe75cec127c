import pytest

from tests.build.analyze import analyze_capture, exchange_capture, faults, only_finding
from tests.build.http import request, response
from tests.build.media import H264, mp4

BROWSER = "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0"
BODY = mp4(*H264)


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=1000-", "bytes=0-1"])
def test_a_range_that_was_answered_with_all_of_it(asked: str) -> None:
    sent = request("GET", "/a.mp4", Range=asked, User_Agent=BROWSER)
    (finding,) = faults(analyze_capture(exchange_capture((sent, response(body=BODY, Content_Type="video/mp4")))))
    assert (finding.rule, finding.severity) == ("MED006", "warning")
    assert asked in finding.summary


def test_a_range_outside_of_the_object_is_told_as_such() -> None:
    sent = request("GET", "/a.txt", Range="bytes=100-200")
    finding = only_finding(exchange_capture((sent, response(body=b"0123456789"))), "MED006")
    assert "begins at byte 100, and the object has 10 bytes" in finding.summary


def test_ranges_that_are_answered_are_silent() -> None:
    sent = request("GET", "/a.mp4", Range="bytes=0-", User_Agent=BROWSER)
    answer = response(
        206, "Partial Content", body=BODY, Content_Type="video/mp4", Content_Range=f"bytes 0-9/{len(BODY)}"
    )
    assert not faults(analyze_capture(exchange_capture((sent, answer))))
    resumed = request("GET", "/a.txt", Range="bytes=0-", User_Agent="curl/8.0")
    assert not faults(analyze_capture(exchange_capture((resumed, response(body=b"0123456789")))))
