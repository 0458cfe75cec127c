"""Where results go: standard output, or a file that appears whole or not at all."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from osspcap.errors import OutputError, UsageError

DEFAULT_WIDTH = 80


def check_output(path: str | None, *, force: bool, inputs: Sequence[str] = ()) -> None:
    """Refuse an output that must not be written, before any work is done.

    Raises:
        UsageError: The output is one of the inputs.
        OutputError: It exists and `force` was not given, or it is a directory, or its directory does not exist.
    """
    if path is None or path == "-":
        return
    target = Path(path)
    for given in inputs:
        with suppress(OSError):
            if given != "-" and target.samefile(given):
                raise UsageError(f"{path}: is the capture itself; choose another name for the output")
    if target.is_dir():
        raise OutputError(f"{path}: is a directory; give the name of a file in it")
    if not target.parent.is_dir():
        raise OutputError(f"{path}: the directory {target.parent} does not exist; create it first")
    if target.exists() and not force and not _is_device(target):
        raise OutputError(f"{path}: exists; use --force to overwrite it, or choose another name")


@contextmanager
def open_output(path: str | None, *, force: bool) -> Iterator[BinaryIO]:
    """Open the place for results; a file is renamed into place when the block ends well and removed if it does not.

    Raises:
        OutputError: The file cannot be written, or came into being meanwhile.
    """
    if path is None or path == "-":
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    try:
        if _is_device(target):
            with target.open("wb") as device:
                yield device
            return
        temporary = target.with_name(f".{target.name[:100]}.{os.urandom(6).hex()}.part")
        try:
            with temporary.open("xb") as file:
                yield file
            _place(temporary, target, force=force)
        finally:
            temporary.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}; choose another place") from error


def write_pieces(out: BinaryIO, pieces: Iterable[str]) -> None:
    """Write text as UTF-8, piece by piece; lone surrogates become escapes."""
    out.writelines(piece.encode("utf-8", "backslashreplace") for piece in pieces)


def is_terminal(path: str | None) -> bool:
    """Tell whether results go to a terminal."""
    return (path is None or path == "-") and sys.stdout.isatty()


def terminal_width() -> int:
    """Return the columns of the terminal, `COLUMNS`, or 80."""
    with suppress(ValueError):
        return max(1, int(os.environ.get("COLUMNS", "")))
    if sys.stdout.isatty():
        with suppress(OSError):
            return os.get_terminal_size(sys.stdout.fileno()).columns or DEFAULT_WIDTH
    return DEFAULT_WIDTH


def wants_color(path: str | None) -> bool:
    """Colours only where somebody sees them and has not asked for none (https://no-color.org)."""
    return is_terminal(path) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _place(temporary: Path, target: Path, *, force: bool) -> None:
    if force:
        temporary.replace(target)
        return
    try:
        target.hardlink_to(temporary)  # fails if the name is taken, which a rename would not
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(17, "File exists") from None
        temporary.replace(target)


def _is_device(target: Path) -> bool:
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
