import gzip

from osspcap.model.comparison import Place
from osspcap.oss.differences import differences_of
from tests.build.http import request, response
from tests.build.sightings import differences, dissected, put
from tests.build.wire import Capture

BIG = bytes(range(256)) * 400


def body_changes(client: tuple[bytes, bytes], server: tuple[bytes, bytes]) -> list[tuple[Place, str, str]]:
    return [
        (item.place, item.note, item.expected)
        for item in differences(client, server)[0]
        if item.place in (Place.REQUEST_BODY, Place.RESPONSE_BODY)
    ]


def test_the_first_byte_that_differs_is_named() -> None:
    changed = body_changes((put(body=b"hello"), response()), (put(body=b"heLLo"), response()))
    assert changed == [(Place.REQUEST_BODY, "first difference at byte 2", "")]


def test_bodies_longer_than_what_is_kept_are_told_apart_by_their_digest() -> None:
    other = BIG[:-1] + b"\0"
    changed = body_changes((put(body=BIG), response()), (put(body=other), response()))
    assert changed == [(Place.REQUEST_BODY, "same length, other content", "")]


def test_a_shorter_body_is_told_by_how_much() -> None:
    changed = body_changes((put(body=BIG), response()), (put(body=BIG[:-100]), response()))
    assert changed == [(Place.REQUEST_BODY, "100 bytes less", "")]


def test_the_values_show_length_and_digests() -> None:
    found, _ = differences((put(body=b"hello", Content_MD5="x"), response()), (put(body=b"HELLO"), response()))
    change = next(item for item in found if item.place is Place.REQUEST_BODY)
    assert change.client[0].value.startswith("5 bytes, MD5 5d41402abc4b2a76b9719d911017c592")
    assert change.client[0].field == "request body"


def test_the_same_content_compressed_on_the_way_is_expected() -> None:
    text = b"<ListBucketResult/>" * 20
    packed = response(body=gzip.compress(text, mtime=0), Content_Encoding="gzip")
    [(place, _, expected)] = body_changes((request(), packed), (request(), response(body=text)))
    assert place is Place.RESPONSE_BODY
    assert expected


def test_equal_bodies_are_no_difference_whatever_their_framing() -> None:
    chunked = request("PUT", "/key", Transfer_Encoding="chunked") + b"5\r\nhello\r\n0\r\n\r\n"
    assert body_changes((request("PUT", "/key", body=b"hello"), response()), (chunked, response())) == []


def test_a_body_that_is_not_complete_cannot_be_compared() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(put(body=BIG)[:5000])
    tcp.server(response(403, "Forbidden"))
    whole = Capture()
    tcp = whole.tcp()
    tcp.handshake()
    tcp.client(put(body=BIG))
    tcp.server(response(403, "Forbidden"))
    found, lacking = differences_of(dissected(whole).exchanges[0], dissected(capture).exchanges[0])
    assert not found
    assert [place for place, _ in lacking] == [Place.REQUEST_BODY]
    assert lacking[0][1].startswith("nearer to the server the body is not complete")


def test_what_was_not_kept_is_said_to_be_open() -> None:
    listing = response(body=b"<List/>" * 1000)
    _, lacking = differences((request(), listing), (request(), listing))
    assert lacking == ((Place.RESPONSE_BODY, "both have 7,000 bytes, but what they hold was not kept"),)
