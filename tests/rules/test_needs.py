import json
import subprocess
import sys
from pathlib import Path

import pytest

from osspcap.analysis import dissect
from osspcap.rules.base import CaptureRule, ComparisonRule, ExchangeRule, StreamRule
from osspcap.rules.judge import judge
from osspcap.rules.needs import FAMILY_NEEDS, Needs, is_within
from osspcap.rules.registry import all_rules, choose_rules
from tests.build.analyze import exchange_capture, refused
from tests.build.analyzed import opened
from tests.build.http import request, response
from tests.build.wire import Capture

FOLDER = Path(__file__).parents[2] / "fixtures"
FIXTURES = sorted(FOLDER.glob("**/*.pcap*"))
PROGRAM = """
import json, sys
from osspcap import analyze
report = analyze(sys.argv[1])
families = {name.split(".")[2] for name in sys.modules if name.startswith("osspcap.rules.") and name.count(".") > 2}
print(json.dumps([report.rules_checked, sorted(families)]))
"""


def loaded(path: Path) -> tuple[int, set[str]]:
    """How many rules a run says it checked, and of which families it imported rules."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True)
    count, families = json.loads(done.stdout)
    return count, set(families)


def test_a_healthy_capture_imports_no_rules_about_errors(tmp_path: Path) -> None:
    path = exchange_capture((request(), response())).write(tmp_path / "healthy.pcap")
    count, families = loaded(path)
    assert count == len(all_rules())
    assert families.isdisjoint(FAMILY_NEEDS)
    assert {"capture", "clock", "endpoint"} <= families


def test_an_error_imports_those_about_errors(tmp_path: Path) -> None:
    path = refused(403, "AccessDenied", "no").write(tmp_path / "refused.pcap")
    _, families = loaded(path)
    assert {family for family, needs in FAMILY_NEEDS.items() if needs.errors} <= families
    assert families.isdisjoint({"callback", "cors", "media", "multipart", "network", "performance"})


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_rules_that_are_left_out_have_nothing_to_say(path: Path) -> None:
    dissection = dissect(path)
    chosen = choose_rules()
    due = chosen.due(dissection)
    assert judge(dissection, due, needless=len(chosen) - len(due)) == judge(dissection, all_rules())


def test_the_needs_of_a_family_are_those_of_its_rules() -> None:
    stated: dict[str, set[str]] = {family: set() for family in FAMILY_NEEDS}
    for rule in all_rules():
        if rule.category in stated and is_within(rule, Needs(errors=FAMILY_NEEDS[rule.category].errors)):
            continue  # any error is enough
        if rule.category in stated and isinstance(rule, ExchangeRule | CaptureRule):
            stated[rule.category] |= {kind.__name__ for kind in rule.on_facts}
        elif rule.category in stated and isinstance(rule, ComparisonRule):
            stated[rule.category].add("Legs")
    assert stated == {family: set(needs.facts) for family, needs in FAMILY_NEEDS.items()}


def test_requests_without_an_answer_and_tls_import_the_rules_about_them(tmp_path: Path) -> None:
    unanswered = Capture()
    opened(unanswered).client(request())
    assert "tls" in loaded(unanswered.write(tmp_path / "unanswered.pcap"))[1]
    assert "tls" in loaded(FOLDER / "https-no-keys.pcap")[1]


def test_a_selection_is_taken_whole() -> None:
    chosen = choose_rules(("callback",))
    assert [rule.category for rule in chosen.due(dissect(FIXTURES[0]))] == ["callback"] * len(chosen)


def one_of(scope: type) -> tuple[bool, bool]:
    """Whether a rule that says nothing of what it looks at is within two families' needs."""
    made = type("Made", (scope,), {"check": lambda *_: iter(())})()
    others = Needs(frozenset({"Clocks"}), resets=True, tls=True, notable=True)
    return is_within(made, Needs(errors=True)), is_within(made, others)


def test_only_rules_that_say_what_they_look_at_are_within_the_needs_of_a_family() -> None:
    assert one_of(ExchangeRule) == (True, False)  # `on_error_only` is the default
    assert one_of(StreamRule) == (False, False)
    assert one_of(CaptureRule) == (False, False)
    assert one_of(ComparisonRule) == (False, False)
