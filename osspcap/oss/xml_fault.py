"""What is wrong with the XML that a request sent, where OSS says that it cannot use it.

In: an exchange refused with MalformedXML or InvalidXMLFormat. Out: `SentXml`: the fault with its line and column, or
that the text is well-formed, so that only its elements can be wrong. Entities, DTDs and the network are off.

Source: OSS error catalogue, MalformedXML and InvalidXMLFormat; Extensible Markup Language 1.0. Cost: one parse of at
most `MAX_XML_BYTES` for an error of this kind.
"""

from typing import TYPE_CHECKING

from osspcap.model.exchange import Exchange
from osspcap.model.record import record
from osspcap.oss.careful_xml import careful_parser
from osspcap.oss.facts import Context
from osspcap.units import FrameNumber

if TYPE_CHECKING:
    from lxml import etree

MAX_XML_BYTES = 1024**2
"""Of a body that is parsed; DeleteMultipleObjects of 1,000 keys of 1,023 bytes stays below 1.2 MB, most far below."""
MAX_PARSES = 200
"""Bodies of one capture that are parsed."""
MAX_SHOWN_BYTES = 80
"""Of the body around the fault."""
MAX_FAULT_CHARS = 200
"""Of the parser's own words, which may quote the body."""

CODES = frozenset({"MalformedXML", "InvalidXMLFormat"})

_UTF8_BOM = b"\xef\xbb\xbf"


@record
class SentXml:
    """The XML of a request, as far as it was captured."""

    length: int
    """Bytes captured."""
    complete: bool
    """True if the parsed text is all of the body."""
    fault: str
    """What an XML parser says is wrong; empty if the text is well-formed or was cut in the capture only."""
    line: int
    """1-based; 0 without a fault."""
    column: int
    """1-based; 0 without a fault."""
    root: str
    """Name of the outermost element; empty if there is none."""
    shown: str
    """The text around the fault, else its beginning."""
    has_bom: bool
    """True if EF BB BF stands in front."""
    frame: FrameNumber
    """Packet in which the body starts; the request's first if it has none."""


def gather_xml_fault(exchange: Exchange, context: Context) -> SentXml | None:
    """Parse the XML of a request that OSS could not use; None for other answers."""
    operation, request = exchange.operation, exchange.request
    error = None if operation is None else operation.error
    if error is None or request is None or error.code.value not in CODES or not context.spend("xml", MAX_PARSES):
        return None
    body = request.body
    text = body.content[:MAX_XML_BYTES]
    frame = request.frame if body.first_frame is None else body.first_frame
    complete = body.complete and len(body.content) <= MAX_XML_BYTES and body.captured <= len(body.window)
    fault, line, column, root = _parse(text) if complete and text else ("", 0, 0, _root_of(text))
    return SentXml(
        length=body.captured,
        complete=complete,
        fault=fault,
        line=line,
        column=column,
        root=root,
        shown=_around(text, line, column),
        has_bom=text.startswith(_UTF8_BOM),
        frame=frame,
    )


def _parse(text: bytes) -> tuple[str, int, int, str]:
    """Return the fault, its line and column, and the outermost element's name."""
    from lxml import etree  # noqa: PLC0415 - healthy captures hold no document to parse

    try:
        root = etree.fromstring(text, careful_parser(recover=False))
    except etree.XMLSyntaxError as error:
        line, column = error.position
        words = (error.msg or "not well-formed").partition(", line ")[0]
        return words[:MAX_FAULT_CHARS], max(line or 0, 1), max(column or 0, 1), _root_of(text)
    except ValueError:  # an encoding that the parser does not know
        return "unknown encoding", 1, 1, _root_of(text)
    return "", 0, 0, _name(root)


def _root_of(text: bytes) -> str:
    """Return the outermost element's name of a text that may be broken or cut."""
    from lxml import etree  # noqa: PLC0415 - healthy captures hold no document to parse

    try:
        root = etree.fromstring(text, careful_parser(recover=True)) if text else None
    except (etree.XMLSyntaxError, ValueError):
        return ""
    return "" if root is None else _name(root)


def _name(root: "etree._Element") -> str:
    return str(root.tag).rpartition("}")[2][:MAX_FAULT_CHARS]


def _around(text: bytes, line: int, column: int) -> str:
    """Return the text around a place, else its beginning."""
    start = 0
    if line:
        for _ in range(line - 1):
            end = text.find(b"\n", start)
            if end < 0:
                break
            start = end + 1
        start = max(0, start + column - 1 - MAX_SHOWN_BYTES // 2)
    return text[start : start + MAX_SHOWN_BYTES].decode("utf-8", "replace")
