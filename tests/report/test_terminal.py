import pytest

from osspcap.report.terminal import escape, escape_line


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("a\rb", "a\\rb"),
        ("\x9b2J", "\\x9b2J"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("\u200b\ufeff", "\\u200b\\ufeff"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
        ("\x07\x7f\x00", "\\x07\\x7f\\x00"),
        ("图片/a.jpg é", "图片/a.jpg é"),
        ("a\tb\nc", "a\tb\nc"),
    ],
)
def test_what_could_act_on_a_terminal_is_escaped_and_the_rest_is_kept(raw: str, shown: str) -> None:
    assert escape(raw) == shown


def test_one_line_stays_one_line() -> None:
    assert escape_line("a\nb\tc\u2028d") == "a\\nb\\tc\\u2028d"
