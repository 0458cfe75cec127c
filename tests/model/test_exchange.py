from pathlib import Path

from osspcap.analysis import dissect
from tests.build.http import oss_error, request, response
from tests.build.wire import Capture


def test_answer_before_the_body_ended_is_called_early(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp()
    tcp.handshake()
    tcp.client(request("PUT", "/big", Content_Length="100000") + b"x" * 3000)
    tcp.server(response(403, "Forbidden", body=oss_error("AccessDenied", "no")))
    tcp.client(b"x" * 1000)
    tcp.reset(1)
    exchange = dissect(cap.write(tmp_path / "x.pcap")).exchanges[0]
    assert exchange.status == 403
    assert exchange.is_answered_early


def test_answer_after_the_body_is_not_early(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp()
    tcp.handshake()
    tcp.client(request("PUT", "/key", body=b"x" * 3000))
    tcp.server(response(200))
    exchange = dissect(cap.write(tmp_path / "x.pcap")).exchanges[0]
    assert exchange.status == 200
    assert not exchange.is_answered_early
