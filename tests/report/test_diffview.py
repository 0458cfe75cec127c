import re

from osspcap.report.diffview import MAX_LINES, diff_view
from osspcap.report.text import render

SEEN = "PUT\n\ntext/plain\nFri, 20 Nov 2026 21:28:44 GMT\n/b/k"
EXPECTED = "PUT\n\ntext/html\nFri, 20 Nov 2026 21:28:44 GMT\n/b/k"


def shown(seen: str, expected: str, width: int = 60, *, color: bool = False) -> str:
    return render(diff_view(seen, expected, width), width=width, color=color)


def test_signs_and_carets_tell_the_difference_without_colour() -> None:
    assert shown(SEEN, EXPECTED).splitlines() == [
        "  PUT",
        "",
        "- text/plain",
        "       ^^^^^",
        "+ text/html",
        "       ^^^^",
        "  Fri, 20 Nov 2026 21:28:44 GMT",
        "  /b/k",
    ]


def test_colour_adds_nothing_but_colour() -> None:
    colored = shown(SEEN, EXPECTED, color=True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == shown(SEEN, EXPECTED)


def test_long_lines_are_broken_with_their_own_carets() -> None:
    lines = shown("a" * 60 + "X", "a" * 60 + "Y", 42).splitlines()
    assert lines == [
        "- " + "a" * 40,
        "  " + "a" * 20 + "X",
        " " * 22 + "^",
        "+ " + "a" * 40,
        "  " + "a" * 20 + "Y",
        " " * 22 + "^",
    ]


def test_what_a_terminal_would_act_on_is_escaped_and_the_marks_stay_in_place() -> None:
    assert shown("\x1b[2Ja", "\x1b[2Jb").splitlines() == ["- \\x1b[2Ja", " " * 9 + "^", "+ \\x1b[2Jb", " " * 9 + "^"]


def test_many_lines_are_counted() -> None:
    lines = shown("\n".join("ab"), "\n".join(map(str, range(300)))).splitlines()
    assert len(lines) == MAX_LINES + 1
    assert lines[-1].endswith("more lines: -f json")
