"""The README's console blocks: a command behind `$ ` and what it prints."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
COLUMNS = 100
"""Width of the terminal that the blocks were made in."""
_BLOCK = re.compile(r"^```console\n\$ (osspcap[^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Done(NamedTuple):
    """A finished command."""

    exit_code: int
    printed: str
    complained: str


def run(command: str) -> Done:
    """Run an `osspcap ...` command line in the repository, without colours, `COLUMNS` wide."""
    name, *arguments = shlex.split(command)
    assert Path(name).name == "osspcap"
    done = subprocess.run(
        [sys.executable, "-m", "osspcap", *arguments],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": str(COLUMNS), "NO_COLOR": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))


def as_printed(text: str) -> str:
    """Text without blanks at line ends, which editors remove."""
    return "".join(line.rstrip() + "\n" for line in text.rstrip().splitlines())


def console_blocks() -> dict[str, str]:
    """Output in the README by command."""
    return dict(_BLOCK.findall(README.read_text(encoding="utf-8")))


def update() -> None:
    """Write what the commands print now into the README."""

    def block(match: re.Match[str]) -> str:
        return f"```console\n$ {match[1]}\n{as_printed(run(match[1]).printed)}```"

    text = README.read_text(encoding="utf-8")
    README.write_text(_BLOCK.sub(block, text), encoding="utf-8")


if __name__ == "__main__":
    update()
