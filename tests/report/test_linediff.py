import pytest

from osspcap.report.linediff import CONTEXT, DiffLine, cut_around, diff_lines


def signs(seen: str, expected: str) -> list[str]:
    return [line.sign + line.text for line in diff_lines(seen, expected)]


def test_equal_texts_have_no_difference() -> None:
    assert signs("PUT\n\n/b/k", "PUT\n\n/b/k") == [" PUT", " ", " /b/k"]


def test_a_changed_line_is_followed_by_what_it_should_be_with_the_place_marked() -> None:
    assert list(diff_lines("PUT\ntext/plain\n/b", "PUT\ntext/html\n/b")) == [
        DiffLine(" ", "PUT", 0, 0),
        DiffLine("-", "text/plain", 5, 10),
        DiffLine("+", "text/html", 5, 9),
        DiffLine(" ", "/b", 0, 0),
    ]


@pytest.mark.parametrize(
    ("seen", "expected", "made"),
    [
        ("a\nb", "a\nx:1\nb", [" a", "+x:1", " b"]),
        ("a\nx:1\nb", "a\nb", [" a", "-x:1", " b"]),
        ("a", "a ", ["-a", "+a "]),
        ("", "a", ["-", "+a"]),
        ("a\nb\nc", "x\ny\nc", ["-a", "+x", "-b", "+y", " c"]),
    ],
)
def test_lines_are_aligned(seen: str, expected: str, made: list[str]) -> None:
    assert signs(seen, expected) == made


def test_a_blank_at_the_end_is_what_differs() -> None:
    assert list(diff_lines("k", "k ")) == [DiffLine("-", "k", 1, 1), DiffLine("+", "k ", 1, 2)]


def test_repeated_letters_are_not_counted_twice() -> None:
    assert list(diff_lines("aa", "aaa")) == [DiffLine("-", "aa", 2, 2), DiffLine("+", "aaa", 2, 3)]


def test_a_long_line_keeps_what_is_near_its_difference() -> None:
    line = DiffLine("-", "a" * 5_000 + "X" + "b" * 5_000, 5_000, 5_001)
    short = cut_around(line, 200)
    assert short.text[short.start : short.end] == "X"
    assert short.text.startswith("..." + "a" * CONTEXT + "X")
    assert len(short.text) <= 210
    assert cut_around(short, 300) is short


def test_texts_of_any_length_are_compared_up_to_a_limit() -> None:
    lines = list(diff_lines("\n".join(map(str, range(50_000))), "x"))
    assert len(lines) <= 801
