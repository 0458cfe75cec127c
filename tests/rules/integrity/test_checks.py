from osspcap.model.integrity import Algorithm, Statement
from osspcap.model.seen import Seen
from osspcap.rules.integrity._checks import by_client, by_server, checks_of, place_of_body, stated_evidence
from osspcap.units import FrameNumber
from tests.build.analyze import dissected, exchange_capture
from tests.build.http import request
from tests.build.uploads import md5_of, stored


def test_statements_are_told_apart_by_who_made_them() -> None:
    sent = request("PUT", body=b"x" * 5000, Content_MD5=md5_of(b"x"))
    dissection = dissected(exchange_capture((sent, stored(b"y"))))
    ((check, exchange),) = checks_of(dissection, of_request=True)
    assert list(checks_of(dissection, of_request=False)) == []
    assert [item.algorithm for item in by_client(check, Algorithm.MD5)] == [Algorithm.MD5]
    assert [item.algorithm for item in by_server(check)] == [Algorithm.CRC64]
    assert exchange.request is not None
    assert place_of_body(exchange.request) == "frames 4 to 7"


def test_evidence_shows_the_statement_and_what_it_should_be() -> None:
    dissection = dissected(exchange_capture((request("PUT", body=b"x"), stored(b"y"))))
    ((_, exchange),) = checks_of(dissection, of_request=True)
    seen = Seen("1", FrameNumber(6), "response header x-oss-hash-crc64ecma", b"1")
    found = stated_evidence(exchange, Statement(Algorithm.CRC64, seen, by_client=False, captured="2", fits=False))
    assert (found.observed, found.expected, found.frame) == ("1", "2", 6)
