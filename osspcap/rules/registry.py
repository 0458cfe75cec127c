"""Finds the rules: every module of a family's folder is one rule, and nothing has to be listed anywhere.

In: the package `osspcap.rules`. Out: one instance of each rule, sorted by code. A module whose name begins with `_`
holds what the rules of a family share and is no rule. Importing one costs about a third of a millisecond, once per
process, so a run on all rules imports only the families that its capture calls for (`needs`).
"""

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

import osspcap.rules
from osspcap.errors import InternalError, UsageError
from osspcap.model.pattern import pattern
from osspcap.model.report import Dissection
from osspcap.rules.base import FAMILIES, CaptureRule, ComparisonRule, ExchangeRule, Rule, StreamRule
from osspcap.rules.needs import FAMILY_NEEDS, Traffic, is_within

_CODE = pattern(r"[A-Z]{3}[0-9]{3}")
_SCOPES = (ExchangeRule, StreamRule, CaptureRule, ComparisonRule)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule, sorted by code.

    Raises:
        InternalError: A rule breaks its contract; the message names the file.
    """
    return _sorted(rule for family in _families(osspcap.rules) for rule in _family(family))


def load_rules(package: ModuleType) -> tuple[Rule, ...]:
    """Import the families' folders of a package and return their rules, sorted by code; raises as `all_rules` does."""
    return _sorted(rule for family in _families(package) for rule in _load_family(package, family))


class Chosen:
    """The rules that a user chose. Of all that there are, only those are imported that a capture calls for."""

    def __init__(self, rules: tuple[Rule, ...] | None) -> None:
        """Begin with certain rules; None for all."""
        self._rules = rules

    def __len__(self) -> int:
        """Count of rules."""
        if self._rules is not None:
            return len(self._rules)
        return sum(len(_stems(osspcap.rules, family)) for family in _families(osspcap.rules))

    def due(self, dissection: Dissection) -> tuple[Rule, ...]:
        """Return those that may have something to say about a capture, sorted by code; raises as `all_rules` does."""
        if self._rules is not None:
            return self._rules
        traffic = Traffic(dissection)
        needed = (
            family
            for family in _families(osspcap.rules)
            if family not in FAMILY_NEEDS or traffic.meets(FAMILY_NEEDS[family])
        )
        return _sorted(rule for family in needed for rule in _family(family))


def choose_rules(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Chosen:
    """Return the rules that a user chose; arguments and errors as for `select_rules`."""
    return Chosen(select_rules(select, ignore) if select or ignore else None)


def _sorted(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Sort rules by code; codes and names are used once."""
    by_code: dict[str, Rule] = {}
    names: dict[str, str] = {}
    for rule in rules:
        other = by_code.get(rule.code)
        if other is not None:
            raise _breach(sys.modules[type(rule).__module__], f"has the code {rule.code} of {other.name}")
        if rule.name in names:
            raise _breach(sys.modules[type(rule).__module__], f"has the name {rule.name} of {names[rule.name]}")
        by_code[rule.code] = rule
        names[rule.name] = rule.code
    return tuple(by_code[code] for code in sorted(by_code))


@cache
def _family(family: str) -> tuple[Rule, ...]:
    return _load_family(osspcap.rules, family)


def _load_family(package: ModuleType, family: str) -> tuple[Rule, ...]:
    folder = f"{package.__name__}.{family}"
    return tuple(_the_rule(importlib.import_module(f"{folder}.{stem}")) for stem in _stems(package, family))


def _families(package: ModuleType) -> list[str]:
    return sorted({name for path in package.__path__ for name, is_package in _modules(path) if is_package})


def _stems(package: ModuleType, family: str) -> list[str]:
    """Return the names of the modules that are rules."""
    return sorted(
        {name for path in package.__path__ for name, is_package in _modules(f"{path}/{family}") if not is_package}
    )


def _modules(path: str) -> list[tuple[str, bool]]:
    """Return the modules in a folder whose names do not begin with `_`, each with whether it is a package."""
    if Path(path).is_dir():
        with os.scandir(path) as entries:  # a tenth of the time that `pkgutil` takes, in every run
            listed = [
                (entry.name.partition(".")[0], is_folder)
                for entry in entries
                if (is_folder := entry.is_dir()) or entry.name.endswith((".py", ".pyc"))
            ]
    else:  # in an archive
        listed = [(found.name, found.ispkg) for found in pkgutil.iter_modules([path])]
    return [(name, is_package) for name, is_package in listed if name.isidentifier() and not name.startswith("_")]


def find_rule(code_or_name: str) -> Rule:
    """Return one rule by its code (in any case) or its name.

    Raises:
        UsageError: There is no such rule; the message names the nearest one.
    """
    for rule in all_rules():
        if code_or_name.upper() == rule.code or code_or_name == rule.name:
            return rule
    raise _unknown(code_or_name)


def select_rules(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> tuple[Rule, ...]:
    """Return the rules that a user chose, sorted by code.

    Args:
        select: Codes, code prefixes (`SIG`, `SIG1`), categories (`signature`) or names; empty for all rules.
        ignore: Rules to leave out, likewise; wins over `select`.

    Raises:
        UsageError: A choice matches no rule; the message names the nearest one that exists.
    """
    chosen = _matching(select) if select else {rule.code for rule in all_rules()}
    chosen -= _matching(ignore)
    return tuple(rule for rule in all_rules() if rule.code in chosen)


def _matching(choices: Iterable[str]) -> set[str]:
    codes: set[str] = set()
    for choice in choices:
        matched = {rule.code for rule in all_rules() if _is_chosen(rule, choice.strip())}
        if not matched:
            raise _unknown(choice)
        codes |= matched
    return codes


def _is_chosen(rule: Rule, choice: str) -> bool:
    return bool(choice) and (rule.code.startswith(choice.upper()) or choice in (rule.name, rule.category))


def _unknown(choice: str) -> UsageError:
    from difflib import get_close_matches  # noqa: PLC0415 - only when something went wrong

    rules = all_rules()
    known = [rule.code for rule in rules] + [rule.name for rule in rules] + sorted({rule.category for rule in rules})
    wanted = choice.strip()
    nearest = get_close_matches(wanted, known, n=1) or get_close_matches(wanted.upper(), known, n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]}? " if nearest else ""
    return UsageError(f"no rule is called {choice!r}: {hint}`osspcap rules` lists all of them")


def _the_rule(module: ModuleType) -> Rule:
    """Return the rule of a module, checked for what the program relies on."""
    classes = list(_rule_classes(module))
    if len(classes) != 1:
        names = ", ".join(found.__name__ for found in classes) or "none"
        raise _breach(module, f"must define exactly one rule of a known scope, but defines {names}")
    rule_class = classes[0]
    for attribute in ("code", "name", "severity", "fix", "sources"):
        if getattr(rule_class, attribute, None) is None:
            raise _breach(module, f"sets no {attribute}")
    for attribute in ("fix", "sources", "supersedes"):
        if not isinstance(getattr(rule_class, attribute), tuple):
            raise _breach(module, f"{attribute} must be a tuple")
    family, stem = module.__name__.split(".")[-2:]
    if not _CODE.fullmatch(rule_class.code):
        raise _breach(module, f"code {rule_class.code!r} is not three letters and three digits")
    if FAMILIES.get(rule_class.code[:3]) != family:
        raise _breach(module, f"code {rule_class.code} does not belong to the family {family!r}")
    if rule_class.name.replace("-", "_") != stem or "_" in rule_class.name:
        raise _breach(module, f"name {rule_class.name!r} is not the file's name with '-' for '_'")
    try:
        rule = rule_class()
    except TypeError as error:  # abstract: no `check`
        raise _breach(module, str(error)) from error
    needs = FAMILY_NEEDS.get(family)
    if needs is not None and not is_within(rule, needs):
        raise _breach(module, f"looks at more than FAMILY_NEEDS says of {family!r}")
    return rule


def _rule_classes(module: ModuleType) -> Iterator[type[Rule]]:
    for value in vars(module).values():
        if isinstance(value, type) and value.__module__ == module.__name__ and issubclass(value, _SCOPES):
            yield value


def _breach(module: ModuleType, what: str) -> InternalError:
    return InternalError(f"{module.__file__}: the rule {what}; please report this as a defect of osspcap")
