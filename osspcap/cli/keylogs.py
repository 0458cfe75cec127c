"""`--keylog`: key logs that the user lends for one run.

No message of this module repeats what a file holds, and what is read goes into a `KeyLog`, whose representation hides
it.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from osspcap.errors import UsageError

if TYPE_CHECKING:
    from osspcap.tls.keylog import KeyLog

VARIABLE = "SSLKEYLOGFILE"
"""Environment variable by which programs are told where to write their key log (RFC 9850)."""
FROM_ENVIRONMENT = "env"
"""In place of a file: the one that the variable names."""


def keylog_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option; it arrives as `keylog`, a tuple."""
    option = click.option(
        "--keylog",
        metavar="FILE",
        multiple=True,
        help="Decrypt TLS with this key log; env: the one that SSLKEYLOGFILE names. May be repeated.",
    )
    return option(command)


def keylog_files(values: Sequence[str], environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the files that the options name.

    Raises:
        UsageError: `env` is given and the variable is not set.
    """
    if FROM_ENVIRONMENT in values and not environment.get(VARIABLE):
        raise UsageError(f"--keylog env: the environment variable {VARIABLE} is not set; give the file's name instead")
    return tuple(environment[VARIABLE] if value == FROM_ENVIRONMENT else value for value in values)


def read_key_logs(files: Sequence[str]) -> "KeyLog":
    """Read key logs.

    Raises:
        UsageError: A file cannot be read, is a private key, is too large or holds no secret.
    """
    from osspcap.tls.keylog import NO_KEYS, KeyLog  # noqa: PLC0415 - not needed for help

    if not files:
        return NO_KEYS
    log = KeyLog()
    for path in files:
        content = _read(path)
        if not log.add(content):
            raise UsageError(_what_it_is(path, content))
    return log


def _read(path: str) -> bytes:
    from osspcap.tls.keylog import MAX_KEY_LOG_BYTES  # noqa: PLC0415 - as above

    try:
        with open(path, "rb") as file:  # noqa: PTH123 - may be a descriptor of the shell: <(ssh host cat keys)
            content = file.read(MAX_KEY_LOG_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no usable name"
        raise UsageError(f"--keylog: {path} cannot be read: {reason}") from error
    if len(content) > MAX_KEY_LOG_BYTES:
        limit = MAX_KEY_LOG_BYTES >> 20
        raise UsageError(
            f"--keylog: {path} is larger than {limit} MiB; keep the newest lines: tail -c {limit}M {path} > new.keylog"
        )
    return content


def _what_it_is(path: str, content: bytes) -> str:
    """Say what a file without secrets is, and what to do."""
    from osspcap.tls.keylog import holds_private_key  # noqa: PLC0415 - as above

    if holds_private_key(content):
        return (
            f"--keylog: {path} is a private key, and with those nothing is decrypted: connections of today have keys "
            f"of their own, which it does not tell; record a key log with {VARIABLE} at the client instead"
        )
    if not content.strip():
        return (
            f"--keylog: {path} is empty: the program that was to write it had made no TLS connection, or does not "
            f"support {VARIABLE}; README says how each SDK records one"
        )
    return (
        f"--keylog: {path} holds no TLS secret; a key log has lines like CLIENT_RANDOM or CLIENT_TRAFFIC_SECRET_0, "
        "each with two hexadecimal numbers"
    )
