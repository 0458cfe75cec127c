from osspcap.model.finding import Severity
from tests.build.analyze import exchange_capture
from tests.build.http import oss_error, response
from tests.build.sightings import codes, judged, only_difference, put
from tests.build.wire import Capture

PAGE = response(500, "Oops", request_id=None, server="gate", body=b"<html>sorry</html>", Content_Type="text/html")


def test_an_answer_that_was_replaced_is_told_once() -> None:
    refused = response(403, "Forbidden", body=oss_error("AccessDenied", "no"))
    assert codes(put(), put(), refused, PAGE) == ["PRX305"]
    finding = only_difference("PRX305", put(), put(), refused, PAGE)
    assert finding.severity is Severity.ERROR
    assert "was changed on the way from HTTP/1.1 403 Forbidden to HTTP/1.1 500 Oops" in finding.summary
    assert "AccessDenied" in [item.observed for item in finding.evidence]


def test_a_good_answer_in_the_place_of_another_is_a_warning() -> None:
    revalidated = response(304, "Not Modified")
    assert only_difference("PRX305", put(), put(), revalidated, response()).severity is Severity.WARNING


def test_the_same_status_is_silent() -> None:
    assert codes(put(), put(), response(404, "Not Found"), response(404, "Nothing Here")) == []


def test_an_answer_that_is_missing_at_one_place_is_undecided() -> None:
    server = Capture()
    tcp = server.tcp()
    tcp.handshake()
    tcp.client(put())
    report = judged(exchange_capture((put(), response())), server, "PRX305")
    assert (len(report.findings), len(report.undecided)) == (0, 1)
