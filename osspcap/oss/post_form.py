"""The fields of a PostObject form that stand in front of its file, read from a body window.

Only fields before `file` count: OSS stops looking there. Nothing is validated; what cannot be read is left out.
Source: RFC 7578; OSS API reference, PostObject. O(length of the window), which the HTTP stage bounds.
"""

import re
from dataclasses import field

from osspcap.model.record import record

_BOUNDARY = re.compile(r"boundary=(?:\"([^\"]*)\"|([^;,\s]+))", re.IGNORECASE)
_NAME = re.compile(rb"[;\s]name=(?:\"([^\"]*)\"|([^;\s]+))", re.IGNORECASE)
_FILENAME = re.compile(rb"[;\s]filename=(?:\"([^\"]*)\"|([^;\s]+))", re.IGNORECASE)

# Fields looked at; a form has about ten and OSS refuses more than a few hundred.
MAX_FIELDS = 256
# Bytes of a field value kept: a policy of 64 KiB is the largest worth reading here.
MAX_VALUE_BYTES = 65_536
# Bytes of a part's own header section; real ones have under 200.
MAX_PART_HEAD_BYTES = 16_384


@record
class PostForm:
    """What a PostObject form says before its file."""

    values: dict[str, str] = field(default_factory=dict)
    """Field name, case kept, to the text of its first value."""
    filename: str | None = None
    """Name of the uploaded file; None if the file's part was not reached or names none."""

    @property
    def key(self) -> str | None:
        """Object key with `${filename}` filled in, if the form names one before its file."""
        key = self.values.get("key")
        if key is None or self.filename is None:
            return key
        return key.replace("${filename}", re.split(r"[/\\]", self.filename)[-1])


def is_form(content_type: str) -> bool:
    """Tell whether a Content-Type is that of a multipart form."""
    return content_type.lstrip()[:19].lower() == "multipart/form-data"


def read_form(content_type: str, window: bytes) -> PostForm:
    """Read the fields in front of `file`.

    Args:
        content_type: The request's Content-Type; without a boundary the first line of the window is taken for it.
        window: First bytes of the body, transfer-decoded.
    """
    found = _BOUNDARY.search(content_type)
    boundary = (found[1] or found[2] or "") if found else ""
    delimiter = b"--" + boundary.encode("latin-1", "replace")
    if not boundary:
        delimiter = window[:200].partition(b"\r\n")[0]
        if len(delimiter) < 3 or not delimiter.startswith(b"--"):
            return PostForm()
    values: dict[str, str] = {}
    start = window.find(delimiter)
    for _ in range(MAX_FIELDS):
        if start < 0:
            break
        start += len(delimiter)
        head_end = window.find(b"\r\n\r\n", start, start + MAX_PART_HEAD_BYTES)
        if head_end < 0:
            break
        part_head = window[start:head_end]
        name = _text(_NAME.search(part_head))
        if name == "file":
            return PostForm(values, _text(_FILENAME.search(part_head)))
        value_end = window.find(b"\r\n" + delimiter, head_end + 2)
        if value_end < 0:
            break  # cut inside a value: half a key is worse than none
        if name is not None and name not in values:
            # A value may be empty; then its line end is the one that closes the part's head.
            value = window[head_end + 4 : min(max(value_end, head_end + 4), head_end + 4 + MAX_VALUE_BYTES)]
            values[name] = value.decode("utf-8", "replace")
        start = value_end + 2
    return PostForm(values)


def _text(found: re.Match[bytes] | None) -> str | None:
    return None if found is None else (found[1] or found[2] or b"").decode("utf-8", "replace")
