import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from osspcap.errors import InternalError, UsageError
from osspcap.rules import registry
from osspcap.rules.base import FAMILIES
from osspcap.rules.registry import all_rules, find_rule, load_rules, select_rules

SOUND = """
from osspcap.model.finding import Severity
from osspcap.rules.base import ExchangeRule

class {class_name}(ExchangeRule):
    code, name, severity, fix, sources = "{code}", "{name}", Severity.ERROR, ("Do.",), ("Here",)

    def check(self, exchange):
        return iter(())
"""


class Tree:
    """A package of rules in a directory of its own."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        monkeypatch.syspath_prepend(root)
        self.package = ModuleType("rules_for_test")
        self.package.__path__ = [str(root / "rules_for_test")]
        monkeypatch.setitem(sys.modules, "rules_for_test", self.package)

    def add(self, family: str, stem: str, text: str | None = None, *, code: str = "REQ900") -> Path:
        folder = self.root / "rules_for_test" / family
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
        path = folder / f"{stem}.py"
        sound = SOUND.format(class_name="Sound", code=code, name=stem.replace("_", "-"))
        path.write_text(sound if text is None else text)
        return path

    def load(self) -> list[tuple[str, str]]:
        try:
            return [(rule.code, rule.name) for rule in load_rules(self.package)]
        finally:
            for name in [name for name in sys.modules if name.startswith("rules_for_test.")]:
                del sys.modules[name]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    return Tree(tmp_path, monkeypatch)


def test_every_module_of_a_family_is_a_rule_and_they_are_sorted_by_code(tree: Tree) -> None:
    tree.add("request", "later", code="REQ902")
    tree.add("request", "earlier", code="REQ901")
    tree.add("capture", "other_family", code="CAP999")
    assert tree.load() == [("CAP999", "other-family"), ("REQ901", "earlier"), ("REQ902", "later")]


def test_a_module_that_begins_with_an_underscore_is_shared_and_no_rule(tree: Tree) -> None:
    tree.add("request", "one")
    tree.add("request", "_shared", "LIMIT = 3\n")
    assert tree.load() == [("REQ900", "one")]


SOUND_TEXT = SOUND.format(class_name="Sound", code="REQ900", name="broken")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "defines none"),
        (SOUND_TEXT + SOUND_TEXT.replace("Sound", "Second"), "defines Sound, Second"),
        (SOUND_TEXT.replace("REQ900", "REQ1"), "'REQ1' is not three letters and three digits"),
        (SOUND_TEXT.replace("REQ900", "CAP900"), "CAP900 does not belong to the family 'request'"),
        (SOUND_TEXT.replace('"broken"', '"other"'), "'other' is not the file's name"),
        (SOUND_TEXT.replace("Severity.ERROR", "None"), "sets no severity"),
        (SOUND_TEXT.replace('("Do.",)', '"Do."'), "fix must be a tuple"),
        (SOUND_TEXT.replace("def check", "def other"), "check"),
        (
            SOUND_TEXT.replace("    def", "    on_error_only = False\n    def"),
            "looks at more than FAMILY_NEEDS says of 'request'",
        ),
    ],
)
def test_a_rule_that_breaks_its_contract_is_named_with_its_file(tree: Tree, text: str, complaint: str) -> None:
    path = tree.add("request", "broken", text)
    with pytest.raises(InternalError) as raised:
        tree.load()
    assert str(raised.value).startswith(f"{path}: the rule ")
    assert complaint in str(raised.value)


def test_codes_and_names_are_used_once(tree: Tree) -> None:
    tree.add("request", "one")
    tree.add("request", "two")
    with pytest.raises(InternalError, match=r"two\.py: the rule has the code REQ900 of one"):
        tree.load()
    tree.add("request", "two", code="REQ901")
    tree.add("clock", "one", code="CLK900")
    with pytest.raises(InternalError, match=r"the rule has the name one of CLK900"):
        tree.load()


def test_the_packages_own_rules_are_found_once_and_kept() -> None:
    assert all_rules() is all_rules()
    codes = [rule.code for rule in all_rules()]
    assert codes == sorted(codes)
    assert {"CAP001", "CAP008", "REQ001", "REQ016"} <= set(codes)


def test_all_rules_are_selected_by_default() -> None:
    assert select_rules() == all_rules()


def selected(*select: str, ignore: tuple[str, ...] = ()) -> list[str]:
    return [rule.code for rule in select_rules(select, ignore)]


def test_rules_are_selected_by_code_prefix_name_and_category() -> None:
    capture = [f"CAP00{number}" for number in range(1, 9)]
    assert selected("CAP") == selected("capture") == selected("CAP0") == capture
    assert selected("CAP002", "no-such-key") == ["CAP002", "REQ001"]
    assert selected("cap002", " CAP002 ") == ["CAP002"]


def test_ignoring_wins_over_selecting() -> None:
    assert selected("CAP", ignore=("CAP00", "no-such-key")) == []
    assert selected("CAP", ignore=("snaplen-truncated",))[0] == "CAP002"
    assert "CAP001" not in selected(ignore=("CAP001",))


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("CAP0001", "CAP001"),
        ("cap01", "CAP001"),
        ("snaplen-trunkated", "snaplen-truncated"),
        ("no_such_key", "no-such-key"),
        ("captures", "capture"),
    ],
)
def test_an_unknown_choice_is_refused_with_the_nearest_rule(wrong: str, nearest: str) -> None:
    for refuse in (lambda: select_rules((wrong,)), lambda: select_rules((), (wrong,)), lambda: find_rule(wrong)):
        with pytest.raises(
            UsageError, match=f"^no rule is called {wrong!r}: did you mean {nearest}\\? `osspcap rules`"
        ):
            refuse()


@pytest.mark.parametrize("wrong", ["", "  ", "zzzzzzzz", "*"])
def test_a_choice_that_resembles_nothing_is_refused_without_a_guess(wrong: str) -> None:
    with pytest.raises(UsageError, match=r"^no rule is called '.*': `osspcap rules` lists all of them$"):
        select_rules((wrong,))


def test_one_rule_is_found_by_code_or_name() -> None:
    assert find_rule("REQ016") is find_rule("req016") is find_rule("oss-error")
    with pytest.raises(UsageError):
        find_rule("REQ")


def test_every_folder_of_rules_is_a_family() -> None:
    assert registry.__file__ is not None
    folders = {path.parent.name for path in Path(registry.__file__).parent.glob("*/__init__.py")}
    assert folders <= set(FAMILIES.values())


def test_rules_are_not_imported_before_they_are_asked_for() -> None:
    program = "import sys, osspcap.rules.registry; print([n for n in sys.modules if n.startswith('osspcap.rules.cap')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
