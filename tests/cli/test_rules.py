import json

import pytest

from osspcap.cli.main import run
from osspcap.rules.registry import all_rules


def test_all_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {rule.code}  {rule.name}" in out for rule in all_rules())


@pytest.mark.parametrize("name", ["CAP001", "cap001", "snaplen-truncated"])
def test_one_rule_is_explained_by_code_or_name(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", name]) == 0
    out = capsys.readouterr().out
    assert out.startswith("CAP001 snaplen-truncated")
    assert "\nHow it decides\n" in out


def test_machines_get_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "-f", "json"]) == 0
    assert [rule["code"] for rule in json.loads(capsys.readouterr().out)["rules"]] == [r.code for r in all_rules()]
    assert run(["rules", "CAP001", "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rules"][0]["name"] == "snaplen-truncated"


def test_an_unknown_rule_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "CAP999"]) == 2
    assert "no rule is called 'CAP999'" in capsys.readouterr().err
