"""Captured text made safe for a terminal: nothing that moves the cursor, recolours, or reverses the reading order."""

import re

from osspcap.model.pattern import pattern

_UNSAFE = pattern(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, DEL, C1
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # marks, joiners, bidi, separators
    "\ud800-\udfff"  # lone surrogates cannot be encoded
    "\U000e0000-\U000e0fff"  # tags and variation selectors: invisible
    "]"
)


def escape(text: str) -> str:
    r"""Return text with unsafe characters written as escapes (`\x1b`, `\u202e`); tabs and line feeds are kept."""
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub(_escaped, text)


def escape_line(text: str) -> str:
    r"""Return text on one line: as `escape`, with tabs and line feeds written as `\t` and `\n` too."""
    return escape(text).replace("\t", "\\t").replace("\n", "\\n")


def _escaped(found: re.Match[str]) -> str:
    number = ord(found[0])
    match number:
        case 0x0D:
            return "\\r"
        case _ if number < 0x100:
            return f"\\x{number:02x}"
        case _ if number < 0x10000:
            return f"\\u{number:04x}"
        case _:
            return f"\\U{number:08x}"
