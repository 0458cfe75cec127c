import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, only_finding
from tests.build.http import request, response
from tests.build.sightings import put
from tests.build.wire import ACK, PSH, RST, Capture, Tcp


def talk(*, server_ttl: int = 52) -> tuple[Capture, Tcp]:
    """A kept connection with two answered requests, and a third one that is being sent."""
    capture = Capture()
    tcp = capture.tcp(server_ttl=server_ttl)
    tcp.handshake()
    for _ in range(2):
        tcp.client(request())
        tcp.server(response(body=b"x"))
    tcp.client(put(body=b"x" * 3000)[:2000])
    return capture, tcp


def test_message_and_evidence_in_full() -> None:
    capture, tcp = talk()
    tcp.reset(1, ttl=119)
    finding = only_finding(capture, "PRX202")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.POSSIBLE)
    assert finding.summary == (
        "the reset in the name of the server 203.0.113.10:80 was probably sent by another: "
        "it has TTL 119, the side's 6 own packets TTL 52"
    )
    assert evidence_of(finding) == [(len(capture.packets), "IP TTL of the RST", "119")]
    assert finding.exchanges == (2,)


def test_a_server_that_goes_on_after_its_own_reset_makes_it_likely() -> None:
    capture, tcp = talk()
    tcp.send(1, RST, ttl=119, window=0)
    tcp.send(1, ACK | PSH, response(403, "Forbidden"))
    finding = only_finding(capture, "PRX202")
    assert finding.confidence is Confidence.LIKELY
    assert "data followed it" in finding.summary


def test_resets_that_guess_ahead_of_the_data_are_noticed() -> None:
    capture, tcp = talk()
    for ahead in (1460, 4380):
        tcp.send(1, RST | ACK, seq=tcp.next_seq[1] + ahead, window=0)
    assert "2 of them lie ahead of all data" in only_finding(capture, "PRX202").summary


@pytest.mark.parametrize("ttl", [52, 51, 53, 54, 50, 255 - 12, 128 - 12])
def test_a_reset_from_the_same_distance_is_silent(ttl: int) -> None:
    capture, tcp = talk()
    tcp.reset(1, ttl=ttl)
    assert not analyze_capture(capture, "PRX202").findings


def test_a_capture_on_the_host_itself_is_silent() -> None:
    capture, tcp = talk(server_ttl=64)
    tcp.reset(1, ttl=255)
    assert not analyze_capture(capture, "PRX202").findings


def test_a_reset_after_all_is_done_is_silent() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    for _ in range(3):
        tcp.client(request())
        tcp.server(response(body=b"x"))
    tcp.reset(1, ttl=119)
    assert not analyze_capture(capture, "PRX202").findings


def test_too_few_packets_of_its_own_say_nothing() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request())
    tcp.reset(1, ttl=119)
    assert not analyze_capture(capture, "PRX202").findings


def test_a_side_whose_own_packets_come_from_several_distances_is_silent() -> None:
    capture, tcp = talk()
    tcp.send(1, ACK, ttl=45)
    tcp.reset(1, ttl=119)
    assert not analyze_capture(capture, "PRX202").findings


def test_plain_resets_of_either_side_are_silent() -> None:
    for side in (0, 1):
        capture, tcp = talk()
        tcp.reset(side)
        tcp.send(side, RST, window=0)
        assert not analyze_capture(capture, "PRX202").findings
