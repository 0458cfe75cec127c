import click
import pytest
from click.testing import CliRunner

from osspcap.cli.options import exit_status, report_options, split_codes
from osspcap.model.finding import Severity


@pytest.mark.parametrize(
    ("worst", "fail_on", "status"),
    [
        (None, "info", 0),
        (Severity.INFO, "error", 0),
        (Severity.INFO, "info", 1),
        (Severity.WARNING, "error", 0),
        (Severity.WARNING, "warning", 1),
        (Severity.ERROR, "error", 1),
        (Severity.ERROR, "never", 0),
    ],
)
def test_the_exit_status_follows_the_worst_finding(worst: Severity | None, fail_on: str, status: int) -> None:
    assert exit_status(worst, fail_on) == status


def test_codes_may_be_repeated_and_listed() -> None:
    assert split_codes(("SIG, CLK", "NET001", " ,")) == ("SIG", "CLK", "NET001")


def test_a_command_gets_the_options_in_the_order_that_help_shows() -> None:
    @click.command()
    @report_options
    def report(**values: object) -> None:
        click.echo(sorted(values.items()))

    help_text = CliRunner().invoke(report, ["--help"]).output
    places = [
        help_text.index(name) for name in ("--format", "--output", "--force", "--select", "--ignore", "--fail-on")
    ]
    assert places == sorted(places)
    assert "('fail_on', 'error')" in CliRunner().invoke(report, []).output
