from collections.abc import Callable
from typing import Any

import pytest

from osspcap.analysis import dissect
from osspcap.model.cors import CrossOrigin, CrossOriginTraffic, Mode, Sender
from tests.build.analyze import exchange_capture
from tests.build.http import BUCKET_HOST, request, response
from tests.build.pages import BROWSER, PAGE, allowed, page_request, preflight, with_field
from tests.build.wire import Capture

Gather = Callable[[Capture], tuple[CrossOrigin, ...]]


@pytest.fixture
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Gather:
    def gather(capture: Capture) -> tuple[CrossOrigin, ...]:
        path = capture.write(tmp_path_factory.mktemp("cors") / "x.pcap")
        return (dissect(path).facts.get(CrossOriginTraffic) or CrossOriginTraffic()).requests

    return gather


def test_what_was_asked_and_what_came_back(gathered: Gather) -> None:
    (item,) = gathered(exchange_capture((preflight("PUT", "content-type,x-oss-date"), allowed())))
    assert (item.host, item.target, item.method, item.origin.value) == (BUCKET_HOST, "/up/a.txt", "OPTIONS", PAGE)
    assert item.is_preflight
    assert (item.sender, item.mode) == (Sender.BROWSER, Mode.CORS)
    assert item.asked_method is not None
    assert item.asked_method.value == "PUT"
    assert item.asked_headers is not None
    assert item.asked_headers.value == "content-type,x-oss-date"
    assert [seen.value for seen in item.allow_origin] == [PAGE]
    assert item.exposed_names == {"etag", "x-oss-request-id"}
    assert item.varies_by_origin
    assert item.cache is None


@pytest.mark.parametrize(
    "origin",
    [f"http://{BUCKET_HOST}", f"http://{BUCKET_HOST.upper()}", f"http://{BUCKET_HOST}:80", f"https://{BUCKET_HOST}"],
)
def test_the_host_itself_is_no_other_origin(gathered: Gather, origin: str) -> None:
    assert gathered(exchange_capture((page_request(origin=origin), response()))) == ()


@pytest.mark.parametrize("origin", [PAGE, f"http://{BUCKET_HOST}:8080", "null", "www.example.com", "", "\xff"])
def test_every_other_text_is_another_origin(gathered: Gather, origin: str) -> None:
    assert len(gathered(exchange_capture((page_request(origin=origin), response())))) == 1


def test_a_preflight_is_joined_with_the_request_it_asked_for_on_any_connection(gathered: Gather) -> None:
    capture = Capture()
    first, second = capture.tcp(), capture.tcp(cport=50001)
    for tcp in (first, second):
        tcp.handshake()
    first.client(preflight("PUT"))
    first.server(allowed())
    first.client(page_request("GET"))
    first.server(allowed())
    second.client(page_request("PUT", body=b"x"))
    second.server(allowed())
    asked, other, sent = gathered(capture)
    assert (asked.followed_by, other.follows, sent.follows) == (2, None, 0)


def test_one_preflight_stands_for_several_equal_requests(gathered: Gather) -> None:
    pair = (page_request("PUT", body=b"x"), allowed())
    asked, first, second = gathered(exchange_capture((preflight("PUT"), allowed()), pair, pair))
    assert (asked.followed_by, first.follows, second.follows) == (1, 0, 0)


@pytest.mark.parametrize(
    "actual",
    [page_request("POST"), page_request("PUT", "/up/b.txt"), page_request("PUT", origin="http://other.example")],
    ids=["method", "target", "origin"],
)
def test_other_requests_are_not_what_a_preflight_asked_for(gathered: Gather, actual: bytes) -> None:
    asked, sent = gathered(exchange_capture((preflight("PUT"), allowed()), (actual, allowed())))
    assert asked.followed_by is None
    assert sent.follows is None


@pytest.mark.parametrize(
    ("headers", "method", "mode"),
    [
        ({}, "GET", Mode.CORS),
        ({}, "PUT", Mode.CORS),
        ({}, "POST", Mode.UNSURE),
        ({"Accept": "text/html,application/xhtml+xml"}, "POST", Mode.FREE),
        ({"Upgrade-Insecure-Requests": "1"}, "POST", Mode.FREE),
        ({"Sec-Fetch-Mode": "navigate"}, "POST", Mode.FREE),
        ({"Sec-Fetch-Mode": "no-cors"}, "POST", Mode.FREE),
        ({"Sec-Fetch-Mode": "cors"}, "POST", Mode.CORS),
    ],
)
def test_whether_permission_is_needed(gathered: Gather, headers: dict[str, Any], method: str, mode: Mode) -> None:
    (item,) = gathered(exchange_capture((page_request(method, **headers), response())))
    assert item.mode is mode


def test_programs_are_no_browsers(gathered: Gather) -> None:
    (item,) = gathered(exchange_capture((request(Origin=PAGE, User_Agent="curl/8.5.0"), response())))
    assert item.sender is Sender.OTHER
    (item,) = gathered(exchange_capture((request(Origin=PAGE, User_Agent=BROWSER), response())))
    assert item.sender is Sender.BROWSER


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        ({}, None),
        ({"Age": "0"}, None),
        ({"Age": "12"}, "12"),
        ({"X-Cache": "HIT TCP_MEM_HIT"}, "HIT TCP_MEM_HIT"),
        ({"X-Cache": "MISS TCP_MISS"}, None),
        ({"Cache-Control": "max-age=3600"}, "max-age=3600"),
        ({"Cache-Control": "public"}, "public"),
        ({"Cache-Control": "max-age=0"}, None),
        ({"Cache-Control": "private, max-age=3600"}, None),
        ({"Cache-Control": "no-store"}, None),
    ],
)
def test_what_shows_a_cache(gathered: Gather, headers: dict[str, Any], shown: str | None) -> None:
    (item,) = gathered(exchange_capture((page_request(), response(**headers))))
    assert (None if item.cache is None else item.cache.value) == shown


def test_every_allow_origin_field_is_kept(gathered: Gather) -> None:
    answer = with_field(allowed(), "Access-Control-Allow-Origin: *")
    (item,) = gathered(exchange_capture((page_request(), answer)))
    assert [seen.value for seen in item.allow_origin] == [PAGE, "*"]


def test_the_cookie_is_noticed_and_not_read(gathered: Gather) -> None:
    (item,) = gathered(exchange_capture((page_request(Cookie="session=secret"), response())))
    assert item.has_cookie is not None
    assert "secret" not in repr(item)


def test_without_cross_origin_requests_there_is_nothing(gathered: Gather) -> None:
    assert gathered(exchange_capture((request(), response()))) == ()
