from typing import Any

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.http import request, response
from tests.build.sightings import put

PROXIED: dict[str, Any] = {"Via": "1.1 corp-proxy-01", "X_Forwarded_For": "192.168.60.23"}


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(exchange_capture((put(**PROXIED), response())), "PRX001")
    assert finding.severity is Severity.INFO
    assert finding.summary == (
        "PutObject of rokid/key came through corp-proxy-01: Via 1.1 corp-proxy-01, X-Forwarded-For 192.168.60.23; "
        "these fields are not signed and harmless by themselves"
    )
    assert evidence_of(finding) == [
        (4, "request header Via", "1.1 corp-proxy-01"),
        (4, "request header X-Forwarded-For", "192.168.60.23"),
    ]


def test_requests_through_one_chain_are_one_finding_and_another_chain_is_another() -> None:
    one, other = put(**PROXIED), put(Via="1.1 gate")
    report = analyze_capture(exchange_capture((one, response()), (one, response()), (other, response())), "PRX001")
    assert [(finding.occurrences, finding.exchanges) for finding in report.findings] == [(2, (0, 1)), (1, (2,))]


def test_a_client_that_speaks_to_a_proxy_is_told() -> None:
    sent = request(target="http://rokid.oss-cn-hangzhou.aliyuncs.com/key", Proxy_Connection="Keep-Alive")
    finding = only_finding(exchange_capture((sent, response())), "PRX001")
    assert finding.summary.startswith("the client sends GetObject of rokid/key to a proxy: request line GET http://")


def test_a_direct_request_is_silent() -> None:
    assert not analyze_capture(exchange_capture((put(), response())), "PRX001").findings


def test_a_callback_behind_a_reverse_proxy_is_silent() -> None:
    sent = request("POST", "/cb", host="app", body=b"{}", authorization="x", x_oss_pub_key_url="aA==", X_Real_IP="1")
    assert not analyze_capture(exchange_capture((sent, response(server="app", request_id=None))), "PRX001").findings


def test_other_traffic_through_the_proxy_is_silent() -> None:
    capture = exchange_capture((request(host="example.com", Via="1.1 p"), response(server="x", request_id=None)))
    assert not analyze_capture(capture, "PRX001").findings
