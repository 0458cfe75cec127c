import pytest

from osspcap.model.comparison import SightedRequest
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Severity
from tests.build.analyze import exchange_capture
from tests.build.http import response
from tests.build.sightings import compared, exchange_of, judged, put

WELL, REFUSED, UNANSWERED = (
    exchange_of(put(), response()),
    exchange_of(put(), response(403, "Forbidden")),
    exchange_of(put()),
)


@pytest.mark.parametrize(
    ("client", "server", "failed"),
    [
        (WELL, WELL, False),
        (WELL, None, False),
        (None, REFUSED, True),
        (WELL, REFUSED, True),
        (UNANSWERED, WELL, True),
    ],
)
def test_a_request_has_failed_if_either_answer_is_an_error_or_missing(
    client: Exchange | None,
    server: Exchange | None,
    failed: bool,  # noqa: FBT001 - parametrized
) -> None:
    assert SightedRequest(0, client, server, None).has_failed is failed


def test_requests_seen_at_both_places_are_counted() -> None:
    both = exchange_capture((put(), response()))
    more = exchange_capture((put(), response()), (put("/other"), response(request_id="5C2723573183A12D1A2B3C4E")))
    comparison = compared(more, both)
    assert (len(comparison.requests), comparison.matched) == (2, 1)


def test_the_worst_finding_tells_how_bad_it_is() -> None:
    refused = response(403, "Forbidden")
    clean = judged(exchange_capture((put(), refused)), exchange_capture((put(), refused)))
    changed = judged(exchange_capture((put("/a"), refused)), exchange_capture((put("/b"), refused)))
    assert (clean.worst, changed.worst) == (None, Severity.ERROR)
