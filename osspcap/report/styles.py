"""Colours of the text report: readable on light and on dark backgrounds, and nothing that only colour tells."""

from osspcap.model.finding import Severity

SEVERITY = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold dark_orange3",
    Severity.INFO: "bold dodger_blue1",
}
SEEN, EXPECTED = "red", "green"
"""Lines of a difference; each also has its sign."""
GOOD = "bold green"
HEADING = "bold"
QUIET = "dim"
