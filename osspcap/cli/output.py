"""Where results go: standard output, or a file that appears whole or not at all."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from osspcap.errors import OutputError, SecretInReportError, UsageError
from osspcap.report.reporters import encoded

if TYPE_CHECKING:
    from osspcap.report.lastcheck import LastCheck

DEFAULT_WIDTH = 80
CHUNK_BYTES = 262_144
"""Bytes of a report that are read and written at once."""
MAX_HELD = 16 << 20
"""Bytes of a report for standard output that are kept in memory until all of it has been read."""
_LEAK = (
    "the report would have shown a signature, token or secret in clear, so nothing was written; that is a defect of "
    "osspcap: please report it with the format and options used; --show-secrets writes what the capture holds unmasked"
)


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


def write_checked(path: str | None, pieces: Iterable[str | bytes], check: "LastCheck", *, force: bool) -> None:
    """Write a report as UTF-8, all or nothing, unless its bytes hold a secret that `check` knows.

    What goes to standard output is kept until the last byte has been read: in memory, from `MAX_HELD` on in a
    temporary file.

    Raises:
        SecretInReportError: A secret was found; nothing was written.
        OutputError: The place cannot be written.
    """
    if path is not None and path != "-" and not _is_device(Path(path)):
        with open_output(path, force=force) as out:
            out.writelines(_checked(pieces, check))
        return
    held: list[bytes] = []
    size = 0
    chunks = _checked(pieces, check)
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size > MAX_HELD:
            _write_large(path, chain(held, chunks), force=force)
            return
    with open_output(path, force=force) as out:
        out.writelines(held)


def _write_large(path: str | None, chunks: Iterable[bytes], *, force: bool) -> None:
    import shutil  # noqa: PLC0415 - large reports only
    from tempfile import TemporaryFile  # noqa: PLC0415 - likewise

    try:
        with TemporaryFile() as held:
            held.writelines(chunks)
            held.seek(0)
            with open_output(path, force=force) as out:
                shutil.copyfileobj(held, out, CHUNK_BYTES)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"temporary file: {error.strerror or error}; set TMPDIR, or give a file with -o") from error


def _checked(pieces: Iterable[str | bytes], check: "LastCheck") -> Iterator[bytes]:
    for chunk in _chunks(pieces):
        refuse_secret(chunk, check)
        yield chunk


def refuse_secret(data: bytes, check: "LastCheck") -> None:
    """Refuse bytes in which a known secret stands.

    Raises:
        SecretInReportError: There is one; the message does not tell it.
    """
    if check.find(data) is not None:
        raise SecretInReportError(_LEAK)


def _chunks(pieces: Iterable[str | bytes]) -> Iterator[bytes]:
    """Join small pieces, so that each is worth reading; lone surrogates become escapes."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        raw = encoded(piece)
        waiting.append(raw)
        size += len(raw)
        if size >= CHUNK_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def write_pieces(out: BinaryIO, pieces: Iterable[str]) -> None:
    """Write text as UTF-8, piece by piece; lone surrogates become escapes."""
    out.writelines(map(encoded, pieces))


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
