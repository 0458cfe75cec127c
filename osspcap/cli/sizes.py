"""Sizes as people write them on a command line."""

import re

import click

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"(\d{1,18}(?:\.\d{1,18})?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
MAX_SIZE = 1 << 60


def read_size(context: click.Context, parameter: click.Parameter, text: str) -> int:
    """Return the bytes that an option states as a number with or without a binary unit: `2GiB`, `500M`, `4096`.

    Raises:
        click.BadParameter: It states no size above 0.
    """
    found = _SIZE.fullmatch(text.strip())
    size = float(found[1]) * _UNITS[found[2].lower()] if found else 0
    if not 1 <= size <= MAX_SIZE:
        raise click.BadParameter(f"{text!r} is no size; write bytes with a unit: 500M, 2GiB", context, parameter)
    return int(size)
