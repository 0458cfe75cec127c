from osspcap.model.finding import Severity
from tests.build.analyze import exchange_capture
from tests.build.http import response
from tests.build.sightings import judged, put
from tests.build.wire import Capture


def unanswered(capture: Capture, target: str) -> None:
    tcp = capture.tcp(cport=51000)
    tcp.handshake()
    tcp.client(put(target, Authorization="OSS LTAI5tLabUserMain00001a:b3RoZXJTaWduYXR1cmU9PT09PT0="))


def test_message_and_evidence_in_full() -> None:
    client, server = exchange_capture((put(), response())), exchange_capture((put(), response()))
    unanswered(client, "/lost")
    report = judged(client, server)
    [finding] = report.findings
    assert (finding.rule, finding.severity) == ("PRX308", Severity.ERROR)
    assert finding.summary == "PutObject of rokid/lost was sent, was not answered, and was never seen nearer to OSS"
    assert [(item.capture, item.observed) for item in finding.evidence] == [("client", "PUT /lost HTTP/1.1")]


def test_a_request_that_arrived_is_silent() -> None:
    capture = exchange_capture((put(), response()))
    assert not judged(capture, capture, "PRX308").findings


def test_a_time_at_which_the_other_capture_was_not_running_is_undecided() -> None:
    client, server = exchange_capture((put(), response())), exchange_capture((put(), response()))
    client.wait(60)
    unanswered(client, "/later")
    report = judged(client, server, "PRX308")
    assert not report.findings
    assert [item.reason for item in report.undecided] == ["the server capture was not running at that time"]
