"""The part lists of multipart uploads: what CompleteMultipartUpload claims and what ListParts shows.

In: the content of a body, perhaps cut or broken. Out: its entries as far as they go. Entities, DTDs and the network are
off. Cost: one parse, some 4 us an entry.

Source: OSS API reference, CompleteMultipartUpload and ListParts.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from osspcap.model.multipart import PartEntry
from osspcap.model.pattern import pattern
from osspcap.oss.careful_xml import careful_parser
from osspcap.oss.crc64 import parse_crc64
from osspcap.oss.etag import bare_etag
from osspcap.oss.limits import MAX_PART_NUMBER

if TYPE_CHECKING:
    from lxml import etree

MAX_LIST_BYTES = 4 * 1024**2
"""Of a list that is parsed: 10,000 parts take 1 MB."""
MAX_ENTRIES = 2 * MAX_PART_NUMBER
"""Read of one list: OSS takes 10,000."""
MAX_TEXT_CHARS = 200
"""Kept of one value."""

_is_number = pattern(r"[+-]?[0-9]{1,18}").fullmatch
_BARE_AMPERSAND = pattern(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});)")


def read_part_list(content: bytes) -> tuple[tuple[PartEntry, ...], bool]:
    """Return the entries of a list, and whether it could be read to its end; half an entry at its end is left out."""
    from lxml import etree  # noqa: PLC0415 - healthy captures hold no document to parse

    text = content[:MAX_LIST_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"<"):
        return (), False
    parser = careful_parser()
    try:
        root = etree.fromstring(_BARE_AMPERSAND.sub(b"&amp;", text), parser)
    except (etree.XMLSyntaxError, ValueError):
        return (), False
    if root is None:
        return (), False
    entries = tuple(_entries(root))
    closing = b"</" + str(root.tag).rpartition("}")[2].encode()
    is_whole = len(content) <= MAX_LIST_BYTES and len(entries) < MAX_ENTRIES and closing in text[-200:]
    return entries if is_whole else entries[:-1], is_whole


def _entries(root: "etree._Element") -> Iterator[PartEntry]:
    count = 0
    for element in root:
        if _name(element) != "part":
            continue
        values = {_name(child): (child.text or "").strip()[:MAX_TEXT_CHARS] for child in element}
        number, tag, size = values.get("partnumber", ""), values.get("etag", ""), values.get("size", "")
        yield PartEntry(
            number,
            whole_number(number),
            tag,
            bare_etag(tag),
            whole_number(size),
            parse_crc64(values.get("hashcrc64ecma", "")),
        )
        count += 1
        if count >= MAX_ENTRIES:
            return


def whole_number(text: str) -> int | None:
    """Return the number that a text is; None if it is none."""
    return int(text) if _is_number(text) else None


def _name(element: "etree._Element") -> str:
    """Return a tag without its namespace, in lower case."""
    return str(element.tag).rpartition("}")[2].lower()
