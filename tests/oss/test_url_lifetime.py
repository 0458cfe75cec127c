from io import BytesIO

import pytest

from osspcap.analysis import dissect
from osspcap.oss.url_lifetime import UrlLifetime
from osspcap.units import NS_PER_S
from tests.build.analyze import exchange_capture
from tests.build.http import BUCKET_HOST, response
from tests.build.mismatch import refusal
from tests.build.signed import raw_request

NOW = 1_546_068_754
EXPIRED = refusal("AccessDenied", "Request has expired.")


def life_of(query: str, answer: bytes) -> UrlLifetime | None:
    sent = raw_request("GET", f"/k?{query}", {"Host": BUCKET_HOST})
    (exchange,) = dissect("-", stdin=BytesIO(exchange_capture((sent, answer)).pcap())).exchanges
    return exchange.facts.get(UrlLifetime)


@pytest.mark.parametrize(
    "query",
    [
        f"OSSAccessKeyId=a&Expires={NOW + 40}&Signature=b",
        f"AWSAccessKeyId=a&Expires={NOW + 40}&Signature=b",
        f"x-oss-signature-version=OSS2&x-oss-access-key-id=a&x-oss-expires={NOW + 40}&x-oss-signature=b",
        "x-oss-credential=a%2Fb&x-oss-date=20181229T073134Z&x-oss-expires=100&x-oss-signature=b",
        "X-Amz-Credential=a%2Fb&X-Amz-Date=20181229T073134Z&X-Amz-Expires=100&X-Amz-Signature=b",
    ],
)
def test_the_end_of_life_in_every_scheme(query: str) -> None:
    life = life_of(query, response(200))
    assert life is not None
    assert life.left_ns == 40 * NS_PER_S
    assert life.server is not None
    assert life.server.field == "response header Date"
    assert life_of(query.replace(str(NOW + 40), str(NOW + 60)).replace("=100&", "=120&"), response(200)) is None


def test_the_time_of_capture_counts_where_the_answer_has_no_date() -> None:
    answer = response(200).replace(b"Date:", b"X-Date:")
    life = life_of(f"OSSAccessKeyId=a&Expires={NOW + 40}&Signature=b", answer)
    assert life is not None
    assert life.server is None
    assert life.left_ns is not None
    assert 39 * NS_PER_S < life.left_ns < 40 * NS_PER_S


@pytest.mark.parametrize("text", ["", "soon", "9" * 30, "-1", "2018-12-29T07%3A32%3A34Z"])
def test_what_is_no_number_gives_no_end(text: str) -> None:
    life = life_of(f"OSSAccessKeyId=a&Expires={text}&Signature=b", EXPIRED)
    assert life is not None
    assert (life.expires_ns, life.left_ns, life.is_refused) == (None, None, True)
    assert life_of(f"OSSAccessKeyId=a&Expires={text}&Signature=b", response(200)) is None


def test_refusals_are_told_by_message_or_number_and_silence_by_status() -> None:
    old = f"OSSAccessKeyId=a&Expires={NOW - 40}&Signature=b"
    stated = [EXPIRED, refusal("AccessDenied", "x", ec="0002-00000236"), response(403, "x", x_oss_ec="0002-00000069")]
    for answer in stated:
        life = life_of(old, answer)
        assert life is not None
        assert (life.is_refused, life.is_silently_refused) == (True, False)
    silent = life_of(old, response(403, "Forbidden"))
    assert silent is not None
    assert (silent.is_refused, silent.is_silently_refused) == (False, True)
    other = life_of(old, refusal("AccessDenied", "You have no right to access this object."))
    assert other is not None
    assert (other.is_refused, other.is_silently_refused) == (False, False)


def test_a_parameter_of_that_name_without_a_signature_is_not_looked_at() -> None:
    assert life_of("response-expires=1&Expires=5", response(200)) is None
