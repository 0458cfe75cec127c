import gzip

import pytest
from fastcrc import crc64

from osspcap.model.integrity import Algorithm, BodyCheck, Integrity
from osspcap.oss import integrity
from tests.build.analyze import dissected, exchange_capture
from tests.build.http import oss_error, request, response
from tests.build.uploads import Pair, etag_of, md5_of, stored
from tests.build.wire import Capture

BODY = b"hello world"
CRC = str(crc64.xz(BODY))


def checks_in(*pairs: Pair) -> tuple[BodyCheck, ...]:
    found = dissected(exchange_capture(*pairs)).facts.get(Integrity)
    return () if found is None else found.checks


def outcomes(*pairs: Pair) -> list[tuple[Algorithm, bool, bool | None]]:
    return [(item.algorithm, item.by_client, item.fits) for check in checks_in(*pairs) for item in check.statements]


@pytest.mark.parametrize(
    "pair",
    [
        (request("PUT", body=BODY), stored(BODY)),
        (request("PUT", body=BODY, Content_MD5=md5_of(BODY)), stored(BODY)),
        (request("PUT", body=BODY, x_oss_hash_crc64ecma=CRC), stored(BODY)),
        (request("PUT", body=BODY), response(ETag=f'"{etag_of(BODY)}"')),
        (request("PUT", "/key?partNumber=1&uploadId=A", body=BODY), stored(BODY)),
        (request("POST", "/key?append&position=0", body=BODY), stored(BODY, ETag='"ABC-1"')),
        (request(), response(body=BODY, x_oss_hash_crc64ecma=CRC)),
        (request(), response(body=BODY, Content_MD5=md5_of(BODY))),
        (request("HEAD"), response(Content_Length="11", x_oss_hash_crc64ecma="1")),
        (request("POST", "/?delete", body=b"<Delete/>", Content_MD5=md5_of(b"<Delete/>")), response(body=b"<x/>")),
    ],
)
def test_what_fits_costs_no_fact(pair: Pair) -> None:
    assert checks_in(pair) == ()


@pytest.mark.parametrize(
    "pair",
    [
        (
            request(Range="bytes=0-4"),
            response(206, body=b"hello", Content_Range="bytes 0-4/11", x_oss_hash_crc64ecma=CRC),
        ),
        (request("GET", "/a.jpg?x-oss-process=image/info"), response(body=b"{}", x_oss_hash_crc64ecma="1")),
        (request(), response(body=BODY, x_oss_hash_crc64ecma="-5")),
        (request(), response(body=BODY, x_oss_hash_crc64ecma="1", request_id=None, server="nginx")),
        (request("PUT", body=BODY), response(403, "Forbidden", body=oss_error("AccessDenied", "no"))),
        (request("PUT", body=b"5;chunk-signature=1\r\n", Content_Encoding="aws-chunked"), stored(b"x")),
        (request("POST", "/", body=b"--x--", Content_Type="multipart/form-data; boundary=x"), stored(b"x")),
        (request("PUT", "/?acl", body=BODY), response(x_oss_hash_crc64ecma="1")),
    ],
)
def test_what_says_nothing_about_the_body_is_not_compared(pair: Pair) -> None:
    assert checks_in(pair) == ()


def test_a_range_that_is_the_whole_object_is_compared() -> None:
    whole = response(206, body=BODY, Content_Range="bytes 0-10/11", x_oss_hash_crc64ecma="1")
    assert outcomes((request(Range="bytes=0-"), whole)) == [(Algorithm.CRC64, False, False)]


def test_other_content_is_found_on_both_ways() -> None:
    up = (request("PUT", body=BODY), stored(b"hello World"))
    assert outcomes(up) == [(Algorithm.CRC64, False, False), (Algorithm.ETAG, False, False)]
    down = (request(), response(body=BODY, x_oss_hash_crc64ecma="1"))
    assert outcomes(down) == [(Algorithm.CRC64, False, False)]
    by_md5 = (request(), response(body=BODY, Content_MD5=md5_of(b"x"), ETag="A"))
    assert outcomes(by_md5) == [(Algorithm.MD5, False, False)]
    by_tag = (request(), response(body=BODY, ETag=etag_of(b"x")))
    assert outcomes(by_tag) == [(Algorithm.ETAG, False, False)]


def test_a_body_packed_on_the_way_counts_by_its_content() -> None:
    content = BODY * 100
    packed = gzip.compress(content, mtime=0)
    for crc, fits in ((crc64.xz(content), None), (crc64.xz(packed), None), (1, False)):
        answer = response(body=packed, Content_Encoding="gzip", x_oss_hash_crc64ecma=str(crc))
        expected = [] if fits is None else [(Algorithm.CRC64, False, fits)]
        assert outcomes((request(), answer)) == expected
    unknown = response(body=packed, Content_Encoding="zstd", x_oss_hash_crc64ecma="1")
    (check,) = checks_in((request(), unknown))
    assert check.statements[0].fits is None
    assert "compressed on the way" in check.statements[0].lacking
    assert outcomes((request(), response(body=packed, Content_Encoding="gzip", Content_MD5=md5_of(content)))) == []


def test_a_refusal_is_kept_with_what_oss_computed() -> None:
    digest = md5_of(BODY)
    refused = response(
        400, "Bad Request", body=oss_error("InvalidDigest", "no", ExpectedDigest=digest, CalculatedDigest=md5_of(b"x"))
    )
    (check,) = checks_in((request("PUT", body=BODY, Content_MD5=digest), refused))
    assert check.is_refused
    assert [(item.by_client, item.fits) for item in check.statements] == [(True, True), (False, False)]


def test_appended_data_is_held_against_what_was_there_before() -> None:
    def append(body: bytes, position: int, so_far: bytes) -> Pair:
        sent = request("POST", f"/log?append&position={position}", body=body)
        following = str(position + len(body))
        return sent, response(x_oss_hash_crc64ecma=str(crc64.xz(so_far)), x_oss_next_append_position=following)

    assert checks_in(append(b"one", 0, b"one"), append(b"two", 3, b"onetwo")) == ()
    assert outcomes(append(b"one", 0, b"one"), append(b"two", 3, b"oneTWO")) == [(Algorithm.CRC64, False, False)]
    assert checks_in(append(b"two", 3, b"oneTWO")) == ()
    assert checks_in(append(b"one", 0, b"one"), append(b"two", 9, b"x")) == ()


def test_a_body_with_a_hole_is_open() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(request("PUT", body=BODY * 3)[:-20])
    tcp.lose(0, b"x" * 10)
    tcp.client(b"y" * 10)
    tcp.server(stored(BODY))
    found = dissected(capture).facts.get(Integrity)
    assert found is not None
    assert [(item.fits, item.lacking) for item in found.checks[0].statements] == [
        (None, "the body is not in the capture as a whole: packets are missing from the capture")
    ]


def test_encrypted_objects_may_have_any_tag() -> None:
    answer = response(ETag=etag_of(b"x"), x_oss_server_side_encryption="KMS")
    assert checks_in((request("PUT", body=BODY), answer)) == ()


def test_checks_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(integrity, "MAX_CHECKS", 2)
    assert len(checks_in(*[(request("PUT", body=BODY), stored(b"x"))] * 5)) == 2
