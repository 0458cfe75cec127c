import pytest

from osspcap.rules.retries import NOT_RETRIED, retried, retry_evidence
from tests.build.analyze import dissected, exchange_capture
from tests.build.http import oss_error, request, response

BUSY = response(503, "Busy", body=oss_error("ServiceUnavailable", "Please reduce your request rate."))
LATE = response(400, "Bad Request", body=oss_error("RequestTimeout", "Your socket connection was not read from."))
LIMIT = response(429, "Too Many", body=oss_error("QpsLimitExceeded", "Qps limit exceeded."))


@pytest.mark.parametrize("refusal", [BUSY, LATE, LIMIT])
def test_a_retry_that_gets_through_is_found_with_its_evidence(refusal: bytes) -> None:
    exchanges = dissected(
        exchange_capture((request(), refusal), (request(), refusal), (request(), response()))
    ).exchanges
    note, retry = retried(exchanges[0])
    assert note == "retry 2 succeeded with 200 in frame 14"
    assert retry is not None
    assert retry.id == 2
    (item,) = retry_evidence(retry)
    assert (item.frame, item.field, item.observed) == (14, "status line of the retry", "HTTP/1.1 200 OK")
    assert retried(exchanges[1])[0] == "a retry succeeded with 200 in frame 14"


def test_failures_stay_failures() -> None:
    exchanges = dissected(
        exchange_capture((request(), BUSY), (request(), BUSY), (request("GET", "/b"), BUSY))
    ).exchanges
    assert retried(exchanges[0]) == ("1 later attempt failed as well", None)
    assert retried(exchanges[2]) == (NOT_RETRIED, None)
    assert retry_evidence(None) == ()
