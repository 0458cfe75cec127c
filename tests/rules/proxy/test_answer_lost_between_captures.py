from osspcap.model.finding import Severity
from tests.build.analyze import exchange_capture
from tests.build.http import REQUEST_ID, response
from tests.build.sightings import judged, put
from tests.build.wire import Capture


def test_message_and_evidence_in_full() -> None:
    client = Capture()
    tcp = client.tcp()
    tcp.handshake()
    tcp.client(put())
    tcp.close()
    [finding] = judged(client, exchange_capture((put(), response())), "PRX310").findings
    assert (finding.rule, finding.severity) == ("PRX310", Severity.ERROR)
    assert finding.summary == "the answer 200 to PutObject of rokid/key never reached the client"
    assert [(item.capture, item.observed) for item in finding.evidence] == [
        ("client", "PUT /key HTTP/1.1"),
        ("server", "HTTP/1.1 200 OK"),
        ("server", REQUEST_ID),
    ]


def test_an_answer_that_arrived_is_silent() -> None:
    capture = exchange_capture((put(), response()))
    assert not judged(capture, capture, "PRX310").findings


def test_a_capture_that_lacks_data_leaves_it_undecided() -> None:
    client = Capture()
    tcp = client.tcp()
    tcp.handshake()
    tcp.client(put())
    tcp.lose(1, b"x" * 200)
    tcp.close()
    report = judged(client, exchange_capture((put(), response())), "PRX310")
    assert not report.findings
    assert [item.reason for item in report.undecided] == ["data is missing from the client capture"]
