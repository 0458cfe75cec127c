"""HTTP that other tools' defaults misread, and traffic that only looks like OSS: each must come out as what it is."""

import gzip
import random
from pathlib import Path

import pytest

from osspcap.model.operation import Role
from tests.build.analyzed import answered_body, get, opened, report_of, sent_body, told
from tests.build.http import BUCKET_HOST, REQUEST_ID, message, oss_error, request, response
from tests.build.wire import Capture, Tcp
from tests.tls.test_hello import hello

BODY = random.Random(5).randbytes(20_000)


# --- HTTP where it is not expected ---


def test_http_on_port_8899_is_recognised(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp(sport=8899)
    tcp.handshake()
    get(tcp, "/object")
    report = report_of(cap, tmp_path)
    assert told(report) == [("GET /object", 200)]
    assert report.connections[0].protocol == "http/1.1"


def test_absolute_form_through_a_forward_proxy_names_bucket_and_object(tmp_path: Path) -> None:
    cap = Capture()
    tcp = cap.tcp(server="192.0.2.80", sport=3128)
    tcp.handshake()
    get(tcp, f"http://{BUCKET_HOST}/a/b.txt")
    report = report_of(cap, tmp_path)
    operation = report.exchanges[0].operation
    assert operation is not None
    assert (operation.bucket, operation.object, operation.role) == ("rokid", "a/b.txt", Role.OSS)


def connected(cap: Capture) -> Tcp:
    tcp = cap.tcp(server="192.0.2.80", sport=3128)
    tcp.handshake()
    tcp.client(message(f"CONNECT {BUCKET_HOST}:443 HTTP/1.1", {"Host": f"{BUCKET_HOST}:443"}))
    tcp.server(message("HTTP/1.1 200 Connection established", {}))
    return tcp


def test_http_inside_a_connect_tunnel_is_read(tmp_path: Path) -> None:
    cap = Capture()
    tcp = connected(cap)
    get(tcp, "/inside")
    assert told(report_of(cap, tmp_path)) == [(f"CONNECT {BUCKET_HOST}:443", 200), ("GET /inside", 200)]


def test_tls_inside_a_connect_tunnel_is_named(tmp_path: Path) -> None:
    cap = Capture()
    tcp = connected(cap)
    tcp.client(hello(BUCKET_HOST))
    report = report_of(cap, tmp_path)
    assert told(report) == [(f"CONNECT {BUCKET_HOST}:443", 200)]
    assert (report.connections[0].protocol, report.connections[0].sni) == ("tls", BUCKET_HOST)


# --- framing and pairing ---


def test_100_continue_belongs_to_the_exchange_it_announces(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    upload = request("PUT", "/object", body=b"x" * 3_000, Expect="100-continue")
    tcp.client(upload[:-3_000])
    tcp.server(message("HTTP/1.1 100 Continue", {}))
    tcp.client(upload[-3_000:])
    tcp.server(response(200))
    report = report_of(cap, tmp_path)
    assert told(report) == [("PUT /object", 200)]
    assert [interim.status for interim in report.exchanges[0].interims] == [100]
    assert sent_body(report.exchanges[0]).complete


def test_answers_without_body_do_not_swallow_what_follows(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    tcp.client(request("HEAD", "/head"))
    tcp.server(response(200, Content_Length="20700"))
    tcp.client(request("DELETE", "/delete"))
    tcp.server(response(204, "No Content", length=False))
    tcp.client(request("GET", "/unchanged"))
    tcp.server(response(304, "Not Modified", Content_Length="20700"))
    get(tcp, "/last")
    report = report_of(cap, tmp_path)
    expected = [("HEAD /head", 200), ("DELETE /delete", 204), ("GET /unchanged", 304), ("GET /last", 200)]
    assert told(report) == expected
    assert [answered_body(exchange).captured for exchange in report.exchanges] == [0, 0, 0, 10]
    assert all(answered_body(exchange).complete for exchange in report.exchanges)


def test_pipelined_requests_are_paired_in_order(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    tcp.client(b"".join(request("GET", f"/{number}") for number in range(4)))
    tcp.server(b"".join(response(200 + number, body=b"x" * number) for number in range(4)))
    assert told(report_of(cap, tmp_path)) == [(f"GET /{number}", 200 + number) for number in range(4)]


def test_chunked_answer_ends_behind_its_trailers(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    tcp.client(request("GET", "/chunked"))
    chunked = response(200, Transfer_Encoding="chunked", Trailer="x-oss-hash-crc64ecma")
    tcp.server(chunked + b"5\r\nhello\r\n6;name=value\r\n world\r\n0\r\nx-oss-hash-crc64ecma: 1\r\n\r\n", size=7)
    get(tcp, "/last")
    report = report_of(cap, tmp_path)
    assert told(report) == [("GET /chunked", 200), ("GET /last", 200)]
    body = answered_body(report.exchanges[0])
    assert (body.window, body.captured, body.complete) == (b"hello world", 11, True)
    assert b"x-oss-hash-crc64ecma: 1" in body.raw_trailers


def test_gzip_error_document_is_read(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    tcp.client(request("GET", "/object"))
    packed = gzip.compress(oss_error("NoSuchBucket", "The specified bucket does not exist."), mtime=0)
    tcp.server(response(404, "Not Found", body=packed, Content_Encoding="gzip", Content_Type="application/xml"))
    operation = report_of(cap, tmp_path).exchanges[0].operation
    assert operation is not None
    assert operation.error is not None
    assert operation.error.code.value == "NoSuchBucket"


def test_http_1_0_answer_lasts_until_the_connection_closes(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    tcp.client(request("GET", "/object"))
    tcp.server(message("HTTP/1.0 200 OK", {"Server": "AliyunOSS", "x-oss-request-id": REQUEST_ID}, BODY[:7_000]))
    tcp.close(1)
    report = report_of(cap, tmp_path)
    assert told(report) == [("GET /object", 200)]
    body = answered_body(report.exchanges[0])
    assert (body.announced, body.captured, body.complete) == (None, 7_000, True)


# --- what is OSS and what is not ---


@pytest.mark.parametrize(
    "host",
    [
        "telemetry.cn-hangzhou.log.aliyuncs.com",
        "project.cn-hangzhou-intranet.log.aliyuncs.com",
        "mirrors.aliyuncs.com",
        "ecs.aliyuncs.com",
        "oss.example.com",
    ],
)
def test_other_services_are_not_taken_for_oss(host: str, tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    tcp.client(request("POST", "/logs", host=host, body=b"x"))
    tcp.server(response(500, "Error", request_id=None, server="openresty", body=b"{}"))
    report = report_of(cap, tmp_path)
    assert told(report) == [("POST /logs", 500)]
    assert report.exchanges[0].operation is None


def test_object_whose_content_is_an_error_document_is_no_error(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    get(tcp, "/saved-error.xml", oss_error("SignatureDoesNotMatch", "kept for the ticket"))
    report = report_of(cap, tmp_path)
    operation = report.exchanges[0].operation
    assert operation is not None
    assert operation.error is None
    assert not [finding for finding in report.findings if finding.severity != "info"]


def test_web_page_that_quotes_an_error_document_is_not_oss(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    tcp.client(request("GET", "/faq", host="www.example.com"))
    page = b"<html>" + oss_error("SignatureDoesNotMatch", "as quoted") + b"</html>"
    tcp.server(response(404, "Not Found", request_id=None, server="nginx", body=page, Content_Type="text/html"))
    assert report_of(cap, tmp_path).exchanges[0].operation is None


def test_nginx_with_a_request_id_in_front_of_oss_is_oss(tmp_path: Path) -> None:
    cap = Capture()
    tcp = opened(cap)
    tcp.client(request("GET", "/object", host="files.example.com"))
    tcp.server(response(200, server="nginx", body=b"x"))
    operation = report_of(cap, tmp_path).exchanges[0].operation
    assert operation is not None
    assert operation.answered_by_oss
    assert operation.request_id is not None
    assert operation.request_id.value == REQUEST_ID
