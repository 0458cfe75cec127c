"""Settings of every test run: no deadlines; under CI the same examples every time and nothing skipped."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from tests.build.browser import chromium

IN_CI = bool(os.environ.get("CI"))

settings.register_profile("osspcap", deadline=None, derandomize=IN_CI, print_blob=True)
settings.load_profile("osspcap")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Write the reports in tests/golden anew.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once; tests that ask for it belong to the group `browser`, which one worker runs."""
    with chromium() as started:
        yield started


def skipped_count(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return 0 if reporter is None else len(reporter.stats.get("skipped", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if IN_CI and skipped_count(config):
        terminalreporter.write_line("Under CI a skipped test counts as failed: its tool is missing.", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if IN_CI and exitstatus == pytest.ExitCode.OK and skipped_count(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
