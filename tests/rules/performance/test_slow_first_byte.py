import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, faults, only_finding
from tests.build.http import request, response
from tests.build.slow import late_answer, repeated_after
from tests.build.timed import opened
from tests.build.wire import ACK, PSH


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(late_answer(4.2, server_ms=4_150), "PRF003")
    assert (finding.severity, finding.confidence) == (Severity.WARNING, Confidence.CONFIRMED)
    assert finding.summary == (
        "the answer to PutObject of rokid/key begins 4.2 s after the request: OSS worked 4.15 s (x-oss-server-time), "
        "the network took 50 ms (request ID 5C2723573183A12D1A2B3C4D)"
    )
    assert evidence_of(finding)[2:] == [
        (6, "response header x-oss-server-time", "4150"),
        (6, "first byte of the response", "4.2 s after the last byte of the request (frame 4)"),
    ]
    assert "OSS itself states" in finding.explanation


@pytest.mark.parametrize(
    ("server_ms", "words", "step"),
    [(20, "held up on the way", "proxy"), (1_000, "a part of this time", "compare"), (None, "does not state", "proxy")],
)
def test_who_took_the_time_is_told_by_the_servers_own_figure(server_ms: int | None, words: str, step: str) -> None:
    finding = only_finding(late_answer(2, server_ms=server_ms), "PRF003")
    assert words in finding.explanation
    assert step in " ".join(finding.fix)


def test_a_request_that_had_to_be_sent_again_lost_its_time_on_the_way() -> None:
    capture, tcp = opened(to_server_ms=10)
    data = request()
    tcp.client(data, acknowledge=False)
    capture.wait(3)
    tcp.send(0, ACK | PSH, data, seq=1001)
    tcp.server(response(x_oss_server_time="2"))
    finding = only_finding(capture, "PRF003")
    assert "3 s of it until something was sent again" in finding.summary
    assert "Segments were lost" in finding.explanation


@pytest.mark.parametrize("seconds", [0.1, 0.9])
def test_quick_answers_are_silent(seconds: float) -> None:
    assert not faults(analyze_capture(late_answer(seconds, server_ms=5)))


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("POST", "/key?uploadId=0004B9894A22E5B1888A1E29F8236E2D", {}),
        ("GET", "/key?x-oss-process=image/resize,w_100", {}),
        ("PUT", "/copy", {"x-oss-copy-source": "/rokid/key"}),
    ],
)
def test_requests_that_make_oss_work_have_more_time(method: str, target: str, headers: dict[str, str]) -> None:
    capture = late_answer(5, server_ms=4_900, method=method, target=target, headers=headers)
    assert not analyze_capture(capture, "PRF003").findings
    capture = late_answer(15, server_ms=14_900, method=method, target=target, headers=headers)
    assert "begins 15 s after" in only_finding(capture, "PRF003").summary


def test_a_slow_upload_is_no_slow_answer() -> None:
    assert not analyze_capture(repeated_after(3), "PRF003").findings
