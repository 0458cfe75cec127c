from io import BytesIO

from osspcap.analysis import dissect
from osspcap.model.comparison import MatchedBy, Place
from osspcap.oss.legs import Legs, is_nested
from tests.build.analyze import exchange_capture
from tests.build.http import request, response
from tests.build.sightings import CLIENT, PROXY, SERVER, legs_capture, open_legs, put
from tests.build.wire import Capture

ABSOLUTE = "http://rokid.oss-cn-hangzhou.aliyuncs.com/key"
GATEWAY_TIMEOUT = response(504, "Gateway Time-out", request_id=None, server="nginx")


def legs_of(capture: Capture) -> Legs | None:
    return dissect("-", stdin=BytesIO(capture.pcap())).facts.get(Legs)


def pairs(capture: Capture) -> list[tuple[tuple[int, ...], MatchedBy | None]]:
    legs = legs_of(capture)
    return [] if legs is None else [(each.exchanges, each.matched_by) for each in legs.requests]


def test_the_request_id_of_both_answers_joins_the_legs() -> None:
    legs = legs_of(legs_capture(put(ABSOLUTE), put("/key", Via="1.1 p"), response(), response(server="p")))
    assert legs is not None
    assert [(each.exchanges, each.matched_by) for each in legs.requests] == [((0, 1), MatchedBy.REQUEST_ID)]
    assert (legs.inner_of(0), legs.outer_of(1), legs.inner_of(1), legs.outer_of(0)) == (1, 0, None, None)
    assert [item.place for item in legs.requests[0].differences if not item.expected] == []


def test_what_the_proxy_changed_stands_in_the_legs() -> None:
    legs = legs_of(legs_capture(put("/a%252Fb"), put("/a%2Fb"), response(403), response(403)))
    assert legs is not None
    assert [item.place for item in legs.requests[0].differences] == [Place.TARGET]


def test_the_signature_joins_them_where_the_proxy_answered_itself() -> None:
    capture = legs_capture(put(ABSOLUTE), put("/key"), None, GATEWAY_TIMEOUT)
    assert pairs(capture) == [((0, 1), MatchedBy.SIGNATURE)]
    legs = legs_of(capture)
    assert legs is not None
    assert legs.requests[0].blind_spot == ""


def test_a_proxy_on_the_way_is_known_by_its_marks_as_well() -> None:
    capture = Capture()
    outer, inner = capture.tcp(CLIENT, 50000, "198.51.100.1", 80), capture.tcp("192.0.2.99", 40000, SERVER, 80)
    outer.handshake()
    inner.handshake()
    outer.client(put())
    inner.client(put(Via="1.1 p"))
    inner.close(1)
    outer.server(GATEWAY_TIMEOUT)
    assert pairs(capture) == [((0, 1), MatchedBy.SIGNATURE)]


def test_three_legs_are_two_proxies_in_a_row() -> None:
    capture = Capture()
    outer, middle = open_legs(capture)
    inner = capture.tcp("192.0.2.60", 41000, SERVER, 80)
    inner.handshake()
    for leg in (outer, middle, inner):
        leg.client(put())
    for leg in (inner, middle, outer):
        leg.server(response())
    assert pairs(capture) == [((0, 1), MatchedBy.REQUEST_ID), ((1, 2), MatchedBy.REQUEST_ID)]


def test_a_signed_url_that_is_used_twice_is_no_leg() -> None:
    capture = Capture()
    target = "/key?OSSAccessKeyId=LTAI&Expires=1&Signature=abc"
    first, second = capture.tcp(CLIENT, 50000), capture.tcp(CLIENT, 50001, "203.0.113.11")
    first.handshake()
    second.handshake()
    first.client(request("GET", target))  # never answered
    second.client(request("GET", target))
    second.server(response())
    assert pairs(capture) == []


def test_requests_one_after_the_other_are_no_legs_whatever_their_ids() -> None:
    assert pairs(exchange_capture((put(), response()), (put(), response()))) == []


def test_a_callback_is_no_leg_of_its_upload() -> None:
    capture = Capture()
    upload, callback = capture.tcp(CLIENT, 50000), capture.tcp(SERVER, 40000, PROXY, 80)
    upload.handshake()
    callback.handshake()
    upload.client(put())
    sent = request("POST", "/cb", host="app", body=b"{}", authorization="x", x_oss_pub_key_url="aA==")
    callback.client(sent.replace(b"\r\n\r\n", b"\r\nx-oss-request-id: 5C2723573183A12D1A2B3C4D\r\n\r\n", 1))
    callback.server(response(server="app", request_id=None, body=b"{}"))
    upload.server(response())
    assert pairs(capture) == []


def test_a_leg_that_outlasts_the_other_is_not_inside_it() -> None:
    capture = Capture()
    outer, inner = open_legs(capture)
    outer.client(put())
    inner.client(put())
    outer.server(response())
    inner.server(response())
    exchanges = dissect("-", stdin=BytesIO(capture.pcap())).exchanges
    assert not is_nested(exchanges[0], exchanges[1])
    assert pairs(capture) == []


def test_an_open_connection_at_the_end_of_the_capture_may_still_be_answered() -> None:
    capture = Capture()
    outer, inner = open_legs(capture)
    outer.client(put())
    inner.client(put())
    outer.server(GATEWAY_TIMEOUT)
    legs = legs_of(capture)
    assert legs is not None
    assert legs.requests[0].blind_spot == "the connection nearer to the server was still open when the capture ended"
