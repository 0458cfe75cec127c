from osspcap.model.finding import Severity
from tests.build.analyze import exchange_capture
from tests.build.http import response
from tests.build.sightings import codes, judged, only_difference, put
from tests.build.wire import Capture


def test_an_etag_that_was_taken_out_is_a_warning() -> None:
    finding = only_difference("PRX306", put(), put(), response(ETag='"1"'), response())
    assert finding.severity is Severity.WARNING
    assert finding.summary.startswith("response header ETag of PutObject of rokid/key was removed on the way")


def test_a_field_that_was_put_in_is_told() -> None:
    finding = only_difference("PRX306", put(), put(), response(), response(Access_Control_Allow_Origin="*"))
    assert "was added on the way: *" in finding.summary


def test_what_any_proxy_rewrites_is_silent() -> None:
    ours = response(server="nginx/1.22.1", Connection="close", Via="1.1 p", Age="1", X_Cache="MISS")
    assert codes(put(), put(), response(Connection="keep-alive"), ours) == []


def test_a_head_that_was_not_captured_whole_is_undecided() -> None:
    whole = response(x_oss_meta_a="1", x_oss_meta_b="2")
    server = Capture()
    tcp = server.tcp()
    tcp.handshake()
    tcp.client(put())
    tcp.server(whole[: whole.index(b"x-oss-meta-b")])
    report = judged(exchange_capture((put(), whole)), server, "PRX306")
    assert not report.findings
    assert ["not complete" in item.reason for item in report.undecided] == [True]
