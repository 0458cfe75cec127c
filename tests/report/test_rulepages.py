from osspcap.report.rulepages import catalogue, rule_page
from osspcap.report.text import render
from osspcap.rules.registry import all_rules, find_rule


def test_the_catalogue_lists_every_rule_under_its_family() -> None:
    lines = render(catalogue(all_rules())).splitlines()
    assert "capture" in lines
    for rule in all_rules():
        assert any(line.split() == [rule.code, rule.name, rule.severity.value] for line in lines)
    assert max(map(len, lines)) <= 80


def test_a_page_explains_one_rule_with_all_its_headings() -> None:
    rule = find_rule("CAP001")
    text = render(rule_page(rule))
    lines = text.splitlines()
    assert lines[0] == "CAP001 snaplen-truncated  warning  capture, since 0.1"
    headings = ["What it finds", "Why it matters", "How it decides", "False alarms", "What to do", "Sources"]
    assert [line for line in lines if line in headings] == headings
    assert max(map(len, lines)) <= 80
