from typing import Any

from osspcap.model.comparison import Difference, Place, SightedRequest
from osspcap.model.seen import Seen
from osspcap.rules.proxy._differences import ABSENT, change_of, difference_evidence, evidence_of, sighting
from osspcap.units import FrameNumber
from tests.build.http import response
from tests.build.sightings import exchange_of, put


def seen(value: str) -> Seen[str]:
    return Seen(value, FrameNumber(4), "request header A", value.encode())


BOTH = SightedRequest(
    0, exchange_of(put(), response()), exchange_of(put(), response()), None, sides=("client", "server")
)


def test_a_request_changes_towards_oss_and_an_answer_towards_the_client() -> None:
    values: dict[str, Any] = {"client": (seen("1"),), "server": (seen("2"),)}
    assert change_of(Difference(Place.REQUEST_HEADER, "A", **values)) == "was changed on the way from 1 to 2"
    assert change_of(Difference(Place.RESPONSE_HEADER, "A", **values)) == "was changed on the way from 2 to 1"


def test_what_the_client_gets_and_oss_never_sent_was_added_on_the_way() -> None:
    assert change_of(Difference(Place.RESPONSE_HEADER, "A", client=(seen("1"),))) == "was added on the way: 1"
    assert change_of(Difference(Place.REQUEST_HEADER, "A", client=(seen("1"),))) == "was removed on the way: it was 1"


def test_an_empty_value_is_not_an_absent_one() -> None:
    change = change_of(Difference(Place.REQUEST_HEADER, "A", client=(seen(""),), server=(seen("2"),)))
    assert change == "was changed on the way from (empty) to 2"


def test_evidence_shows_both_places_even_where_one_has_nothing() -> None:
    shown = list(difference_evidence(BOTH, Difference(Place.REQUEST_HEADER, "A", server=(seen("2"),))))
    assert [(item.capture, item.observed, item.expected) for item in shown[:2]] == [
        ("client", ABSENT, ""),
        ("server", "2", ABSENT),
    ]


def test_evidence_names_the_capture_that_its_numbers_are_of() -> None:
    assert [evidence_of(BOTH, side, seen("1")).capture for side in (0, 1)] == ["client", "server"]


def test_the_request_is_named_as_its_client_knows_it() -> None:
    server = exchange_of(put("/b"), response())
    assert sighting(SightedRequest(0, None, server, None)) is server
    assert sighting(BOTH) is BOTH.client
