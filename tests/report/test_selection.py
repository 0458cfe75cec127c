import pytest

from osspcap.report.selection import EVERYTHING, Selection
from tests.build.http import request
from tests.build.reports import connection, exchange, message

EXCHANGES = [exchange(n, message(request()), None, None, stream=n % 3) for n in range(9)]
CONNECTIONS = [connection(n) for n in range(4)]


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        (EVERYTHING, list(range(9))),
        (Selection(limit=2), [0, 1]),
        (Selection(limit=2, offset=8), [8]),
        (Selection(offset=99), []),
        (Selection(limit=0), []),
        (Selection(exchange=4), [4]),
        (Selection(exchange=9), []),
        (Selection(stream=1), [1, 4, 7]),
        (Selection(stream=1, offset=1, limit=1), [4]),
        (Selection(stream=1, exchange=3), []),
    ],
)
def test_the_page_holds_what_was_asked_for(selection: Selection, ids: list[int]) -> None:
    assert [one.id for one in selection.of(EXCHANGES)] == ids
    assert selection.facts(EXCHANGES)["listed"] == len(ids)


def test_the_facts_lead_to_the_next_page() -> None:
    seen: list[int] = []
    offset: int | None = 0
    while offset is not None:
        page = Selection(limit=4, offset=offset)
        seen += [one.id for one in page.of(EXCHANGES)]
        offset = page.facts(EXCHANGES)["next_offset"]
    assert seen == list(range(9))


def test_connections_follow_the_page() -> None:
    assert EVERYTHING.connections(CONNECTIONS, EXCHANGES) is CONNECTIONS
    assert [one.stream for one in Selection(exchange=4).connections(CONNECTIONS, EXCHANGES)] == [1]
    assert [one.stream for one in Selection(stream=3).connections(CONNECTIONS, EXCHANGES)] == [3]
