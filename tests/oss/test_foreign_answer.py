from typing import Any

import pytest

from osspcap.oss.facts import Context
from osspcap.oss.foreign_answer import ForeignAnswer, ForeignKind, gather_foreign_answer
from tests.build.analyze import exchange_capture
from tests.build.bounded import TIME_LIMIT_S, time_limit
from tests.build.http import message, oss_error, request, response
from tests.build.sightings import dissected, exchange_of, put

SQUID = b"<html><head><title>ERROR: The requested URL could not be retrieved</title></head><body>squid/4.10</body>"


def answer_of(sent: bytes, answered: bytes) -> ForeignAnswer | None:
    return gather_foreign_answer(exchange_of(sent, answered), Context())


def foreign(status: int, body: bytes = b"", **headers: Any) -> bytes:
    return response(status, "No", request_id=None, server=headers.pop("server", None), body=body, **headers)


def test_a_block_page_names_its_maker_its_title_and_its_host() -> None:
    page = foreign(403, SQUID, server="squid/4.10", Via="1.1 gate (squid/4.10)", X_Squid_Error="ERR_ACCESS_DENIED 0")
    answer = answer_of(put(), page)
    assert answer is not None
    assert (answer.kind, answer.device, answer.is_named) == (ForeignKind.BLOCKED, "Squid on gate", True)
    assert answer.title is not None
    assert answer.title.value == "ERROR: The requested URL could not be retrieved"
    assert [sign.field.rpartition(" ")[2] for sign in answer.signs] == ["Server", "Via", "X-Squid-Error"]


def test_a_proxy_login_names_its_realm() -> None:
    answer = answer_of(put(), foreign(407, Proxy_Authenticate='Basic realm="Corporate Proxy"'))
    assert answer is not None
    assert (answer.kind, answer.realm, answer.is_named) == (ForeignKind.PROXY_LOGIN, "Corporate Proxy", True)


@pytest.mark.parametrize("status", [403, 502, 503])
def test_a_refused_tunnel_is_the_proxys_answer(status: int) -> None:
    sent = message("CONNECT rokid.oss-cn-hangzhou.aliyuncs.com:443 HTTP/1.1", {"Host": "x"})
    answer = answer_of(sent, foreign(status))
    assert answer is not None
    assert (answer.kind, answer.is_named) == (ForeignKind.TUNNEL_REFUSED, True)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (502, b"", ForeignKind.GATEWAY_FAILED),
        (504, b"<html>nginx</html>", ForeignKind.GATEWAY_FAILED),
        (511, b"", ForeignKind.PORTAL),
        (403, b"denied", ForeignKind.BLOCKED),
        (404, b"<html>", ForeignKind.BLOCKED),
        (404, b"", ForeignKind.FAILED),
        (500, b"<html>", ForeignKind.FAILED),
    ],
)
def test_statuses_tell_what_kind_of_answer_it_is(status: int, body: bytes, kind: ForeignKind) -> None:
    answer = answer_of(put(), foreign(status, body))
    assert answer is not None
    assert answer.kind is kind


def test_a_redirect_to_another_host_is_a_portals() -> None:
    answer = answer_of(request(), foreign(302, Location="http://login.example.net/?u=1"))
    assert answer is not None
    assert (answer.kind, answer.location) == (ForeignKind.PORTAL, "http://login.example.net/?u=1")


@pytest.mark.parametrize("location", ["https://rokid.oss-cn-hangzhou.aliyuncs.com/key", "/other", ""])
def test_a_redirect_to_the_same_host_is_not(location: str) -> None:
    assert answer_of(request(), foreign(301, Location=location)) is None


@pytest.mark.parametrize(
    ("target", "may_be"), [("/a.bin", False), ("/a.html", True), ("/docs/", True), ("/blob", True)]
)
def test_a_page_in_the_place_of_an_object_may_be_that_object_only_by_its_name(target: str, may_be: bool) -> None:  # noqa: FBT001 - parametrized
    answer = answer_of(
        request("GET", target), foreign(200, b"<!-- a --> <!DOCTYPE html><html>", Content_Type="text/html")
    )
    assert answer is not None
    assert (answer.kind, answer.may_be_object) == (ForeignKind.PAGE, may_be)


def test_a_page_in_the_place_of_an_uploads_answer_is_never_one() -> None:
    answer = answer_of(put(), foreign(200, b"<html><title>Welcome</title>"))
    assert answer is not None
    assert (answer.kind, answer.may_be_object) == (ForeignKind.PAGE, False)


@pytest.mark.parametrize(
    "answered",
    [
        foreign(200, b"\x00\x01data"),
        foreign(304),
        foreign(206, b"part"),
        foreign(403, oss_error("AccessDenied", "no")),
        foreign(400, b"<html><title>400 The plain HTTP request was sent to HTTPS port</title>"),
    ],
)
def test_what_may_be_osss_own_answer_is_let_pass(answered: bytes) -> None:
    assert answer_of(request(), answered) is None


def test_a_chinese_title_is_read_in_its_own_encoding() -> None:
    page = "<html><title>上网行为管理</title>".encode("gb18030")
    answer = answer_of(request(), foreign(403, page, Content_Type="text/html; charset=gb2312"))
    assert answer is not None
    assert answer.title is not None
    assert (answer.title.value, answer.device) == ("上网行为管理", "Sangfor internet access gateway")


def test_a_login_that_succeeded_with_the_next_request_is_overcome() -> None:
    capture = exchange_capture((put(), foreign(407)), (put(Proxy_Authorization="Basic eDp5"), response()))
    exchanges = dissected(capture).exchanges
    answer = exchanges[0].facts.get(ForeignAnswer)
    assert answer is not None
    assert answer.is_overcome


def test_a_head_that_was_cut_is_known_to_be() -> None:
    whole = foreign(403, server="x")
    answer = answer_of(put(), whole[: whole.index(b"\r\n\r\n")])
    assert answer is None or not answer.is_head_whole


def test_hostile_pages_do_not_hang() -> None:
    with time_limit(TIME_LIMIT_S):
        answer_of(put(), foreign(403, b"<!---->" * 2300 + b"<title" * 100))
        answer_of(put(), foreign(403, b"<title>" * 2300))
