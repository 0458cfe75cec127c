from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.http import request, response
from tests.build.sightings import put
from tests.build.slow import PYTHON, paused, shut_window
from tests.build.timed import opened


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(paused(), "PRF004")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.LIKELY)
    assert finding.summary.startswith(
        "the client makes pauses inside PutObject of rokid/key: 2.5 s of 2.5 s it sends nothing although the server "
        "has room; 58.8 KiB in 2.5 s"
    )
    assert [item.field for item in finding.evidence][2:] == ["next data of the client"] * 5
    assert finding.evidence[2].observed == "500 ms after frame 11"


def test_the_python_sdk_gets_the_advice_on_crcmod() -> None:
    assert "crcmod" in only_finding(paused(agent=PYTHON), "PRF004").fix[0]


def test_it_is_the_only_fault_that_is_told() -> None:
    assert [finding.rule for finding in faults(analyze_capture(paused()))] == ["PRF004"]


def test_waiting_for_100_continue_is_no_pause() -> None:
    capture, tcp = opened(to_server_ms=10)
    data = put(body=b"x" * 10_000, Expect="100-continue")
    head = data.index(b"\r\n\r\n") + 4
    tcp.client(data[:head])
    capture.wait(1.01)
    tcp.client(data[head:])
    tcp.server(response(ETag='"x"'))
    assert not analyze_capture(capture, "PRF004").findings


def test_a_server_that_is_late_with_100_continue_is_no_pause_of_the_client() -> None:
    capture, tcp = opened(to_server_ms=10)
    data = put(body=b"x" * 10_000, Expect="100-continue")
    head = data.index(b"\r\n\r\n") + 4
    tcp.client(data[:head])
    capture.wait(3)
    tcp.server(b"HTTP/1.1 100 Continue\r\n\r\n")
    tcp.client(data[head:])
    tcp.server(response(ETag='"x"'))
    assert not analyze_capture(capture, "PRF004").findings


def test_pauses_of_a_round_trip_are_the_way() -> None:
    capture, tcp = opened(to_server_ms=200)
    data = put(body=b"x" * 100_000)
    for at in range(0, len(data), 10_000):
        tcp.client(data[at : at + 10_000])
        capture.wait(0.2)
    tcp.server(response(ETag='"x"'))
    assert not analyze_capture(capture, "PRF004").findings


def test_short_pauses_are_silent() -> None:
    assert not analyze_capture(paused(seconds=0.1), "PRF004").findings


def test_a_server_without_room_is_told_by_another_rule() -> None:
    assert not analyze_capture(shut_window(upload=True), "PRF004").findings


def test_a_server_that_makes_pauses_is_told_with_its_own_advice() -> None:
    finding = only_finding(paused(upload=False), "PRF004")
    assert finding.summary.startswith(
        "the server makes pauses inside the response to GetObject of rokid/key: 2.5 s of 2.5 s it sends nothing "
        "although the client has room"
    )
    assert "ticket" in finding.fix[-1]
    assert not any("crcmod" in step for step in finding.fix)


def test_a_limit_that_the_request_asks_for_is_an_info() -> None:
    capture, tcp = opened(to_server_ms=10)
    tcp.client(request("GET", "/key?x-oss-traffic-limit=819200"))
    data = response(body=b"y" * 50_000)
    for at in range(0, len(data), 10_000):
        tcp.server(data[at : at + 10_000])
        capture.wait(0.5)
    assert only_finding(capture, "PRF004").severity is Severity.INFO
