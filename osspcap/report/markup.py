r"""Captured text made safe for Markdown (CommonMark with the tables of GitHub): shown as it is, never acting.

Nothing that was captured becomes a link, an image, markup or HTML. Code spans that a text of ours has are kept; what
stands outside them is escaped with backslashes, a line at a time.
"""

import re

from osspcap.report.terminal import escape, escape_line

_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_ACTIVE = re.compile(r"[\\`*\[\]<>|~&]|(?<!\w)_|_(?!\w)")
_LINE_START = re.compile(r"^(\s*)([#>+=-]|\d{1,9}(?=[.)]))")
_DOCUMENT = re.compile(r"([^<{]{3,400}:) (<(\w+)>.*</\3>|\{ ?\".*\})")
_RUNS = re.compile(r"`+")


def prose(text: str) -> str:
    """Return text for the middle of a paragraph, on one line; its code spans are kept."""
    line = " ".join(escape(text).split())
    parts: list[str] = []
    done = 0
    for found in _SPAN.finditer(line):
        parts += (_escaped(line[done : found.start()]), found[0])
        done = found.end()
    whole = "".join(parts) + _escaped(line[done:])
    return _LINE_START.sub(lambda start: f"{start[1]}{_number_or_sign(start[2])}", whole)


def paragraphs(text: str) -> str:
    """Return text with its paragraphs kept."""
    return "\n\n".join(made for part in text.split("\n\n") if (made := prose(part)))


def step(text: str) -> str:
    """Return a step to take, on one line; a document at its end, ready to be pasted elsewhere, becomes a code span."""
    found = _DOCUMENT.fullmatch(" ".join(escape(text).split()))
    if found is None or "`" in found[2]:
        return prose(text)
    return f"{prose(found[1])} {code(found[2])}"


def code(text: str) -> str:
    """Return a code span, on one line: a captured value as it is."""
    line = escape_line(text)
    if not line.strip():
        return f"(blank: {len(line)})" if line else "(empty)"
    fence = "`" * (_longest_run(line) + 1)
    pad = " " if line[0] in "` " or line[-1] in "` " else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def cell(text: str) -> str:
    """Return a code span for a cell of a table, where even in code a bar parts the columns."""
    return code(text).replace("|", "\\|") if text else ""


def block(text: str, language: str = "") -> str:
    """Return a fenced block: lines as they are."""
    shown = escape(text)
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def _escaped(text: str) -> str:
    return _ACTIVE.sub(lambda found: "&amp;" if found[0] == "&" else f"\\{found[0]}", text)


def _number_or_sign(start: str) -> str:
    return f"{start}\\" if start.isdigit() else f"\\{start}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in _RUNS.findall(text)), default=0)
