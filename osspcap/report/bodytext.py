"""A body cut into what can be read and what cannot: text stays text, the rest becomes a hex dump.

Multipart forms are cut at their boundary, so that the fields of an upload can be read although the file beside them
is binary.
"""

from collections.abc import Iterator
from typing import NamedTuple

BYTES_PER_LINE = 16
MAX_PARTS = 200
"""Parts of a form that are told apart; what follows them is one part."""
MAX_CONTROLS = 0.02
"""Share of control characters up to which a body still counts as text."""


class Block(NamedTuple):
    """A stretch of a body."""

    offset: int
    data: bytes
    text: str | None
    """Decoded; None if the stretch is binary."""


def body_blocks(data: bytes) -> Iterator[Block]:
    """Yield the stretches of a body in order; together they are the body."""
    whole = as_text(data)
    boundary = data.partition(b"\r\n")[0]
    if whole is not None or not 2 < len(boundary) <= 72 or not boundary.startswith(b"--"):
        yield Block(0, data, whole)
        return
    offset = 0
    for number, part in enumerate(data.split(b"\r\n" + boundary, MAX_PARTS)):
        piece = part if number == 0 else b"\r\n" + boundary + part
        yield from _part_blocks(piece, offset)
        offset += len(piece)


def _part_blocks(piece: bytes, offset: int) -> Iterator[Block]:
    """A part that is text is one block; of any other, the head is text and the content is not."""
    text = as_text(piece)
    head_end = piece.find(b"\r\n\r\n")
    head = as_text(piece[: head_end + 4]) if head_end >= 0 else None
    if text is not None or head is None:
        yield Block(offset, piece, text)
        return
    yield Block(offset, piece[: head_end + 4], head)
    yield Block(offset + head_end + 4, piece[head_end + 4 :], None)


def as_text(data: bytes) -> str | None:
    """Decode what is text. One character cut at the end is forgiven: bodies are kept up to a limit only."""
    for end in range(len(data), max(len(data) - 4, -1), -1):
        try:
            text = data[:end].decode()
        except UnicodeDecodeError as error:
            if error.start < len(data) - 4:
                return None
            continue
        controls = sum(character < " " and character not in "\t\r\n\x1b" for character in text)
        return text if controls <= len(text) * MAX_CONTROLS else None
    return None


def hex_dump(data: bytes, start: int = 0) -> Iterator[str]:
    """Yield lines of 16 bytes: offset in the body, hexadecimal, printable characters."""
    for offset in range(0, len(data), BYTES_PER_LINE):
        part = data[offset : offset + BYTES_PER_LINE]
        printable = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)
        yield f"{start + offset:08x}  {part[:8].hex(' '):<23}  {part[8:].hex(' '):<23}  {printable}"
