from io import BytesIO

import pytest

from osspcap.analysis import dissect
from osspcap.model.exchange import Exchange
from osspcap.oss import signing_neighbours
from osspcap.oss.facts import Context
from osspcap.oss.signing.request import from_message
from osspcap.oss.signing.scheme import recognise
from osspcap.oss.signing_neighbours import accepted_key, accepted_twin, buckets_around, legs_of
from tests.build.analyze import exchange_capture
from tests.build.http import BUCKET_HOST, response
from tests.build.mismatch import EXPIRES, mismatch, v1_request, v1_string, v1_url
from tests.build.signed import raw_request
from tests.build.wire import Capture

SAME = v1_string()
REFUSED = (v1_request(SAME), mismatch(SAME))


def exchanges_of(capture: Capture) -> list[Exchange]:
    return list(dissect("-", stdin=BytesIO(capture.pcap())).exchanges)


def test_legs_share_a_request_id_and_not_a_connection() -> None:
    capture = Capture()
    outer = capture.tcp(client="192.0.2.10", cport=40000, server="192.0.2.1", sport=8080)
    inner = capture.tcp(client="192.0.2.1", cport=50001)
    outer.handshake()
    inner.handshake()
    outer.client(REFUSED[0])
    inner.client(REFUSED[0])
    inner.server(REFUSED[1])
    outer.server(REFUSED[1])
    found = exchanges_of(capture)
    context = Context(found)
    assert [legs_of(exchange, context) for exchange in found] == [(None, 1), (0, None)]
    alone = exchanges_of(exchange_capture(REFUSED, REFUSED))
    assert [legs_of(exchange, Context(alone)) for exchange in alone] == [(None, None)] * 2


def test_an_accepted_request_of_the_same_key_is_found_on_either_side() -> None:
    accepted = (REFUSED[0], response(200))
    for pairs, wanted in (((REFUSED, accepted), 1), ((accepted, REFUSED), 0), ((REFUSED, REFUSED), None)):
        found = exchanges_of(exchange_capture(*pairs))
        refused = next(exchange for exchange in found if exchange.status == 403)
        assert refused.operation is not None
        assert accepted_key(refused, refused.operation, Context(found)) == wanted


@pytest.mark.parametrize(("query", "wanted"), [("&x-oss-process=a", 0), ("", None)])
def test_a_twin_has_the_same_signature_and_another_target(query: str, wanted: int | None) -> None:
    string = v1_string("GET", "/rokid/k", date=str(EXPIRES))
    first, second = (
        raw_request("GET", v1_url("/k", string, query=part), {"Host": BUCKET_HOST}) for part in ("", query)
    )
    found = exchanges_of(exchange_capture((first, response(200)), (second, mismatch(string))))
    refused = found[1]
    assert refused.request is not None
    split = from_message(refused.request)
    auth = recognise(split)
    assert auth is not None
    assert accepted_twin(refused, split, auth, Context(found)) == wanted


def test_buckets_of_the_neighbourhood_are_tried_behind_a_custom_domain() -> None:
    other = v1_request(SAME, host="second.oss-cn-hangzhou.aliyuncs.com")
    custom = v1_request(SAME, host="static.example.com")
    found = exchanges_of(exchange_capture((other, response(200)), (custom, mismatch(SAME))))
    refused = found[1]
    assert refused.operation is not None
    assert buckets_around(refused, refused.operation, Context(found)) == ("rokid", "second")
    plain = exchanges_of(exchange_capture((other, response(200)), REFUSED))[1]
    assert plain.operation is not None
    assert buckets_around(plain, plain.operation, Context(found)) == ("rokid",)


def test_only_so_many_neighbours_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_neighbours, "MAX_NEIGHBOURS", 2)
    found = exchanges_of(exchange_capture((REFUSED[0], response(200)), REFUSED, REFUSED, REFUSED))
    keys = [
        accepted_key(exchange, exchange.operation, Context(found))
        for exchange in found
        if exchange.operation is not None
    ]
    assert keys[1:] == [0, 0, None]
