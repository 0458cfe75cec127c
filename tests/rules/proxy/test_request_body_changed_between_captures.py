from osspcap.model.finding import Severity
from tests.build.analyze import exchange_capture
from tests.build.http import response
from tests.build.sightings import codes, judged, only_difference, put
from tests.build.wire import Capture


def test_a_changed_body_of_a_failed_upload_is_an_error() -> None:
    finding = only_difference("PRX304", put(body=b"hello"), put(body=b"heLLo"))
    assert finding.severity is Severity.ERROR
    assert "first difference at byte 2" in finding.summary
    assert finding.evidence[0].observed.startswith("5 bytes")


def test_equal_bodies_are_silent() -> None:
    assert codes(put(body=b"hello"), put(body=b"hello")) == []


def test_a_body_that_was_not_captured_whole_is_undecided() -> None:
    body = b"x" * 5000
    client, server = exchange_capture((put(body=body), response())), Capture()
    tcp = server.tcp()
    tcp.handshake()
    tcp.client(put(body=body)[:3000])
    report = judged(client, server, "PRX304")
    assert (len(report.findings), len(report.undecided)) == (0, 1)
