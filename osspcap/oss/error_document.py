"""Error documents: what OSS (or STS) says went wrong, as XML, as JSON, or in the `x-oss-err` header of a HEAD answer.

In goes an error response; out comes an `ErrorDocument`, or None where the body is something else (a proxy's HTML page).
Documents come from strangers and through all kinds of devices: entities, DTDs and the network are off; a broken prolog
(`<? xml ... ? >`), a BOM, blanks around values, unescaped ampersands, GBK bytes and a cut end are read as far as they
go.

Source: OSS API reference, "Error responses"; STS API reference, "Common errors". Cost O(length of the window), which
the HTTP stage bounds to 1 MiB; called for error answers only.
"""

import base64
import binascii
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from osspcap.model.message import Fields, Message
from osspcap.model.operation import ErrorDocument
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.oss.careful_xml import careful_parser
from osspcap.units import FrameNumber

if TYPE_CHECKING:
    from lxml import etree

# The root element starts within this many bytes; a page that has no `Error` there is not handed to the XML parser.
MAX_PROLOG_BYTES = 1024
# Longer documents are handed to the XML parser, whose limits they may meet.
MAX_PLAIN_BYTES = 4096
# Elements kept of one document; the largest real one (AccessDeniedDetail) has under 20.
MAX_ELEMENTS = 200
# Nesting followed; real documents have 2 levels.
MAX_DEPTH = 8
# Characters kept of one value: StringToSignBytes of the longest possible request stays below.
MAX_VALUE_CHARS = 262_144
# `x-oss-err` longer than this is no error document (base64 characters).
MAX_HEADER_CHARS = 65_536

_XML_PROLOG = pattern(rb"\A\s*<\?\s*xml\b[^>]{0,200}>", re.IGNORECASE)
_ENCODING = pattern(rb"encoding\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,20})", re.IGNORECASE)
_BARE_AMPERSAND = pattern(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});)")
_CONTROLS = pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CHINESE_ENCODINGS = frozenset({"gbk", "gb2312", "gb18030"})
_PLAIN_PROLOG = pattern(rb"<\?xml version=[\"']1\.0[\"'](?: encoding=[\"'](?:UTF-8|utf-8)[\"'])?\s*\?>")
_ELEMENT = rb"<([A-Za-z][A-Za-z0-9]*+)>([\t\n -%%'-;=-~]*+)</%b>"
_find_elements = pattern(_ELEMENT % rb"\1").findall
_is_plain = pattern(rb"\s*+<Error>(?:[ \t\n]*+" + _ELEMENT % rb"\1" + rb"){1,200}+[ \t\n]*+</Error>\s*+\Z").match
_BASE64_NOISE = pattern(r"[^A-Za-z0-9+/]")
_BODY = "response body"
_STATED = ("Code", "Message", "RequestId", "HostId", "EC")


def parse_error(response: Message, fields: Fields | None = None) -> ErrorDocument | None:
    """Return the error that a response states; None if it states none in a form of OSS's or STS's.

    The caller decides that the response is an error answer: an object may well contain an error document.

    Args:
        response: A final response.
        fields: Its field lines, if they are split already.
    """
    if fields is None:
        fields = response.fields()
    frame = response.frame if response.body.first_frame is None else response.body.first_frame
    found = _parse_content(response.body.content, frame, _BODY)
    if found is None:
        line = fields.first("x-oss-err")
        if line is not None:
            raw = _decode_base64(line.value)
            found = _parse_content(raw, line.frame, f"response header {line.name}")
    elif not response.body.complete and found.complete:
        found = replace(found, complete=False)
    ec = fields.first("x-oss-ec")
    if found is not None and found.ec is None and ec is not None and ec.value:
        found = replace(found, ec=response.seen(ec))
    return found


def _parse_content(content: bytes, frame: FrameNumber, source: str) -> ErrorDocument | None:
    """Read one document, XML or JSON; None if it is neither or holds no error code."""
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<") and b"Error" in start[:MAX_PROLOG_BYTES]:
        plain = _read_plain(start)
        elements, complete = _read_xml(start) if plain is None else (plain, True)
        raw = start
    elif start.startswith(b"{"):
        elements, complete = _read_json(start), True
        raw = b""
    else:
        return None
    code = elements.get("Code", "").strip()
    if not code:
        return None

    def seen(name: str, value: str) -> Seen[str]:
        return Seen(value, frame, f"{source} <{name}>", _raw_value(raw, name, value))

    stated = {name: seen(name, elements[name].strip()) for name in _STATED if elements.get(name, "").strip()}
    return ErrorDocument(
        code=stated["Code"],
        message=stated.get("Message"),
        request_id=stated.get("RequestId"),
        host_id=stated.get("HostId"),
        ec=stated.get("EC"),
        fields={name: seen(name, value) for name, value in elements.items() if name not in _STATED},
        source=_BODY if source == _BODY else "response header x-oss-err",
        complete=complete,
    )


def _read_plain(content: bytes) -> dict[str, str] | None:
    """Return the elements of a document as OSS writes nearly all of them; None if an XML parser has to read it.

    That is an `<Error>` of ASCII text in elements without attributes, entities, nesting or anything else.
    """
    if len(content) > MAX_PLAIN_BYTES or b"]]>" in content:
        return None
    prolog = _PLAIN_PROLOG.match(content)
    if _is_plain(content, 0 if prolog is None else prolog.end()) is None:
        return None
    elements: dict[str, str] = {}
    for name, value in _find_elements(content):
        elements.setdefault(name.decode("ascii"), value.decode("ascii"))
    return elements


def _read_xml(content: bytes) -> tuple[dict[str, str], bool]:
    """Return the elements of an `<Error>` document by name, and whether the document was whole."""
    from lxml import etree  # noqa: PLC0415 - healthy captures hold no document to parse

    prolog = _XML_PROLOG.match(content)
    text = _decode(content[prolog.end() :] if prolog else content, prolog[0] if prolog else b"")
    text = _CONTROLS.sub("", _BARE_AMPERSAND.sub("&amp;", text))
    parser = careful_parser(encoding="utf-8")
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return {}, False
    if root is None or _local_name(root) != "Error":
        return {}, False
    elements: dict[str, str] = {}
    _flatten(root, "", 0, elements)
    if f"</{_open_name(text, 'Code')}" not in text:
        elements.pop("Code", None)  # cut inside the code: half a code is another code
    # JSON errors of newer APIs aside, every document of OSS's ends with its closing tag.
    return elements, re.search(r"</(?:\w+:)?Error\s*>", text) is not None


def _open_name(text: str, name: str) -> str:
    """Return an element's name as the document writes it, with its namespace prefix if it has one."""
    found = re.search(rf"<((?:\w+:)?{name})[\s>]", text)
    return found[1] if found else name


def _flatten(parent: "etree._Element", prefix: str, depth: int, elements: dict[str, str]) -> None:
    """Collect leaf elements below a parent as `Outer.Inner`; the first of equal names wins."""
    for child in parent:
        if len(elements) >= MAX_ELEMENTS or depth > MAX_DEPTH:
            return
        name = _local_name(child)
        if len(child):
            _flatten(child, f"{prefix}{name}.", depth + 1, elements)
        else:
            elements.setdefault(prefix + name, (child.text or "")[:MAX_VALUE_CHARS])


def _local_name(element: "etree._Element") -> str:
    """Return a tag without its namespace."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _read_json(content: bytes) -> dict[str, str]:
    """Return the members of a JSON error, also of one wrapped as `{"Error": {...}}`; empty if it is none."""
    try:
        document = json.loads(_decode(content, b""))
    except (ValueError, RecursionError):
        return {}
    inner: object = document.get("Error") if isinstance(document, dict) else None
    members = inner if isinstance(inner, dict) else document
    if not isinstance(members, dict) or not isinstance(members.get("Code"), str):
        return {}
    # An application's own `{"Code": ..., "Data": ...}` is not enough: OSS and STS always name the request.
    if "RequestId" not in members:
        return {}
    elements: dict[str, str] = {}
    for name, value in list(members.items())[:MAX_ELEMENTS]:
        if isinstance(value, dict):
            for inner_name, inner_value in list(value.items())[:MAX_ELEMENTS]:
                elements[f"{name}.{inner_name}"] = _scalar(inner_value)
        else:
            elements[name] = _scalar(value)
    return elements


def _scalar(value: object) -> str:
    """Return a JSON value as text; what is nested deeper than a report can use is named by its type only."""
    if isinstance(value, list | dict):
        value = type(value).__name__
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()[:MAX_VALUE_CHARS]


def _decode(content: bytes, prolog: bytes) -> str:
    """Decode as the prolog declares if that is GBK, else as UTF-8; undeclared bytes that are no UTF-8 are tried as GBK.

    Short GBK text can be valid UTF-8 by accident, so that a declaration is believed first.
    """
    declared = _ENCODING.search(prolog)
    is_chinese = declared is not None and declared[1].decode().lower() in _CHINESE_ENCODINGS
    for encoding in ("gb18030", "utf-8") if is_chinese else ("utf-8",):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start >= len(content) - 3 and len(content) > 3:
                return content[: error.start].decode(encoding)  # cut inside its last character
    if declared is None:
        try:
            return content.decode("gb18030")
        except UnicodeDecodeError:
            pass
    return content.decode("utf-8", "replace")


def _raw_value(content: bytes, name: str, value: str) -> bytes:
    """Return a value's bytes as captured: between its tags if they are found, else the value encoded again."""
    tag = name.rpartition(".")[2].encode()
    start = content.find(b"<" + tag + b">")
    if start >= 0:
        start += len(tag) + 2
        end = content.find(b"</" + tag, start)
        return content[start : end if end >= 0 else None][: 4 * MAX_VALUE_CHARS]
    return value.encode("utf-8", "replace")


def _decode_base64(text: str) -> bytes:
    """Decode base64 as far as it goes; padding may be missing."""
    digits = _BASE64_NOISE.sub("", text[:MAX_HEADER_CHARS])
    digits = digits[: len(digits) - 1] if len(digits) % 4 == 1 else digits
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4))
    except (binascii.Error, ValueError):
        return b""
