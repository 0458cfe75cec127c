"""Access key secrets that the user lends for one run: from a variable or a file, never from the command line itself.

Other users of a host see the arguments of every process, and shells remember them. No message of this module repeats
what was given: who mistakes a secret for a name must not find it in a log. What is read goes into `Secrets`, whose
representation hides it.
"""

import os
import re
import stat
from collections.abc import Mapping

import click

from osspcap.errors import UsageError
from osspcap.model.secrets import NO_SECRETS, Secrets

MAX_SECRET_FILE_BYTES = 1 << 20
"""A file larger than this is no list of secrets."""
MAX_SECRET_CHARS = 1_024
"""Secrets have 30 characters, those of the token service 44."""

_COMMENT = "_"
"""Members of the JSON object whose name begins so are notes; no access key ID does."""
_is_broken = re.compile(r"[\s\x00-\x1f]").search


def read_secrets(variable: str | None, path: str | None, environment: Mapping[str, str] = os.environ) -> Secrets:
    """Return the secrets that the options name; none without an option.

    Args:
        variable: Of `--secret-env`: name of the environment variable.
        path: Of `--secret-file`: one secret, or a JSON object of access key ID to secret.
        environment: Where the variable is looked up.

    Raises:
        UsageError: Both are given, or what they name is not there or holds no secret. Never tells the value.
    """
    if variable is not None and path is not None:
        raise UsageError("give --secret-env or --secret-file, not both")
    if variable is not None:
        text = environment.get(variable)
        if text is None:
            raise UsageError("--secret-env: there is no environment variable of that name; give a name, not the secret")
        return _parse(text, "--secret-env")
    if path is not None:
        return _parse(_read(path), "--secret-file")
    return NO_SECRETS


def _read(path: str) -> str:
    """Read the file; complain on standard error if others can read it too."""
    reason = ""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - may be a descriptor of the shell: <(pass show oss)
            mode = os.fstat(file.fileno()).st_mode
            raw = file.read(MAX_SECRET_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "no usable name"
    if reason:
        # Raised outside the handler, so that no traceback shows the name: it may be the secret itself.
        raise UsageError(f"--secret-file: the file cannot be read: {reason}; give the name of a file, not the secret")
    if stat.S_ISREG(mode) and mode & stat.S_IROTH:
        click.echo(
            "osspcap: warning: the file with the secret can be read by every user of this host; run chmod 600 on it",
            err=True,
        )
    if len(raw) > MAX_SECRET_FILE_BYTES:
        raise UsageError("--secret-file: the file is larger than 1 MiB and no list of secrets")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    raise UsageError("--secret-file: the file is no UTF-8 text")


def _parse(text: str, option: str) -> Secrets:
    """Take one secret, or an object of several, out of a text."""
    stripped = text.strip()
    if not stripped:
        raise UsageError(f"{option}: it is empty; it must hold the access key secret")
    if not stripped.startswith("{"):
        return Secrets(default=_checked(stripped, option))
    import json  # noqa: PLC0415 - most runs are lent no secrets

    place = ""
    try:
        members = json.loads(stripped)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
    except RecursionError:
        place = "nested too deeply"
    if place:
        raise UsageError(f"{option}: it begins like a JSON object and is none ({place})")
    secrets = {key.strip(): value for key, value in members.items() if not key.startswith(_COMMENT)}
    if not secrets or not all(isinstance(value, str) for value in secrets.values()):
        raise UsageError(f"{option}: the JSON object must map access key IDs to secrets, all of them texts")
    return Secrets({key: _checked(value.strip(), option) for key, value in secrets.items()})


def _checked(secret: str, option: str) -> str:
    if not secret or len(secret) > MAX_SECRET_CHARS or _is_broken(secret):
        raise UsageError(f"{option}: it holds something that is no access key secret: empty, too long or with blanks")
    return secret
