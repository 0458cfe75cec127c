from osspcap.model.comparison import MatchedBy
from osspcap.oss.matching import is_comparable, match_exchanges, signature_key
from tests.build.analyze import exchange_capture
from tests.build.http import request, response
from tests.build.sightings import dissected, exchange_of, put
from tests.build.wire import Capture

OTHER_ID = "5C2723573183A12D1A2B3C4E"
BAD_GATEWAY = response(502, "Bad Gateway", request_id=None, server="nginx")


def matched(client: Capture, server: Capture) -> list[tuple[int, int, MatchedBy]]:
    return [tuple(match) for match in match_exchanges(dissected(client).exchanges, dissected(server).exchanges)]  # type: ignore[misc]


def test_the_request_id_joins_whatever_else_was_changed() -> None:
    client = exchange_capture((put("/a"), response()), (put("/b"), response(request_id=OTHER_ID)))
    server = exchange_capture((put("/x", Date="no"), response(request_id=OTHER_ID)), (request("GET", "/y"), response()))
    assert matched(client, server) == [(0, 1, MatchedBy.REQUEST_ID), (1, 0, MatchedBy.REQUEST_ID)]


def test_the_signature_joins_where_an_answer_has_no_request_id() -> None:
    client = exchange_capture((put("/a%2Fb"), BAD_GATEWAY))
    server = exchange_capture((put("/a/b"), response()))
    assert matched(client, server) == [(0, 0, MatchedBy.SIGNATURE)]


def test_a_signature_in_the_query_joins_as_well() -> None:
    target = "/key?OSSAccessKeyId=LTAI&Expires=1&Signature=abc%3D"
    client = exchange_capture((request("GET", target), BAD_GATEWAY))
    server = exchange_capture((request("GET", target.replace("%3D", "=")), response()))
    assert matched(client, server) == [(0, 0, MatchedBy.SIGNATURE)]


def test_method_path_date_and_body_join_where_the_signature_was_taken_off() -> None:
    client = exchange_capture((put("/a%2Fb"), BAD_GATEWAY), (put("/a%2Fb", body=b"other"), BAD_GATEWAY))
    bare = request("PUT", "/a/b", body=b"other", Date="Sat, 29 Dec 2018 07:32:34 GMT")
    assert matched(client, exchange_capture((bare, response()))) == [(1, 0, MatchedBy.CONTENT)]


def test_order_joins_what_nothing_else_tells_apart() -> None:
    client = exchange_capture((request("GET", "/k"), BAD_GATEWAY), (request("GET", "/k"), BAD_GATEWAY))
    server = exchange_capture((request("GET", "/k"), response()))
    assert matched(client, server) == [(0, 0, MatchedBy.ORDER)]


def test_two_request_ids_are_two_requests_even_with_one_signature() -> None:
    client, server = exchange_capture((put(), response())), exchange_capture((put(), response(request_id=OTHER_ID)))
    assert matched(client, server) == []


def test_a_callback_is_not_joined_with_its_upload() -> None:
    callback = request("POST", "/cb", host="app.example.com", body=b"{}", authorization="x", x_oss_pub_key_url="aA==")
    callback = callback.replace(b"\r\n\r\n", b"\r\nx-oss-request-id: 5C2723573183A12D1A2B3C4D\r\n\r\n")
    capture = exchange_capture((callback, response(server="nginx", request_id=None)))
    assert not is_comparable(dissected(capture).exchanges[0])
    assert matched(exchange_capture((put(), response())), capture) == []


def test_a_request_without_signature_has_no_signature_key() -> None:
    assert signature_key(exchange_of(request("GET", "/key?prefix=a"))) == ""
