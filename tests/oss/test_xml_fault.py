import pytest

from osspcap.oss.xml_fault import MAX_SHOWN_BYTES, SentXml
from tests.build.analyze import analyze_capture, exchange_capture
from tests.build.http import oss_error, request, response


def sent(body: bytes, code: str = "MalformedXML", **headers: str) -> SentXml | None:
    answer = response(400, "Bad Request", body=oss_error(code, "no"))
    exchange = analyze_capture(exchange_capture((request("PUT", "/?cors", body=body, **headers), answer))).exchanges[0]
    return exchange.facts.get(SentXml)


def test_a_fault_has_its_place_and_the_text_around_it() -> None:
    found = sent(b"<a>\n  <b>x & y</b>\n</a>", "InvalidXMLFormat")
    assert found is not None
    assert (found.line, found.root, found.complete, found.frame) == (2, "a", True, 4)
    assert found.fault
    assert "x & y" in found.shown


def test_well_formed_text_has_no_fault() -> None:
    found = sent(b'<?xml version="1.0"?><CORSConfiguration xmlns="urn:x"/>')
    assert found is not None
    assert (found.fault, found.line, found.root, found.has_bom) == ("", 0, "CORSConfiguration", False)


def test_an_empty_body_is_no_fault_of_xml() -> None:
    found = sent(b"", Content_Length="0")
    assert found is not None
    assert (found.length, found.fault, found.root) == (0, "", "")


def test_a_body_that_was_cut_is_not_blamed() -> None:
    found = sent(b"<a><b>", Content_Length="100")
    assert found is None or (found.complete, found.fault) == (False, "")


@pytest.mark.parametrize("body", [b"\xff" * 300, b"<" * 300, b"<a>" * 3000, b"\xef\xbb\xbf", b'<?xml encoding="x"?>'])
def test_what_is_shown_stays_short(body: bytes) -> None:
    found = sent(body)
    assert found is not None
    assert len(found.shown) <= MAX_SHOWN_BYTES
    assert found.fault


def test_entities_are_not_resolved() -> None:
    found = sent(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>')
    assert found is not None
    assert found.root == "a"


def test_other_errors_are_not_looked_at() -> None:
    assert sent(b"<a", "InvalidArgument") is None
