"""What every rule owes its readers, whoever wrote it: the registry sees to the rest."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from osspcap.rules.base import SECTIONS, CaptureRule, ComparisonRule, ExchangeRule, Rule, StreamRule
from osspcap.rules.registry import all_rules

ROOT = Path(__file__).resolve().parents[1]
RULES = all_rules()
MIN_SECTION_CHARS = 20
"""A section shorter than this says nothing."""


def each_rule(rules: tuple[Rule, ...] = RULES) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", rules, ids=[f"{rule.code}-{rule.name}" for rule in rules])


def source_of(rule: Rule) -> Path:
    return Path(inspect.getfile(type(rule)))


def breaches(rule: Rule) -> Iterator[str]:
    """Yield what the documentation of a rule lacks."""
    if not re.fullmatch(r"[A-Z].{10,}\.", rule.headline):
        yield "the docstring does not begin with a sentence"
    if tuple(rule.sections) != SECTIONS:
        yield f"the headings are {list(rule.sections)} instead of {list(SECTIONS)}"
    for heading, text in rule.sections.items():
        if len(text) < MIN_SECTION_CHARS:
            yield f"the section {heading!r} is empty"
    for name in ("fix", "sources"):
        if not getattr(rule, name):
            yield f"{name} is empty"
    for step in rule.fix:
        if not re.fullmatch(r"[A-Z`'(].*[.!?)]", step, re.DOTALL):
            yield f"the fix {step!r} is no sentence"


@each_rule()
def test_the_documentation_is_complete(rule: Rule) -> None:
    assert list(breaches(rule)) == []


@each_rule()
def test_class_file_and_module_docstring_have_the_rules_name(rule: Rule) -> None:
    words = "".join(word.capitalize() for word in rule.name.split("-"))
    assert type(rule).__name__.lower() == words.lower()
    docstring = inspect.getmodule(type(rule)).__doc__ or ""
    assert docstring.startswith(f"{rule.code} {rule.name}: ")


@each_rule()
def test_the_rule_says_what_it_judges(rule: Rule) -> None:
    scopes = (ExchangeRule, StreamRule, CaptureRule, ComparisonRule)
    assert sum(isinstance(rule, scope) for scope in scopes) == 1


@each_rule()
def test_only_rules_about_errors_ask_for_codes(rule: Rule) -> None:
    if isinstance(rule, ExchangeRule) and rule.on_codes:
        assert rule.on_error_only


@each_rule()
def test_the_names_words_tell_what_was_found(rule: Rule) -> None:
    assert not re.match(r"(check|detect|verify|find|fix)-", rule.name)


@each_rule()
def test_superseded_rules_exist(rule: Rule) -> None:
    for pattern in rule.supersedes:
        superseded = [other.code for other in RULES if other.code.startswith(pattern) and other.code != rule.code]
        assert superseded, f"{rule.code} supersedes {pattern}, but there is no such rule"


def test_no_two_rules_supersede_each_other() -> None:
    for rule in RULES:
        reached: set[str] = set()
        following = {rule.code}
        while following:
            reached |= following
            below = [other for other in RULES if other.code in following]
            following = {
                other.code
                for upper in below
                for other in RULES
                if other.code != upper.code and other.code.startswith(upper.supersedes or ("no rule",))
            }
            assert rule.code not in following, f"{rule.code} supersedes itself by way of others"
            following -= reached


@each_rule()
def test_the_rule_is_pure(rule: Rule) -> None:
    """A fact that has to be parsed, read or measured belongs into a stage."""
    text = source_of(rule).read_text()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                imported = {alias.name.split(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module)):
                imported = {module.split(".")[0]}
            case _:
                continue
        assert not imported & {"os", "io", "pathlib", "socket", "struct", "time", "random", "subprocess", "logging"}


@each_rule()
def test_the_rules_test_has_a_firing_and_a_silent_case(rule: Rule) -> None:
    path = ROOT / "tests" / "rules" / rule.category / f"test_{source_of(rule).stem}.py"
    text = path.read_text()
    names = [node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    tests = [name for name in names if name.startswith("test_")]
    assert len(tests) >= 2, f"{path}: a firing and a silent case"
    assert rule.code in text, f"{path}: does not test {rule.code}"
    if "self.undecided(" in source_of(rule).read_text():
        assert "undecided" in text, f"{path}: an undecided case"


def run_new_rule(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "new_rule"), *arguments, "--root", str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_scaffolded_rule_fails_until_it_is_filled_in(tmp_path: Path) -> None:
    done = run_new_rule(tmp_path, "SIG", "999", "invented-fault")
    assert done.returncode == 0, done.stderr
    rule_path = tmp_path / "osspcap" / "rules" / "signature" / "invented_fault.py"
    test_path = tmp_path / "tests" / "rules" / "signature" / "test_invented_fault.py"
    assert [Path(line) for line in done.stdout.splitlines()] == [rule_path, test_path]
    namespace: dict[str, Any] = {"__name__": "scaffolded"}
    exec(compile(rule_path.read_text(), str(rule_path), "exec"), namespace)  # noqa: S102 - the file was just written here
    rule: Rule = namespace["InventedFault"]()
    assert (rule.code, rule.name, rule.category) == ("SIG999", "invented-fault", "signature")
    found = list(breaches(rule))
    assert [problem for problem in found if "section" in problem] == [
        f"the section {name!r} is empty" for name in SECTIONS
    ]
    assert {"fix is empty", "sources is empty"} <= set(found)
    assert test_path.read_text().count("pytest.fail(") == test_path.read_text().count("def test_") == 3


@pytest.mark.parametrize("arguments", [("SIG", "999", "other-name"), ("SIG", "998", "invented-fault")])
def test_scaffolding_never_overwrites_or_reuses_a_code(tmp_path: Path, arguments: tuple[str, str, str]) -> None:
    assert run_new_rule(tmp_path, "SIG", "999", "invented-fault").returncode == 0
    done = run_new_rule(tmp_path, *arguments)
    assert done.returncode == 2
    assert "taken by" in done.stderr


@pytest.mark.parametrize("arguments", [("XXX", "001", "a"), ("SIG", "1", "a"), ("SIG", "001", "Bad_Name")])
def test_scaffolding_refuses_what_fits_no_rule(tmp_path: Path, arguments: tuple[str, str, str]) -> None:
    assert run_new_rule(tmp_path, *arguments).returncode == 2
    assert not list(tmp_path.iterdir())
