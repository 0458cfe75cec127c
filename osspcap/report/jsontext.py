r"""JSON text that is safe to show: how strings are written, and what no terminal and no editor may find in the output.

Characters that those could act on (C1 controls, bidirectional marks) are written as JSON escapes, lone surrogates,
which stand for undecodable bytes of a path, as the text `\\udc80`. So the output is valid UTF-8 whatever was captured.
"""

import json.encoder
from collections.abc import Callable

from osspcap.model.pattern import pattern

text_json: Callable[[str], str] = json.encoder.encode_basestring
"""A string as JSON, quotes included; only quotes, backslashes and C0 controls are escaped."""

_SURROGATE = pattern("[\ud800-\udfff]")
_ACTIVE = pattern("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def made_safe(piece: str) -> str:
    """Return a piece of JSON text as valid UTF-8 in which no terminal and no editor finds anything to act on."""
    if piece.isascii() and "\x7f" not in piece:
        return piece
    piece = _SURROGATE.sub(lambda found: f"\\\\u{ord(found[0]):04x}", piece)
    return _ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", piece)
