import pytest

from osspcap.oss.plain_on_tls import PlainOnTls, says_port_is_for_tls
from tests.build.analyze import analyze_capture
from tests.build.http import response
from tests.rules.tls.test_plain_http_on_tls_port import PAGE, clear


def fact(answer: bytes | None) -> PlainOnTls | None:
    return analyze_capture(clear(answer)).exchanges[0].facts.get(PlainOnTls)


def test_a_page_that_says_so_is_shown_by_its_status_line() -> None:
    found = fact(response(400, "Bad Request", body=PAGE, request_id=None, server="nginx"))
    assert found is not None
    assert (found.shown_by.value, found.shown_by.field) == ("HTTP/1.1 400 Bad Request", "status line")


def test_a_tls_record_is_shown_by_its_packet() -> None:
    found = fact(b"\x15\x03\x01\x00\x02\x02\x46")
    assert found is not None
    assert (found.shown_by.frame, found.shown_by.field) == (6, "answer of the server")


@pytest.mark.parametrize("answer", [None, response(), response(400, "Bad Request", body=b"<Error/>"), b"\x00\x01\x02"])
def test_other_answers_and_silence_are_no_fact(answer: bytes | None) -> None:
    assert fact(answer) is None


def test_the_words_count_under_the_status_that_goes_with_them() -> None:
    assert says_port_is_for_tls(400, PAGE)
    assert says_port_is_for_tls(497, PAGE.upper())
    assert not says_port_is_for_tls(404, PAGE)
    assert not says_port_is_for_tls(400, bytes(20_000) + PAGE)
