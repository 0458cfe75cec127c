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
    try:
        _check_target(path, target, force=force, inputs=inputs)
    except OSError as error:  # a name that the file system does not take: too long, a loop of links
        raise _unwritable(path, error) from error


def _check_target(path: str, target: Path, *, force: bool, inputs: Sequence[str]) -> None:
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
        yield from _standard_output()
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
        raise _unwritable(path, error) from error


def _standard_output() -> Iterator[BinaryIO]:
    if sys.stdout is None:
        raise OutputError("standard output is closed; redirect it, or give a file with -o FILE")
    try:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable("standard output", error) from error


def _unwritable(place: str, error: OSError) -> OutputError:
    return OutputError(f"{place}: cannot be written: {error.strerror or error}; choose another place")


def write_pieces(out: BinaryIO, pieces: Iterable[str]) -> None:
    """Write text as UTF-8, piece by piece; lone surrogates become escapes."""
    out.writelines(piece.encode("utf-8", "backslashreplace") for piece in pieces)


def is_terminal(path: str | None) -> bool:
    """Tell whether results go to a terminal."""
    return (path is None or path == "-") and sys.stdout is not None and sys.stdout.isatty()


def terminal_width() -> int:
    """Return the columns of the terminal, `COLUMNS`, or 80."""
    with suppress(ValueError):
        return max(1, int(os.environ.get("COLUMNS", "")))
    if is_terminal(None):
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
