import json

from osspcap.report.rulefacts import rule_facts
from osspcap.rules.registry import all_rules


def test_every_rule_becomes_plain_values_with_its_documentation() -> None:
    for rule in all_rules():
        facts = json.loads(json.dumps(rule_facts(rule)))
        assert facts["code"] == rule.code
        assert facts["severity"] in ("error", "warning", "info")
        assert facts["documentation"]["What it finds"]
        assert facts["sources"]
