import pytest

from osspcap.report.markup import block, cell, code, paragraphs, prose, step


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("PUT of rokid/my_file_name.txt failed", "PUT of rokid/my_file_name.txt failed"),
        ("run `osspcap rules SIG101` now", "run `osspcap rules SIG101` now"),
        ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
        ("![x](http://evil.example/p.png)", "!\\[x\\](http://evil.example/p.png)"),
        ("LTAI4Fix***ey01", "LTAI4Fix\\*\\*\\*ey01"),
        ("a | b & c ~~d~~ _e_", "a \\| b &amp; c \\~\\~d\\~\\~ \\_e\\_"),
        ("# no heading", "\\# no heading"),
        ("1. no list", "1\\. no list"),
        ("one\n# two", "one # two"),
        ("a lone ` is none", "a lone \\` is none"),
        ("`<b>` and `unbalanced <b>", "`<b>` and \\`unbalanced \\<b\\>"),
        ("\x1b[2J\u202egpj", "\\\\x1b\\[2J\\\\u202egpj"),
    ],
)
def test_text_shows_and_does_not_act(text: str, made: str) -> None:
    assert prose(text) == made


def test_paragraphs_stay_apart() -> None:
    assert paragraphs("one\ntwo\n\n- three\n\n") == "one two\n\n\\- three"


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("text/plain", "`text/plain`"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        (" x ", "`  x  `"),
        ("", "(empty)"),
        ("  ", "(blank: 2)"),
        ("a\nb\x00", "`a\\nb\\x00`"),
    ],
)
def test_a_value_is_shown_exactly(value: str, made: str) -> None:
    assert code(value) == made


def test_a_bar_does_not_leave_its_cell() -> None:
    assert cell("a|b") == "`a\\|b`"
    assert cell("") == ""


def test_a_fence_is_longer_than_any_inside() -> None:
    assert block("a\n````\nb", "xml") == "`````xml\na\n````\nb\n`````"
    assert block("x") == "```\nx\n```"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Call it with the body: <A><B>x*</B></A>", "Call it with the body: `<A><B>x*</B></A>`"),
        ('The same as JSON: {"A": ["b*"]}', 'The same as JSON: `{"A": ["b*"]}`'),
        ("Run `osspcap` <now>", "Run `osspcap` \\<now\\>"),
        ("Body: <A>`</A>", "Body: \\<A\\>\\`\\</A\\>"),
    ],
)
def test_a_document_at_the_end_of_a_step_can_be_copied(text: str, made: str) -> None:
    assert step(text) == made
