import click
import pytest
from click.testing import CliRunner

from osspcap.cli.options import (
    exit_status,
    masking_options,
    paging_options,
    report_options,
    split_codes,
    view_options,
)
from osspcap.model.finding import Severity
from osspcap.report.selection import Selection


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
    @report_options(("text", "json"))
    def report(**values: object) -> None:
        click.echo(sorted(values.items()))

    help_text = CliRunner().invoke(report, ["--help"]).output
    places = [
        help_text.index(name) for name in ("--format", "--output", "--force", "--select", "--ignore", "--fail-on")
    ]
    assert places == sorted(places)
    assert "('fail_on', 'error')" in CliRunner().invoke(report, []).output


def test_options_about_what_is_shown_become_those_of_the_view() -> None:
    @click.command()
    @masking_options
    @paging_options
    def show(**values: object) -> None:
        made = view_options(values)
        assert made == {
            "show_secrets": False,
            "mask_ip": True,
            "mask_object": False,
            "selection": Selection(limit=5, offset=2, stream=7),
        }

    assert CliRunner().invoke(show, ["--mask-ip", "--limit", "5", "--offset", "2", "--stream", "7"]).exit_code == 0
    assert CliRunner().invoke(show, ["--limit", "-1"]).exit_code == 2
