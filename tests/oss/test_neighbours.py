from osspcap.oss.neighbours import MAX_KEPT, Neighbours, is_successful, query_of, stated_by
from tests.build.analyze import analyze_capture, exchange_capture
from tests.build.http import oss_error, request, response

BUSY = response(503, "Busy", body=oss_error("ServiceUnavailable", "Please reduce your request rate."))


def around(*messages: tuple[bytes, bytes], number: int) -> Neighbours | None:
    facts = analyze_capture(exchange_capture(*messages)).exchanges[number].facts
    return facts.get(Neighbours)


def test_requests_for_the_same_object_stand_before_and_after() -> None:
    found = around(
        (request("PUT", body=b"x"), response()),
        (request("PUT", "/other", body=b"x"), response()),
        (request(), BUSY),
        (request("HEAD"), response()),
        (request(), response()),
        number=2,
    )
    assert found is not None
    assert [[exchange.id for exchange in side] for side in (found.earlier, found.later, found.retries)] == [
        [0],
        [3, 4],
        [4],
    ]


def test_a_retry_has_the_same_parameters_but_for_the_signature() -> None:
    first = request("GET", "/key?versionId=1&Expires=1&Signature=a&OSSAccessKeyId=b&x-oss-date=c")
    found = around(
        (first, BUSY),
        (request("GET", "/key?versionId=2"), response()),
        (request("GET", "/key?x-oss-date=z&versionId=1"), response()),
        number=0,
    )
    assert found is not None
    assert [exchange.id for exchange in found.retries] == [2]


def test_errors_that_nothing_else_explains_are_not_looked_around() -> None:
    missing = response(404, "Not Found", body=oss_error("NoSuchKey", "no"))
    assert around((request(), missing), (request(), response()), number=0) is None
    assert around((request(), BUSY), (request("GET", "/other"), response()), number=0) is None


def test_only_the_nearest_neighbours_are_kept() -> None:
    many = [(request(), response())] * (MAX_KEPT + 5)
    found = around(*many, (request(), BUSY), *many, number=len(many))
    assert found is not None
    assert [exchange.id for exchange in found.earlier] == list(range(5, MAX_KEPT + 5))
    assert [exchange.id for exchange in found.later] == list(range(len(many) + 1, len(many) + 1 + MAX_KEPT))


def test_headers_count_in_successful_answers_only() -> None:
    exchanges = analyze_capture(
        exchange_capture(
            (request(), response(404, "Not Found", ETag="no")), (request("GET", "/a?b=%20"), response(ETag="yes"))
        )
    ).exchanges
    found = stated_by(exchanges, "etag")
    assert found is not None
    assert (found[0].id, found[1].value) == (1, "yes")
    assert [is_successful(exchange) for exchange in exchanges] == [False, True]
    assert query_of(exchanges[1]) == {"b": " "}
