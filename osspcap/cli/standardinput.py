"""Standard input, for inputs named `-`."""

import sys
from typing import BinaryIO

import click


def refuse_terminal(*inputs: str) -> None:
    """Refuse to wait for somebody to type a capture.

    Raises:
        click.UsageError: One of the inputs is `-` and standard input is a terminal.
    """
    if "-" in inputs and sys.stdin is not None and sys.stdin.isatty():
        raise click.UsageError("standard input is a terminal; pipe a capture into it: tcpdump -s0 -w - | osspcap ...")


def standard_input(*inputs: str) -> BinaryIO | None:
    """Return the stream that `-` stands for; None if no input is `-`, or if standard input is closed."""
    return sys.stdin.buffer if "-" in inputs and sys.stdin is not None else None
