import base64
import hashlib

import pytest

from osspcap.model.integrity import Algorithm
from osspcap.model.message import Body, Framing
from osspcap.model.seen import Seen
from osspcap.model.stream import Gap, GapCause
from osspcap.oss.digests import crc_statement, etag_statement, lacking, md5_of, md5_statement
from osspcap.units import FrameNumber
from tests.build.analyze import dissected, exchange_capture
from tests.build.http import request, response
from tests.build.uploads import etag_of
from tests.build.uploads import md5_of as base64_md5_of

WHOLE = Body(Framing.CONTENT_LENGTH, 5, 5, window=b"hello")
CUT = Body(Framing.CONTENT_LENGTH, 9, 5, 4, complete=False, window=b"hello")
DIGEST = hashlib.md5(b"hello").digest()


def seen(value: str) -> Seen[str]:
    return Seen(value, FrameNumber(1), "request header Content-MD5", value.encode())


@pytest.mark.parametrize(
    ("value", "fits", "malformed"),
    [
        (base64_md5_of(b"hello"), True, ""),
        (base64_md5_of(b"other"), False, ""),
        (DIGEST.hex(), False, "in hexadecimal and not base64 of its 16 bytes; the digest itself is right"),
        (base64.b64encode(DIGEST.hex().encode()).decode(), False, "base64 of the hexadecimal text"),
        (base64_md5_of(b"hello").rstrip("="), False, "not base64 of 16 bytes"),
        ("", False, "not base64 of 16 bytes"),
        ("\x00\xff", False, "not base64 of 16 bytes"),
    ],
)
def test_an_md5_is_held_against_the_body_whatever_its_form(value: str, fits: bool, malformed: str) -> None:  # noqa: FBT001
    found = md5_statement(seen(value), WHOLE, by_client=True)
    assert (found.fits, found.captured) == (fits, base64_md5_of(b"hello"))
    assert malformed in found.malformed
    assert bool(found.malformed) is bool(malformed)


def test_an_md5_of_a_body_that_is_not_whole_is_open() -> None:
    found = md5_statement(seen(base64_md5_of(b"hello")), CUT, by_client=True)
    assert (found.fits, found.stated_hex) == (None, DIGEST.hex())
    assert "not in the capture as a whole" in found.lacking
    assert md5_of(CUT) is None


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (GapCause.NOT_CAPTURED, "missing from the capture"),
        (GapCause.SNAPLEN, "snap length"),
        (GapCause.CAPTURE_ENDED, "the capture ended"),
        (GapCause.ABORTED, "broke off"),
    ],
)
def test_why_a_body_is_not_whole_is_said(cause: GapCause, words: str) -> None:
    gap = Gap(0, 4, cause, False, 1, 1)
    assert words in lacking(Body(Framing.CONTENT_LENGTH, 9, 5, 4, complete=False, holes=(gap,)))
    assert lacking(WHOLE) == ""


def test_crcs_are_compared_as_numbers() -> None:
    found = crc_statement(seen(" 11051210869376104954 "), 11051210869376104954, WHOLE, by_client=False)
    assert found is not None
    assert (found.algorithm, found.fits) == (Algorithm.CRC64, True)
    assert crc_statement(seen("no number"), 1, WHOLE, by_client=False) is None
    unknown = crc_statement(seen("1"), None, WHOLE, by_client=False)
    assert unknown is not None
    assert (unknown.fits, unknown.lacking) == (None, "its CRC-64 was not computed")


def test_only_tags_that_look_like_an_md5_are_compared() -> None:
    right = etag_statement(seen(f'"{etag_of(b"hello").lower()}"'), WHOLE)
    wrong = etag_statement(seen(etag_of(b"other")), WHOLE)
    assert right is not None
    assert wrong is not None
    assert (right.fits, wrong.fits, wrong.captured) == (True, False, f'"{etag_of(b"hello")}"')
    assert etag_statement(seen('"5D41402ABC4B2A76B9719D911017C592-1"'), WHOLE) is None
    assert etag_statement(seen(etag_of(b"hello")), CUT) is None


def test_the_md5_is_taken_before_a_window_is_dropped_where_only_it_can_prove_the_body() -> None:
    body = b"x" * 5000
    tag, crc = etag_of(body), "1"
    pairs = [
        (request("PUT", body=body), response(ETag=tag)),
        (request("PUT", body=body), response(ETag=tag, x_oss_hash_crc64ecma=crc)),
        (request("GET"), response(body=body, ETag=tag)),
        (request("GET", "/?prefix=a"), response(body=body)),
        (request("PUT", body=body), response(404, "Not Found")),
        (request("GET"), response(body=body)),
        (request("PUT", body=body), response(body=body, ETag=tag)),
    ]
    found = [
        (exchange.request.body.md5 is not None, exchange.response.body.md5 is not None)
        for exchange in dissected(exchange_capture(*pairs)).exchanges
        if exchange.request is not None and exchange.response is not None
    ]
    assert found == [
        (True, False),
        (False, False),
        (False, True),
        (False, False),
        (False, False),
        (False, False),
        (True, False),
    ]
