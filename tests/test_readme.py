"""What the README says is what happens. Its console blocks are renewed by `python -m tests.build.readme`."""

import re
from pathlib import Path

import pytest

from tests.build.readme import README, ROOT, as_printed, console_blocks, run

TEXT = README.read_text(encoding="utf-8")
CODE_BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("command", console_blocks())
def test_console_block_shows_what_the_program_prints(command: str) -> None:
    assert as_printed(console_blocks()[command]) == as_printed(run(command).printed)


def test_the_readme_opens_with_two_commands_that_set_everything_up() -> None:
    (first_kind, first), (second_kind, second) = CODE_BLOCKS[:2]
    assert (first_kind, second_kind) == ("sh", "sh")
    assert TEXT.count("\n", 0, TEXT.index("```sh")) < 8
    assert first.count("\n") == second.count("\n") == 1
    create, install, analyze = first.strip().split(" && ")
    assert create == "python3.11 -m venv .venv"
    assert install.startswith(".venv/bin/pip install ")
    assert analyze == ".venv/bin/osspcap analyze fixtures/faild.pcap"
    assert second.strip() == "scripts/test"


def test_the_first_command_finds_what_went_wrong() -> None:
    done = run(CODE_BLOCKS[0][1].strip().split(" && ")[-1])
    assert done.exit_code == 1
    assert "5C2723573183A12D1A2B3C4D" in done.printed
    assert "SignatureDoesNotMatch" in done.printed
    assert done.complained == ""


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("\n" + CODE_BLOCKS[1][1].strip())


@pytest.mark.parametrize("command", ["osspcap --help", "osspcap analyze --help", "osspcap rules --help"])
def test_help_is_shown(command: str) -> None:
    assert command in console_blocks()


@pytest.mark.parametrize(
    ("command", "exit_code"),
    [
        ("osspcap analyze fixtures/clean-v1.pcap", 0),
        ("osspcap analyze fixtures/faild.pcap", 1),
        ("osspcap analyze fixtures/faild.pcap --fail-on never", 0),
        ("osspcap analyze fixtures/README.md", 2),
        ("osspcap analyze fixtures/faild.pcap --select NOSUCH", 2),
    ],
)
def test_exit_codes_are_as_stated(command: str, exit_code: int) -> None:
    assert run(command).exit_code == exit_code


def test_files_that_the_readme_names_exist() -> None:
    named = re.findall(r"`((?:scripts|fixtures|tests|osspcap|\.ci)/[\w./-]+)`", TEXT)
    named += re.findall(r"\]\(([\w./-]+)\)", TEXT)
    assert named
    assert [name for name in named if not Path(ROOT, name).exists()] == []
