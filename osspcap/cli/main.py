"""The `osspcap` command: finds the subcommand, loads only that, and turns every ending into an exit status.

0 nothing at or above `--fail-on`; 1 findings at or above it; 2 bad usage, an unreadable input or a defect of osspcap;
130 interrupted; 141 the reader of standard output went away.
"""

import errno
import gc
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import Any

import click

from osspcap._version import __version__
from osspcap.errors import OsspcapError

TRACEBACK_VARIABLE = "OSSPCAP_TRACEBACK"
"""Environment variable that shows the traceback of a defect; for those who mend it."""
EXIT_ERROR, EXIT_INTERRUPTED, EXIT_TERMINATED, EXIT_BROKEN_PIPE = 2, 130, 143, 141

_COMMANDS = {
    "analyze": "osspcap.cli.analyze:analyze_command",
    "bundle": "osspcap.cli.bundle:bundle_command",
    "compare": "osspcap.cli.compare:compare_command",
    "query": "osspcap.cli.query:query_command",
    "rules": "osspcap.cli.rules:rules_command",
    "scan": "osspcap.cli.scan:scan_command",
    "schema": "osspcap.cli.schema:schema_command",
    "show": "osspcap.cli.show:show_command",
}


class LazyGroup(click.Group):
    """Imports a subcommand when it is asked for, so that `--version` waits for none."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all subcommands, in the order of help."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one subcommand; None if there is none of that name."""
        del ctx
        home = _COMMANDS.get(cmd_name)
        if home is None:
            return None
        module, _, attribute = home.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="osspcap", message="%(prog)s %(version)s")
def cli() -> None:
    """Explain failed Alibaba Cloud OSS requests from a packet capture.

    Record the failure with `tcpdump -s0 -w failed.pcap host ENDPOINT`, then run
    `osspcap analyze failed.pcap`.
    """


def main() -> None:
    """Run the program and exit."""
    signal.signal(signal.SIGTERM, _terminate)
    # The process is short-lived and its records form no cycles that matter: looking for some costs time, frees nothing.
    gc.disable()
    # No matrix is multiplied here: without this, numpy starts a thread for each processor when it is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    status = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # closed, or full: `run` has said so
            stream.flush()
    # All is written. Taking a large report's records apart one by one would cost a tenth of the run and serve nobody.
    os._exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run the program; return its exit status. Writes to the standard streams, never raises."""
    try:
        with cli.make_context("osspcap", list(arguments)) as context:
            result: Any = cli.invoke(context)
        if sys.stdout is not None:  # closed: `osspcap ... >&-`
            sys.stdout.flush()
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.ClickException as error:
        error.show()
        return EXIT_ERROR
    except OsspcapError as error:
        _complain(str(error))
        return EXIT_ERROR
    except (KeyboardInterrupt, click.Abort):
        _complain("interrupted")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return _abandon_stdout()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            return _report_defect(error)
        _abandon_stdout()  # help and version are printed by click, whatever the device
        _complain("standard output: cannot be written: no space left on device; choose another place")
        return EXIT_ERROR
    except Exception as error:  # noqa: BLE001 - the last line of defence; a user gets one line, not a stack
        return _report_defect(error)
    return result if isinstance(result, int) else 0


def _complain(message: str) -> None:
    click.echo(f"osspcap: {_one_line(message)}", err=True)


def _one_line(message: str) -> str:
    """Paths and messages may hold control bytes: keep them off the terminal and on one line."""
    from osspcap.report.terminal import escape_line  # noqa: PLC0415 - only when something went wrong

    return escape_line(message)


def _abandon_stdout() -> int:
    """Point standard output nowhere, so that the interpreter's last flush does not complain either."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return EXIT_BROKEN_PIPE


def _report_defect(error: Exception) -> int:
    if os.environ.get(TRACEBACK_VARIABLE) == "1":
        import traceback  # noqa: PLC0415 - only when something went wrong

        traceback.print_exc()
    _complain(
        f"internal error: {type(error).__name__}: {error}; please report this with the output of "
        f"{TRACEBACK_VARIABLE}=1 at the project's issue tracker"
    )
    return EXIT_ERROR


def _terminate(number: int, frame: FrameType | None) -> None:
    """Unwind on SIGTERM, so that half-written files are removed."""
    del number, frame
    raise SystemExit(EXIT_TERMINATED)
