from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.datagrams import resolve
from tests.build.http import request, response
from tests.build.troubles import unanswered
from tests.build.wire import SYN, Capture
from tests.tls.test_hello import hello


def talk_to(capture: Capture, host: str, cport: int) -> None:
    tcp = capture.tcp(cport=cport)
    tcp.handshake()
    tcp.client(request(host=host))
    tcp.server(response(request_id=None, server="nginx"))
    tcp.close()


def greet(capture: Capture, server_name: str, cport: int = 50_100) -> None:
    tcp = capture.tcp(cport=cport, sport=443)
    tcp.handshake()
    tcp.client(hello(server_name))
    tcp.close()


def test_a_capture_of_other_hosts_names_them_and_the_command_to_use() -> None:
    capture = Capture()
    talk_to(capture, "shop.example.com", 50_000)
    talk_to(capture, "shop.example.com", 50_001)
    greet(capture, "www.example.org")
    redis = capture.tcp(cport=50_002, sport=6379)
    redis.handshake()
    redis.client(b"*1\r\n$4\r\nPING\r\n")
    redis.server(b"+PONG\r\n")
    finding = only_finding(capture, "CAP006")
    assert finding.severity is Severity.WARNING
    assert finding.confidence is Confidence.LIKELY
    assert finding.summary == (
        f"nothing in {len(capture.packets)} packets looks like OSS traffic; it holds HTTP to shop.example.com; "
        "TLS to www.example.org; TCP port 6379"
    )
    assert [(field, observed) for _, field, observed in evidence_of(finding)] == [
        ("request header Host", "shop.example.com (2 connections)"),
        ("TLS server name", "www.example.org"),
        ("server port", "6379"),
    ]
    assert any("tcpdump -i any -s0" in step for step in finding.fix)


def test_plain_http_to_other_hosts_is_told_with_certainty() -> None:
    capture = Capture()
    talk_to(capture, "mirrors.aliyuncs.com", 50_000)
    assert only_finding(capture, "CAP006").confidence is Confidence.CONFIRMED


def test_an_empty_capture_is_told() -> None:
    finding = only_finding(Capture(), "CAP006")
    assert finding.summary == "nothing in 0 packets looks like OSS traffic; it holds no TCP connection"
    assert evidence_of(finding) == [(0, "protocols", "no packet at all")]


def test_packets_that_could_not_be_decoded_are_named() -> None:
    capture = Capture()
    capture.add(b"\x01\x02\x03\x04" * 20)
    finding = only_finding(capture, "CAP006", link_type=147)
    ((frame, field, observed),) = evidence_of(finding)
    assert (frame, field) == (1, "protocols")
    assert "147" in observed
    assert "(1)" in observed


def test_a_request_to_oss_is_silent() -> None:
    assert not analyze_capture(exchange_capture((request(), response())), "CAP006").findings


def test_an_answer_of_oss_under_a_custom_domain_is_silent() -> None:
    capture = exchange_capture((request(host="img.example.com"), response()))
    assert not analyze_capture(capture, "CAP006").findings


def test_tls_to_an_oss_endpoint_is_silent() -> None:
    capture = Capture()
    greet(capture, "rokid.oss-cn-hangzhou.aliyuncs.com")
    report = analyze_capture(capture, "CAP006")
    assert not report.findings
    assert not report.undecided


def test_unanswered_syns_leave_it_undecided() -> None:
    capture = Capture()
    tcp = capture.tcp()
    for _ in range(3):
        tcp.send(0, SYN, seq=1000)
        capture.wait(1)
    report = analyze_capture(capture, "CAP006")
    assert not report.findings
    assert [item.reason for item in report.undecided] == [
        "1 connection (to 203.0.113.10:80) never showed the name of a host: OSS may have been meant"
    ]


def test_tls_that_began_before_the_capture_leaves_it_undecided() -> None:
    capture = Capture()
    tcp = capture.tcp(sport=443)
    tcp.client(b"\x17\x03\x03\x00\x20" + bytes(32))
    tcp.server(b"\x17\x03\x03\x00\x20" + bytes(32))
    report = analyze_capture(capture, "CAP006")
    assert (len(report.findings), len(report.undecided)) == (0, 1)


def test_a_shell_session_that_began_before_the_capture_is_told() -> None:
    capture = Capture()
    tcp = capture.tcp(sport=22)
    tcp.client(bytes(range(48)))
    tcp.server(bytes(range(64)))
    assert "TCP port 22" in only_finding(capture, "CAP006").summary


def test_requests_whose_host_was_cut_off_leave_it_undecided() -> None:
    capture = Capture()
    talk_to(capture, "shop.example.com", 50_000)
    report = analyze_capture(capture, "CAP006", snaplen=60)
    assert (len(report.findings), len(report.undecided)) == (0, 1)


def test_a_request_without_a_host_is_named_by_its_address() -> None:
    capture = exchange_capture((b"GET /a HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"))
    assert "it holds HTTP to 203.0.113.10" in only_finding(capture, "CAP006").summary


def test_a_client_that_only_got_as_far_as_the_name_was_after_oss() -> None:
    capture = Capture()
    resolve(capture, "rokid.oss-cn-hangzou.aliyuncs.com", code="NXDOMAIN")
    assert [finding.rule for finding in analyze_capture(capture).findings] == ["NET003"]


def test_a_client_that_nobody_answered_at_the_address_of_an_endpoint_was_after_oss() -> None:
    capture = Capture()
    resolve(capture, "rokid.oss-cn-hangzhou.aliyuncs.com", "203.0.113.99")
    report = analyze_capture(unanswered(capture=capture))
    assert [finding.rule for finding in report.findings] == ["NET001"]
    assert not report.undecided
