import pytest

from osspcap.model.message import parse_fields
from osspcap.oss.facts import Context
from osspcap.oss.proxy import MAX_DEVICES, MAX_MARKS, ProxyTrace, devices_of, gather_trace, product_of
from tests.build.http import request, response
from tests.build.sightings import exchange_of


def trace_of(sent: bytes, answered: bytes | None = None) -> ProxyTrace | None:
    return gather_trace(exchange_of(sent, answered or response()), Context())


def test_fields_that_devices_write_are_told_with_their_values_and_the_hosts_that_via_names() -> None:
    trace = trace_of(request(Via="1.1 corp-proxy-01 (squid/4.10)", X_Forwarded_For="10.0.0.1", X_Real_IP="10.0.0.1"))
    assert trace is not None
    assert [(mark.field, mark.value) for mark in trace.passed_on] == [
        ("request header Via", "1.1 corp-proxy-01 (squid/4.10)"),
        ("request header X-Forwarded-For", "10.0.0.1"),
        ("request header X-Real-IP", "10.0.0.1"),
    ]
    assert (trace.request_devices, trace.request_product, trace.came_through) == (("corp-proxy-01",), "Squid", True)


def test_a_whole_url_as_target_tells_of_a_proxy_that_the_client_speaks_to() -> None:
    trace = trace_of(request(target="http://rokid.oss-cn-hangzhou.aliyuncs.com/key", Proxy_Connection="keep-alive"))
    assert trace is not None
    assert [mark.field for mark in trace.addressed] == ["request line", "request header Proxy-Connection"]
    assert not trace.came_through


def test_marks_of_a_cdn_are_read_from_the_answer() -> None:
    via = "cache45.l2cn1832[53,0], kunlun3.cn123[54,200-0,M]"
    answer = response(Via=via, EagleId="7cb2a9", X_Cache="MISS TCP_MISS dirn:-2:-2", Age="0")
    trace = trace_of(request(), answer)
    assert trace is not None
    assert trace.response_devices == ("cache45.l2cn1832", "kunlun3.cn123")
    assert trace.response_product == "Alibaba Cloud CDN"
    assert not trace.passed_on


def test_a_direct_exchange_has_no_trace() -> None:
    assert trace_of(request(User_Agent="curl/7.88", Range="bytes=0-1")) is None


def test_an_exchange_that_has_nothing_to_do_with_oss_has_none() -> None:
    assert trace_of(request(host="example.com", Via="1.1 p"), response(server="nginx", request_id=None)) is None


def test_a_tracing_library_in_the_client_is_no_proxy() -> None:
    assert trace_of(request(EagleEye_TraceId="0a1b")) is None


def test_hostile_heads_are_bounded() -> None:
    lines = b"".join(b"Via: 1.1 p%d, 1.1 q%d\r\n" % (n, n) for n in range(500))
    fields = parse_fields(b"GET / HTTP/1.1\r\n" + lines + b"\r\n", ((0, 1),))
    assert len(devices_of(fields)) == MAX_DEVICES
    sent = request().replace(b"\r\n\r\n", b"\r\n" + lines + b"\r\n")
    trace = trace_of(sent)
    assert trace is not None
    assert len(trace.passed_on) == MAX_MARKS


@pytest.mark.parametrize(
    ("line", "product"),
    [
        (b"X-Site-Cache-Status: HIT", "Alibaba Cloud ESA"),
        (b"CF-Cache-Status: HIT", "Cloudflare"),
        (b"Via: 1.1 varnish", "Varnish"),
        (b"Via: 1.1 p (ApacheTrafficServer/9)", "Apache Traffic Server"),
        (b"X-BlueCoat-Via: 1", "Blue Coat ProxySG"),
        (b"Via: 1.1 gate", ""),
    ],
)
def test_products_are_told_by_their_marks(line: bytes, product: str) -> None:
    assert product_of(parse_fields(b"HTTP/1.1 200 OK\r\n" + line + b"\r\n\r\n", ((0, 1),))) == product
