from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import request, response
from tests.build.wire import SYN, Capture

CODE = "END005"


def unanswered(server: str, *others: tuple[bytes, bytes]) -> Capture:
    capture = exchange_capture(*others) if others else Capture()
    tcp = capture.tcp(server=server, cport=50001)
    for seconds in (1, 2, 4):
        tcp.send(0, SYN, seq=1000)
        capture.wait(seconds)
    return capture


def test_syns_to_an_internal_address_are_told() -> None:
    finding = only_finding(unanswered("100.118.28.50"), CODE)
    assert "100.118.28.50" in finding.summary
    assert finding.evidence[0].observed == "100.118.28.50:80"


def test_a_named_internal_endpoint_widens_the_range() -> None:
    other = (request(host="rokid.oss-cn-hangzhou-internal.aliyuncs.com"), response(503, "Unavailable", server="nginx"))
    finding = only_finding(unanswered("100.64.0.9", other), CODE)
    assert finding.fix[0].endswith("use `https://oss-cn-hangzhou.aliyuncs.com`.")


def test_other_addresses_are_silent() -> None:
    for server in ("203.0.113.10", "100.64.0.9", "100.200.1.1"):
        assert not analyze_capture(unanswered(server), CODE).findings


def test_an_answered_connection_is_silent() -> None:
    capture = Capture()
    tcp = capture.tcp(server="100.118.28.50")
    tcp.handshake()
    tcp.close()
    assert not analyze_capture(capture, CODE).findings
