"""Cells of CSV files: what was captured acts in no spreadsheet."""

from osspcap.report.terminal import escape_line

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutral(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, on one line, with nothing that hides or reorders text.

    Source: OWASP, "CSV Injection".
    """
    text = escape_line(text)
    return f"'{text}" if text.startswith(_FORMULA) else text
