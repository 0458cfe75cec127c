from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, faults, only_finding
from tests.build.http import oss_error, response
from tests.build.uploads import UPLOAD, healthy_upload, initiate, part
from tests.build.wire import Capture

BUSY = response(503, "Busy", body=oss_error("ServiceUnavailable", "Please reduce your request rate."))


def test_a_part_that_is_sent_three_times_is_a_warning_that_counts_how_the_tries_ended() -> None:
    tries = [part(2, b"x" * 1024, BUSY), part(2, b"x" * 1024, BUSY), part(2, b"x" * 1024)]
    finding = only_finding(exchange_capture(initiate(), part(1), *tries), "MPU009")
    assert finding.severity is Severity.WARNING
    assert finding.summary == (
        "part 2 of rokid/video/clip.bin was sent up to 3 times: 2 repetitions, 2.0 KiB in vain; the tries ended with "
        f"1 x 200, 2 x 503 (upload ID {UPLOAD})"
    )
    assert finding.exchanges == (2, 3, 4)
    assert ("response body <Code>", "ServiceUnavailable") in [(field, seen) for _, field, seen in evidence_of(finding)]


def test_a_quarter_of_all_parts_sent_twice_is_one_too() -> None:
    twice = [part(number, answer=BUSY) for number in (1, 2, 3)]
    finding = only_finding(exchange_capture(*twice, *(part(number) for number in range(1, 13))), "MPU009")
    assert finding.summary.startswith("parts 1, 2 and 3 of rokid/video/clip.bin were sent up to 2 times: 3 repetitions")
    many = [*twice, *(part(number) for number in range(1, 14))]
    assert not analyze_capture(exchange_capture(*many), "MPU009").findings


def test_a_connection_that_breaks_counts_as_a_try() -> None:
    capture = Capture()
    for number in range(3):
        tcp = capture.tcp(cport=50000 + number)
        tcp.handshake()
        tcp.client(part(1)[0])
        tcp.reset()
    assert "3 x no answer" in only_finding(capture, "MPU009").summary


def test_single_retries_and_healthy_uploads_are_silent() -> None:
    assert not analyze_capture(exchange_capture(part(1, answer=BUSY), part(1), part(2)), "MPU009").findings
    assert not faults(analyze_capture(exchange_capture(*healthy_upload(*[b"x" * 102_400] * 3))))
