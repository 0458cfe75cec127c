from typing import Any

import pytest

from osspcap.oss.stale_answer import StaleAnswer, StaleAnswers, StaleReason
from tests.build.analyze import exchange_capture
from tests.build.http import request, response
from tests.build.sightings import dissected, put

OLD, NEW = "Sat, 29 Dec 2018 07:00:00 GMT", "Sat, 29 Dec 2018 08:00:00 GMT"


def stale_of(*exchanges: tuple[bytes, bytes]) -> list[StaleAnswer]:
    found = dissected(exchange_capture(*exchanges)).facts.get(StaleAnswers)
    return [] if found is None else list(found.answers)


@pytest.mark.parametrize(
    "sent",
    [
        put(),
        request("DELETE"),
        request("POST", "/?delete"),
        request("GET", "/?prefix=a"),
        request("GET", "/key?acl"),
        request("OPTIONS", Origin="http://a", Access_Control_Request_Method="GET"),
    ],
)
@pytest.mark.parametrize("mark", [{"Age": "30"}, {"X_Cache": "HIT TCP_MEM_HIT dirn:1"}, {"X_Site_Cache_Status": "HIT"}])
def test_a_cache_may_not_answer_what_only_oss_knows(sent: bytes, mark: dict[str, Any]) -> None:
    [stale] = stale_of((sent, response(**mark)))
    assert (stale.reason, len(stale.signs)) == (StaleReason.NOT_CACHEABLE, 1)


def test_an_error_out_of_a_cache_is_stale() -> None:
    [stale] = stale_of((request(), response(404, "Not Found", Age="12")))
    assert stale.reason is StaleReason.ERROR_CACHED


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (request(), response(Age="30", X_Cache="HIT TCP_HIT")),
        (request("HEAD"), response(Age="30")),
        (put(), response(Age="0", X_Cache="MISS TCP_MISS")),
        (put(), response(X_Cache_Lookup="HIT from p:3128", Age="soon")),
        (put(), response()),
    ],
)
def test_what_caches_are_for_and_misses_are_silent(sent: bytes, answered: bytes) -> None:
    assert stale_of((sent, answered)) == []


def test_an_answer_with_a_used_request_id_is_a_copy() -> None:
    [stale] = stale_of((put(), response(Via="1.1 p")), (put(), response(Via="1.1 p")))
    assert (stale.exchange, stale.reason, stale.earlier) == (1, StaleReason.ANSWER_REPLAYED, 0)


def test_a_download_with_a_used_request_id_is_what_caches_are_for() -> None:
    assert stale_of((request(), response(Via="1.1 p")), (request(), response(Via="1.1 p"))) == []


def read_after_write(etag: str, changed: str, **headers: Any) -> list[StaleAnswer]:
    stored = put(), response(ETag='"NEW"')
    read = response(ETag=etag, Last_Modified=changed, body=b"x", request_id="5C2723573183A12D1A2B3C4E", **headers)
    return stale_of(stored, (request(), read))


def test_an_object_older_than_the_upload_before_it_is_stale() -> None:
    [stale] = read_after_write('"OLD"', OLD)
    assert (stale.reason, stale.exchange, stale.earlier) == (StaleReason.OLDER_VERSION, 1, 0)
    assert [sign.value for sign in stale.signs] == ['"OLD"', OLD]
    assert stale.earlier_sign is not None
    assert stale.earlier_sign.value == '"NEW"'


@pytest.mark.parametrize(
    ("etag", "changed"), [('"NEW"', OLD), ('W/"new"', OLD), ('"OLD"', NEW), ('"OLD"', "yesterday"), ('"OLD"', "")]
)
def test_the_stored_version_and_newer_ones_are_silent(etag: str, changed: str) -> None:
    assert read_after_write(etag, changed) == []


def test_reading_another_version_on_purpose_is_silent() -> None:
    read = response(ETag='"OLD"', Last_Modified=OLD, body=b"x", request_id="5C2723573183A12D1A2B3C4E")
    assert stale_of((put(), response(ETag='"NEW"')), (request("GET", "/key?versionId=1"), read)) == []
