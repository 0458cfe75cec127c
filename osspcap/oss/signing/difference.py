"""Differences between a line we rebuilt and the server's, named for what must have happened on the way.

"Ours" is what the captured request gives, "theirs" what the server signed. So `oss-header-added` means that the
server saw a header which was not there where the capture was taken.
"""

import posixpath
from collections.abc import Iterator, Sequence
from enum import StrEnum
from urllib.parse import unquote_to_bytes

from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.signing.candidate import Line
from osspcap.oss.signing.canonical import OSS_PREFIX, encode, fold_slashes


class DifferenceKind(StrEnum):
    """What happened between the capture point and the server. Values are stable."""

    METHOD_CHANGED = "method-changed"
    CONTENT_TYPE_CHANGED = "content-type-changed"
    CONTENT_MD5_CHANGED = "content-md5-changed"
    DATE_CHANGED = "date-changed"
    OSS_HEADER_ADDED = "oss-header-added"
    OSS_HEADER_REMOVED = "oss-header-removed"
    OSS_HEADER_CHANGED = "oss-header-changed"
    HEADER_CHANGED = "header-changed"
    """A header that only AdditionalHeaders makes part of the signature: added, removed or changed."""
    PATH_DECODED = "path-decoded"
    """The key lost one round of percent-encoding, or runs of slashes were folded, or dot segments resolved."""
    PATH_ENCODED = "path-encoded"
    """The server's key still holds percent-encoding that the captured target, decoded once, does not."""
    RESOURCE_CHANGED = "resource-changed"
    """Bucket, key or query parameter differ otherwise; `part` says which."""
    SCOPE_CHANGED = "scope-changed"
    """V4: date, region or product of the scope."""
    ADDITIONAL_HEADERS_CHANGED = "additional-headers-changed"
    PAYLOAD_CHANGED = "payload-changed"
    POLICY_CHANGED = "policy-changed"
    CANONICAL_REQUEST_CHANGED = "canonical-request-changed"
    """V4: the hashes differ, and the server's canonical request is not known whole."""
    OTHER = "other"


@record
class LineDifference:
    """One thing that differs."""

    kind: DifferenceKind
    role: str
    """Role of the line: `content-type`, `header x-oss-range-behavior`, `resource`."""
    ours: bytes | None
    """As captured; None if the captured request has no such line."""
    theirs: bytes | None
    """As the server signed it; None if it signed no such line."""
    seen: Seen[str] | None
    """Where the captured request shows it; None if it lacks it."""
    part: str = ""
    """Of a resource: `bucket`, `key`, `query <name>`; empty elsewhere."""
    detail: str = ""
    """How it differs, in words, where more can be said than both values."""


_BY_ROLE = {
    "method": DifferenceKind.METHOD_CHANGED,
    "content-md5": DifferenceKind.CONTENT_MD5_CHANGED,
    "content-type": DifferenceKind.CONTENT_TYPE_CHANGED,
    "header content-md5": DifferenceKind.CONTENT_MD5_CHANGED,
    "header content-type": DifferenceKind.CONTENT_TYPE_CHANGED,
    "header x-oss-date": DifferenceKind.DATE_CHANGED,
    "header date": DifferenceKind.DATE_CHANGED,
    "date": DifferenceKind.DATE_CHANGED,
    "expires": DifferenceKind.DATE_CHANGED,
    "scope": DifferenceKind.SCOPE_CHANGED,
    "additional-headers": DifferenceKind.ADDITIONAL_HEADERS_CHANGED,
    "payload": DifferenceKind.PAYLOAD_CHANGED,
    "policy": DifferenceKind.POLICY_CHANGED,
    "hash": DifferenceKind.CANONICAL_REQUEST_CHANGED,
}


def line_differences(
    ours: Sequence[Line], theirs: Sequence[Line], *, encoded: bool, raw_path: bytes
) -> tuple[LineDifference, ...]:
    """Compare two sequences of lines by role.

    Args:
        ours: Lines of a candidate.
        theirs: The server's, cut by `string_lines`.
        encoded: True if resource and query are percent-encoded (V2, V4).
        raw_path: Path on the wire, which tells how the server came to another key.
    """
    mine, yours = {line.role: line for line in ours}, {line.role: line for line in theirs}
    found: list[LineDifference] = []
    for role in dict.fromkeys((*mine, *yours)):
        own, other = mine.get(role), yours.get(role)
        if own is not None and other is not None and own.raw == other.raw:
            continue
        if role == "resource" and own is not None and other is not None:
            found += resource_differences(own, other, encoded=encoded, raw_path=raw_path)
        elif role == "query" and own is not None and other is not None:
            found += query_differences(own.raw, other.raw, own.seen)
        else:
            found.append(_role_difference(role, own, other))
    if not found and [line.raw for line in ours] != [line.raw for line in theirs]:
        found.append(_order_difference(ours, theirs))
    return tuple(found)


def resource_differences(own: Line, other: Line, *, encoded: bool, raw_path: bytes) -> Iterator[LineDifference]:
    """Tell bucket, key and query apart, and name what was done to the key."""
    path, _, query = own.raw.partition(b"?")
    other_path, _, other_query = other.raw.partition(b"?")
    bucket, key = _split_path(path, encoded=encoded)
    other_bucket, other_key = _split_path(other_path, encoded=encoded)
    found = False
    if bucket != other_bucket:
        found = True
        changed = DifferenceKind.RESOURCE_CHANGED
        yield LineDifference(changed, "resource", bucket, other_bucket, own.seen, part="bucket")
    if key != other_key:
        found = True
        kind, detail = _key_change(key, other_key, raw_path)
        yield LineDifference(kind, "resource", key, other_key, own.seen, part="key", detail=detail)
    if query != other_query:
        changes = tuple(query_differences(query, other_query, own.seen))
        found = found or bool(changes)
        yield from changes
    if not found:
        kind = DifferenceKind.PATH_ENCODED if encoded else DifferenceKind.RESOURCE_CHANGED
        detail = "the same resource, percent-encoded in another way"
        yield LineDifference(kind, "resource", own.raw, other.raw, own.seen, part="key", detail=detail)


def query_differences(ours: bytes, theirs: bytes, seen: Seen[str] | None) -> Iterator[LineDifference]:
    """Compare signed query parameters by name; their order is part of the line too."""
    mine, yours = _parameters(ours), _parameters(theirs)
    changed = DifferenceKind.RESOURCE_CHANGED
    found = False
    for name in dict.fromkeys((*mine, *yours)):
        own, other = mine.get(name), yours.get(name)
        if own == other:
            continue
        found = True
        detail = "added on the way" if own is None else "removed on the way" if other is None else ""
        if own is not None and other is not None and unquote_to_bytes(own) == unquote_to_bytes(other):
            detail = "the same value, percent-encoded in another way"
        part = f"query {name.decode('latin-1')}"
        yield LineDifference(changed, "resource", own, other, seen, part=part, detail=detail)
    if not found and ours != theirs:
        yield LineDifference(changed, "resource", ours, theirs, seen, part="query", detail="another order or form")


def _role_difference(role: str, own: Line | None, other: Line | None) -> LineDifference:
    kind = _BY_ROLE.get(role)
    if kind is None and role.startswith("header "):
        if not role.encode("latin-1", "replace").startswith(b"header " + OSS_PREFIX):
            kind = DifferenceKind.HEADER_CHANGED
        elif own is None:
            kind = DifferenceKind.OSS_HEADER_ADDED
        else:
            kind = DifferenceKind.OSS_HEADER_REMOVED if other is None else DifferenceKind.OSS_HEADER_CHANGED
    return LineDifference(
        kind or DifferenceKind.OTHER,
        role,
        None if own is None else _value(own),
        None if other is None else _value(other),
        None if own is None else own.seen,
    )


def _order_difference(ours: Sequence[Line], theirs: Sequence[Line]) -> LineDifference:
    """Same lines by role, yet not the same string: repeated roles or another order."""
    mine, yours = b"\n".join(line.raw for line in ours), b"\n".join(line.raw for line in theirs)
    detail = "the same lines in another order or number"
    return LineDifference(DifferenceKind.OTHER, "order", mine, yours, None, detail=detail)


def _value(line: Line) -> bytes:
    return line.raw.partition(b":")[2] if line.role.startswith("header ") else line.raw


def _parameters(query: bytes) -> dict[bytes, bytes]:
    """Parameters by name; repeated ones joined, so that a change in either shows."""
    found: dict[bytes, bytes] = {}
    for piece in query.split(b"&") if query else ():
        name, _, value = piece.partition(b"=")
        found[name] = found[name] + b"&" + value if name in found else value
    return found


def _split_path(path: bytes, *, encoded: bool) -> tuple[bytes, bytes]:
    """Split `/bucket/key`, decoding it where the scheme encodes it."""
    plain = unquote_to_bytes(path) if encoded else path
    bucket, _, key = plain.removeprefix(b"/").partition(b"/")
    return bucket, key


def _key_change(ours: bytes, theirs: bytes, raw_path: bytes) -> tuple[DifferenceKind, str]:
    """Name how one key became the other; plain change if no known step leads there."""
    decoded = unquote_to_bytes(ours)
    if decoded == theirs:
        return DifferenceKind.PATH_DECODED, "one round of percent-decoding"
    if fold_slashes(ours) == theirs:
        return DifferenceKind.PATH_DECODED, "runs of slashes folded into one"
    if fold_slashes(decoded) == theirs:
        return DifferenceKind.PATH_DECODED, "percent-decoded once more and runs of slashes folded"
    if b"+" in ours and ours.replace(b"+", b" ") == theirs:
        return DifferenceKind.PATH_DECODED, "plus signs turned into blanks"
    if theirs in _without_dots(ours) or theirs in _without_dots(decoded):
        return DifferenceKind.PATH_DECODED, "dot segments resolved"
    if theirs == raw_path.removeprefix(b"/") or (raw_path.endswith(b"/" + theirs) and b"%" in theirs):
        return DifferenceKind.PATH_ENCODED, "the path as it stands on the wire, still percent-encoded"
    if unquote_to_bytes(theirs) == ours or theirs == encode(ours):
        return DifferenceKind.PATH_ENCODED, "one round of percent-encoding more"
    return DifferenceKind.RESOURCE_CHANGED, ""


def _without_dots(key: bytes) -> tuple[bytes, ...]:
    """Return the key with `.` and `..` resolved as proxies do, with and without its last slash."""
    if b"./" not in key and not key.endswith(b"/.") and not key.endswith(b"/.."):
        return ()
    resolved = posixpath.normpath(b"/" + key).removeprefix(b"/")
    return resolved, resolved + b"/"
