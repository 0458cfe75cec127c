from pathlib import Path

import pytest

from osspcap.errors import UsageError
from osspcap.scan.ruleset import rule_set_version, version_of
from osspcap.tls.keylog import NO_KEYS, KeyLog

CHOSEN = [("SIG101", "wrong-access-key-secret")]


def package(folder: Path) -> Path:
    (folder / "rules").mkdir()
    (folder / "cli").mkdir()
    (folder / "__pycache__").mkdir()
    (folder / "a.py").write_text("1")
    (folder / "rules" / "b.py").write_text("2")
    (folder / "cli" / "c.py").write_text("3")
    return folder


def test_the_version_is_the_same_every_time_and_short() -> None:
    assert rule_set_version() == rule_set_version()
    assert len(bytes.fromhex(rule_set_version())) == 8


def test_the_choice_of_rules_is_part_of_it() -> None:
    versions = {rule_set_version(), rule_set_version(("SIG",)), rule_set_version(ignore=("SIG",))}
    assert len(versions) == 3
    assert rule_set_version(("SIG",)) == rule_set_version(("signature",))


def test_an_unknown_rule_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        rule_set_version(("NOSUCH",))


@pytest.mark.parametrize("name", ["a.py", "rules/b.py", "rules/new.py"])
def test_any_source_that_takes_part_changes_it(tmp_path: Path, name: str) -> None:
    before = version_of(package(tmp_path), CHOSEN)
    (tmp_path / name).write_text("changed")
    assert version_of(tmp_path, CHOSEN) != before


@pytest.mark.parametrize("name", ["cli/c.py", "__pycache__/a.pyc", "a.pyc"])
def test_what_takes_no_part_does_not(tmp_path: Path, name: str) -> None:
    before = version_of(package(tmp_path), CHOSEN)
    (tmp_path / name).write_text("changed")
    assert version_of(tmp_path, CHOSEN) == before


def test_moving_text_from_one_file_to_the_next_changes_it(tmp_path: Path) -> None:
    before = version_of(package(tmp_path), CHOSEN)
    (tmp_path / "a.py").write_text("")
    (tmp_path / "b.py").write_text("1")
    assert version_of(tmp_path, CHOSEN) != before


def test_lent_keys_are_part_of_it() -> None:
    one, other = (KeyLog([b"CLIENT_RANDOM " + b"1" * 64 + b" " + secret * 48]) for secret in (b"ab", b"cd"))
    assert len({rule_set_version(key_log=log) for log in (NO_KEYS, one, other)}) == 3
    assert rule_set_version(key_log=one) == rule_set_version(key_log=one)
