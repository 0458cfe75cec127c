from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.datagrams import ROUTER, icmp_error
from tests.build.http import response
from tests.build.troubles import lossy_upload, stuck
from tests.build.wire import ACK, FIN


def test_message_and_evidence_in_full() -> None:
    capture, tcp, _ = stuck()
    tcp.send(1, FIN | ACK, ack=1301)
    finding = only_finding(capture, "NET012")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.LIKELY)
    assert finding.summary == (
        "a segment of 1,460 bytes from the client does not get through in PutObject of rokid/key: sent 5 times in "
        "4.2 s and never acknowledged, while smaller ones pass"
    )
    assert [item.field for item in finding.evidence] == [
        "request line",
        *["tcp retransmission"] * 4,
        "later packet of the other side",
    ]


def test_an_icmp_error_makes_it_certain_and_names_the_mtu() -> None:
    capture, tcp, _ = stuck(repeats=1)
    icmp_error(capture, tcp, kind=3, code=4, rest=1400, seq=1301)
    finding = only_finding(capture, "NET012")
    assert finding.confidence is Confidence.CONFIRMED
    assert finding.summary.endswith(f"; {ROUTER} says that the next link takes 1400 bytes")


def test_without_any_sign_of_life_it_is_possible() -> None:
    capture, _, _ = stuck()
    assert only_finding(capture, "NET012").confidence is Confidence.POSSIBLE


def test_the_fault_is_told_once() -> None:
    capture, tcp, _ = stuck()
    tcp.send(0, FIN | ACK)
    assert [finding.rule for finding in faults(analyze_capture(capture))] == ["NET012"]


def test_losses_that_get_repaired_are_silent() -> None:
    assert not analyze_capture(lossy_upload(), "NET012").findings


def test_a_segment_that_gets_through_in_the_end_is_silent() -> None:
    capture, tcp, _ = stuck()
    tcp.send(1, ACK)
    tcp.server(response())
    assert not analyze_capture(capture, "NET012").findings


def test_large_segments_before_it_show_that_the_way_takes_them() -> None:
    capture, _, _ = stuck(first=300 + 3 * 1460, total=20_000)
    assert not analyze_capture(capture, "NET012").findings
