from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import request, response


def test_time_that_runs_backwards_is_told_at_its_first_packet() -> None:
    capture = exchange_capture((request(), response()))
    for packet in capture.packets[4:]:
        packet.ts_ns -= 90_000_000_000
    finding = only_finding(capture, "CAP008")
    assert finding.severity is Severity.WARNING
    assert finding.summary == "time runs backwards by more than a second at 1 packet of the capture"
    assert finding.evidence[0].frame == 5


def test_stamps_of_1970_are_told_with_their_count() -> None:
    capture = exchange_capture((request(), response()))
    for number, packet in enumerate(capture.packets):
        packet.ts_ns = number * 1_000_000
    finding = only_finding(capture, "CAP008")
    assert finding.summary == f"{len(capture.packets)} packets of the capture are stamped before the year 2000"
    assert finding.evidence[0].frame == 1


def test_small_steps_back_are_silent() -> None:
    capture = exchange_capture((request(), response()))
    capture.packets[5].ts_ns -= 900_000_000
    assert not analyze_capture(capture, "CAP008").findings


def test_a_sound_clock_is_silent() -> None:
    assert not analyze_capture(exchange_capture((request(), response())), "CAP008").findings
