"""Everything that the documents describe is told by a rule, or there is a reason why not.

`tests/build/sources` goes through the documents section by section, table row by table row, example by example. Each
row brings a capture with the fault, and the rule that it names has to tell it, alone.
"""

import re

import pytest

from osspcap.model.finding import Severity
from osspcap.rules.registry import all_rules
from tests.build.sources.callback import CALLBACK_ROWS
from tests.build.sources.errors import ERROR_ROWS
from tests.build.sources.faq import FAQ_ROWS
from tests.build.sources.forbidden import FORBIDDEN_ROWS, OWN_SIGNATURE_ROWS
from tests.build.sources.forms import FORM_ROWS
from tests.build.sources.media import MEDIA_ROWS
from tests.build.sources.network import NETWORK_ROWS
from tests.build.sources.permission import PERMISSION_ROWS, REFERER_ROWS
from tests.build.sources.row import SECTIONS, Row, Without, report_on, section_of
from tests.build.sources.tokens import CORS_ROWS, TOKEN_ROWS

ALL: tuple[Row | Without, ...] = (
    *FAQ_ROWS,
    *ERROR_ROWS,
    *NETWORK_ROWS,
    *FORM_ROWS,
    *PERMISSION_ROWS,
    *REFERER_ROWS,
    *CALLBACK_ROWS,
    *TOKEN_ROWS,
    *CORS_ROWS,
    *FORBIDDEN_ROWS,
    *OWN_SIGNATURE_ROWS,
    *MEDIA_ROWS,
)
ROWS = [row for row in ALL if isinstance(row, Row)]
WITHOUT = [row for row in ALL if isinstance(row, Without)]
CODES = {rule.code for rule in all_rules()}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.rule}-{row.places[0]}")
def test_every_row_is_told_by_its_rule(row: Row) -> None:
    assert {row.rule, *row.also} <= CODES
    report = report_on(row.made)
    assert row.rule in {finding.rule for finding in report.findings}
    told = {finding.rule for finding in report.findings if finding.severity is not Severity.INFO}
    assert told | {row.rule} == {row.rule, *row.also}


@pytest.mark.parametrize("letter", SECTIONS)
def test_no_section_is_left_out(letter: str) -> None:
    covered = {section_of(place) for row in ALL for place in row.places}
    known = {(letter, section) for section in SECTIONS[letter]}
    assert {place for place in covered if place[0] == letter} == known


def test_every_place_stands_once() -> None:
    places = [place for row in ALL for place in row.places]
    assert [place for place in places if places.count(place) > 1] == []


@pytest.mark.parametrize("row", WITHOUT, ids=lambda row: row.places[0])
def test_what_needs_no_rule_has_a_reason(row: Without) -> None:
    assert re.fullmatch(r"[A-Z].{25,}\.", row.reason)


def test_the_tables_of_the_guides_are_whole() -> None:
    """As many rows as the documents have: 13 of PostObject, 8 of permissions, 8 of AssumeRole, 42 error codes."""
    places = [place for row in ALL for place in row.places]
    for start, count in (("D 3, row ", 13), ("E 2, row ", 13), ("D 4, row ", 8), ("E 3, row ", 8), ("E 6, row ", 8)):
        numbers = {place.removeprefix(start).partition(",")[0] for place in places if place.startswith(start)}
        assert numbers == {str(number) for number in range(1, count + 1)}
    codes = {place.removeprefix("D 1, ") for place in places if re.fullmatch(r"D 1, [A-Z]\w+", place)}
    assert len(codes) == 42


def test_the_rules_cite_the_documents_that_describe_them() -> None:
    cited = {
        letter for rule in all_rules() for source in rule.sources for letter in re.findall(r"\(([A-E])[,)]", source)
    }
    assert cited >= {"A", "D", "E"}
