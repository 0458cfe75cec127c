import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.http import request, response
from tests.build.timed import opened
from tests.build.wire import Capture


def talk(*, to_server_ms: float, host: str = "rokid.oss-cn-hangzhou.aliyuncs.com") -> Capture:
    capture, tcp = opened(to_server_ms=to_server_ms)
    tcp.client(request(host=host))
    tcp.server(response(request_id=None, server="x") if "oss" not in host else response())
    tcp.close()
    return capture


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(talk(to_server_ms=180), "PRF007")
    assert finding.severity is Severity.INFO
    assert finding.summary == (
        "a round trip between client 192.0.2.10 and server 203.0.113.10 takes 180 ms (median of 1 connection)"
    )
    assert evidence_of(finding) == [(3, "ACK of the handshake", "180 ms after the SYN (frame 1)")]
    assert "The capture was taken at the client" in finding.explanation


@pytest.mark.parametrize("to_server_ms", [0.1, 30, 95])
def test_usual_ways_are_silent(to_server_ms: float) -> None:
    assert not analyze_capture(talk(to_server_ms=to_server_ms), "PRF007").findings


def test_other_servers_are_silent() -> None:
    assert not analyze_capture(talk(to_server_ms=300, host="shop.example.com"), "PRF007").findings
