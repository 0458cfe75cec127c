"""A request as its signature sees it: method, target and headers as bytes, with the packets they stand in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_to_bytes

from osspcap.model.message import Fields, Message, frame_at
from osspcap.model.operation import Addressing
from osspcap.model.pattern import pattern
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.address import HostParts, bare_host, foreign_host, parse_host

ANY_BUCKET = b"{bucket}"
"""Stands for a bucket that the request does not tell (behind a CNAME); no bucket can have this name."""

_ABSOLUTE = pattern(rb"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
_HEADER_LINE = pattern(rb"^([^:\r\n]+):([^\r\n]*)", re.MULTILINE)


@record
class QueryPair:
    """One parameter of the query."""

    raw_name: bytes
    """As on the wire."""
    raw_value: bytes | None
    """As on the wire; None for a bare name without `=`."""
    offset: int
    """Of the name in the request target."""

    @property
    def name(self) -> bytes:
        """Percent-decoded name; `+` stays a plus."""
        return unquote_to_bytes(self.raw_name)

    @property
    def value(self) -> bytes:
        """Percent-decoded value; `+` stays a plus; empty for a bare name."""
        return unquote_to_bytes(self.raw_value or b"")


@record
class Place:
    """Where the signed resource lies: its bucket, and whether the path names it."""

    bucket: bytes | None
    """None if the path itself holds the bucket (or there is none)."""
    name: str
    """How the bucket was told, as a variant's name; empty if the Host told it."""

    def resource(self, key: bytes) -> bytes:
        """Return `/bucket/key` for a key; for path-style targets the key is the path without its first slash."""
        if self.bucket is not None:
            return b"/" + self.bucket + b"/" + key
        if key and b"/" not in key:
            return b"/" + key + b"/"  # a bucket without the slash behind it
        return b"/" + key


@dataclass(frozen=True)
class SignedRequest:
    """A request, split but not interpreted. Made by `from_message`; nothing in it is decoded unless said."""

    method: bytes
    raw_target: bytes
    """Request target as on the wire, absolute-form included."""
    raw_path: bytes
    """Path as on the wire: from the first slash behind the authority to the `?`; `/` if there is none."""
    query: tuple[QueryPair, ...]
    """Parameters in wire order."""
    fields: Fields
    host: str
    """Host without port, lower case; from the target if it is in absolute-form."""
    message: Message

    @property
    def request_line(self) -> Seen[str]:
        """The start line as a fact."""
        return self.message.seen_start_line()

    @property
    def host_bucket(self) -> bytes | None:
        """The bucket that the host names; None for a service endpoint, an IP address or a custom domain."""
        bucket = host_parts(self.host).bucket
        return None if bucket is None else as_raw(bucket)

    def places(self, buckets: Sequence[str], *, hypotheses: bool = False) -> tuple[Place, ...]:
        """List where the resource may lie.

        The bucket that the Host names; for a bare endpoint what the path names; for an IP address the path, then the
        caller's buckets (proxies and private deployments); for a custom domain the caller's buckets, else unknown.

        Args:
            buckets: Buckets known from elsewhere (option, other flows, HostId), most likely first.
            hypotheses: True to add the caller's buckets in every case: the client may have meant another one.
        """
        addressing = host_parts(self.host).addressing
        found: dict[bytes | None, str] = {}
        if (named := self.host_bucket) is not None:
            found[named] = ""
        elif addressing in (Addressing.SERVICE, Addressing.PATH):
            found[None] = "" if self.raw_path == b"/" else "path-style"
        if hypotheses or addressing in (Addressing.PATH, Addressing.CNAME):
            for bucket in buckets:
                found.setdefault(as_raw(bucket), "bucket-given")
        if not found:
            found[ANY_BUCKET] = "bucket-unknown"
            found[None] = "path-style"
        return tuple(Place(bucket, name) for bucket, name in found.items())

    def seen_query(self, pair: QueryPair) -> Seen[str]:
        """Return a query parameter's decoded value with the packet it stands in."""
        raw = pair.raw_value or b""
        start = self.message.raw_head.find(self.raw_target[:64]) if self.raw_target else 0
        frame = frame_at(self.message.head_frames, max(start, 0) + pair.offset)
        return Seen(as_text(pair.value), frame, f"request query parameter {as_text(pair.name)}", raw)

    def find_query(self, name: bytes) -> tuple[QueryPair, ...]:
        """Return the parameters of that decoded name, in wire order."""
        return self._by_name.get(name, ())

    @cached_property
    def _by_name(self) -> dict[bytes, tuple[QueryPair, ...]]:
        by_name: dict[bytes, tuple[QueryPair, ...]] = {}
        for pair in self.query:
            name = pair.name
            by_name[name] = (*by_name.get(name, ()), pair)
        return by_name

    @cached_property
    def untrimmed(self) -> dict[bytes, tuple[bytes, ...]]:
        """Header values by lower-case name with their blanks kept, except the one blank behind the colon."""
        values: dict[bytes, tuple[bytes, ...]] = {}
        head = self.message.raw_head.partition(b"\n")[2]
        for line in _HEADER_LINE.finditer(head):
            name = line[1].rstrip().lower()
            values[name] = (*values.get(name, ()), line[2].removeprefix(b" "))
        return values


def from_message(message: Message, fields: Fields | None = None) -> SignedRequest:
    """Split a captured request.

    Args:
        message: A request; for a response the result is an empty request.
        fields: The message's header section if the caller has parsed it already.
    """
    raw_target = message.target.encode("latin-1", "replace")
    authority, path_start = b"", 0
    if absolute := _ABSOLUTE.match(raw_target):
        authority, path_start = absolute[1], absolute.end()
    question = raw_target.find(b"?", path_start)
    path_end = len(raw_target) if question < 0 else question
    parsed = message.fields() if fields is None else fields
    host_line = parsed.first("host")
    host = authority or (b"" if host_line is None else host_line.raw_value)
    return SignedRequest(
        method=message.method.encode("latin-1", "replace"),
        raw_target=raw_target,
        raw_path=raw_target[path_start:path_end] or b"/",
        query=tuple(_split_query(raw_target, path_end + 1)),
        fields=parsed,
        host=bare_host(as_text(host.rpartition(b"@")[2])),
        message=message,
    )


def host_parts(host: str) -> HostParts:
    """Take a bare host apart, whether it is an OSS endpoint by name or not."""
    return parse_host(host) or foreign_host(host)


def as_text(raw: bytes) -> str:
    """Bytes as text: UTF-8 if valid, else Latin-1, so that no byte is lost."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def as_raw(text: str) -> bytes:
    """The reverse of `as_text` as far as it can be reversed; takes any text, lone surrogates included."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def seen_part(origin: Seen[str], part: str, text: str) -> Seen[str]:
    """Return a part of a value as a fact of its own, in the same packet."""
    return Seen(text, origin.frame, f"{origin.field}, {part}", as_raw(text))


def _split_query(raw_target: bytes, start: int) -> Iterator[QueryPair]:
    offset = start
    while offset < len(raw_target):
        end = raw_target.find(b"&", offset)
        end = len(raw_target) if end < 0 else end
        piece = raw_target[offset:end]
        if piece:
            name, equals, value = piece.partition(b"=")
            yield QueryPair(name, value if equals else None, offset)
        offset = end + 1
