import pytest

from osspcap.report.csvcell import neutral


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠A"])
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "cell"), [("a=1", "a=1"), ("\t=1", r"\t=1"), ("\r=1", r"\r=1"), ("a\nb", r"a\nb"), ("\u202ea", r"\u202ea")]
)
def test_cells_stay_on_one_line_and_hide_nothing(text: str, cell: str) -> None:
    assert neutral(text) == cell
