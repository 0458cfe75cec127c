"""Canonical forms that several schemes share: percent-encoding, header lines, keys, and the choices each leaves."""

from collections.abc import Iterable, Sequence
from urllib.parse import quote_from_bytes, unquote_to_bytes

from osspcap.model.message import Field
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.oss.signing.candidate import Choice, Line, distinct
from osspcap.oss.signing.request import QueryPair, SignedRequest

OSS_PREFIX = b"x-oss-"
"""Every header of this prefix is signed by every scheme."""
DEFAULT_CONTENT_TYPE = b"application/octet-stream"
"""What most SDKs sign where the caller names no type."""
MAX_ALTERATIONS = 12
"""Headers, or query parameters, that are tried one by one as not signed: real requests have fewer."""

_SLASHES = pattern(rb"/{2,}")


def encode(raw: bytes) -> bytes:
    """Percent-encode all but `A-Za-z0-9-_.~`, as V2 and V4 do for names and values."""
    return quote_from_bytes(raw, safe="").encode()


def encode_path(raw: bytes) -> bytes:
    """Percent-encode likewise, slashes kept: the canonical URI of V4."""
    return quote_from_bytes(raw, safe="/").encode()


def fold_slashes(raw: bytes) -> bytes:
    """Replace runs of slashes by one, as many proxies do."""
    return _SLASHES.sub(b"/", raw)


def key_choices(request: SignedRequest) -> tuple[Choice[bytes], ...]:
    """Readings of the key, without the first slash of the path. Only the first is what OSS resolves.

    The server decodes the target once, so `%2F` and `/` are one key; a plus in a path is a plus.
    """
    raw = request.raw_path.removeprefix(b"/")
    decoded = unquote_to_bytes(raw)
    return distinct(
        (
            Choice(decoded),
            Choice(raw, "path-as-sent", is_hypothesis=True),
            Choice(unquote_to_bytes(decoded), "path-decoded-twice", is_hypothesis=True),
            Choice(fold_slashes(decoded), "slashes-folded", is_hypothesis=True),
            Choice(decoded.replace(b"+", b" "), "plus-as-blank", is_hypothesis=True),
            Choice(encode_path(decoded), "path-encoded", is_hypothesis=True),
            Choice(encode(decoded), "path-encoded-with-slashes", is_hypothesis=True),
        )
    )


def value_choices(request: SignedRequest, name: str) -> tuple[Choice[Field | None], ...]:
    """Readings of a header that contributes one line: first line of that name, or the last of several, or none."""
    lines = request.fields.all(name)
    if not lines:
        return (Choice(None),)
    choices: list[Choice[Field | None]] = [Choice(lines[0]), Choice(lines[-1], f"last-{name}")]
    choices.append(Choice(None, f"{name}-not-signed", is_hypothesis=True))
    return distinct(choices)


def one_line(request: SignedRequest, role: str, found: Field | None) -> Line:
    """Return the line that a header contributes by value alone; an absent one gives an empty line, never none."""
    return Line(role, b"", None) if found is None else Line(role, found.raw_value, request.message.seen(found))


def content_type_choices(request: SignedRequest) -> tuple[Choice[Line], ...]:
    """Readings of the Content-Type line of V1 and V2, with what a client may have signed in its place."""
    choices = [
        Choice(one_line(request, "content-type", choice.value), choice.name, choice.is_hypothesis)
        for choice in value_choices(request, "content-type")
    ]
    usual = choices[0].value
    if usual.seen is None:
        assumed = Line("content-type", DEFAULT_CONTENT_TYPE)
        choices.append(Choice(assumed, "content-type-signed-but-absent", is_hypothesis=True))
    elif b";" in usual.raw:
        bare = Line("content-type", usual.raw.partition(b";")[0].rstrip(), usual.seen)
        choices.append(Choice(bare, "content-type-without-parameters", is_hypothesis=True))
    return tuple(choices)


def content_md5_choices(request: SignedRequest) -> tuple[Choice[Line], ...]:
    """Readings of the Content-MD5 line of V1 and V2."""
    return tuple(
        Choice(one_line(request, "content-md5", choice.value), choice.name, choice.is_hypothesis)
        for choice in value_choices(request, "content-md5")
    )


def date_choices(request: SignedRequest) -> tuple[Choice[Line], ...]:
    """Readings of the date: `x-oss-date` first, then `Date`.

    oss2, the C and C++ SDKs, ali-oss and the Java SDK V2 sign `x-oss-date` where there is one; the Go, Java and PHP
    SDKs sign `Date`. Both are accepted.
    """
    special, plain = request.fields.first("x-oss-date"), request.fields.first("date")
    if special is None:
        return (Choice(one_line(request, "date", plain)),)
    return distinct(
        (
            Choice(one_line(request, "date", special)),
            Choice(one_line(request, "date", plain), "date-header" if plain is not None else "date-empty"),
        )
    )


def header_choices(
    request: SignedRequest,
    further: Iterable[bytes] = (),
    untouchable: Sequence[bytes] = (b"x-oss-date", b"x-oss-content-sha256"),
) -> tuple[Choice[tuple[Line, ...]], ...]:
    """Readings of the canonical headers, one line each, sorted by lower-case name.

    Args:
        request: The captured request.
        further: Lower-case names that are signed besides `x-oss-*`, where present.
        untouchable: Names that no hypothesis takes away.
    """
    wanted = frozenset(further)
    groups: dict[bytes, list[Field]] = {}
    for found in request.fields:
        name = found.raw_name.lower()
        if name.startswith(OSS_PREFIX) or name in wanted:
            groups.setdefault(name, []).append(found)
    names = sorted(groups)
    usual = tuple(_header_line(request, name, groups[name]) for name in names)
    choices = [Choice(usual)]
    choices += _repeated_choices(request, names, groups)
    untrimmed = tuple(
        Line(line.role, name + b":" + b",".join(request.untrimmed.get(name, ())), line.seen)
        for name, line in zip(names, usual, strict=True)
    )
    # Folded lines are joined differently in the raw head: where more than blanks differ, keep to the parsed value.
    untrimmed = tuple(
        blank if _squeezed(blank.raw) == _squeezed(line.raw) else line
        for blank, line in zip(untrimmed, usual, strict=True)
    )
    choices.append(Choice(untrimmed, "header-values-untrimmed"))
    droppable = [index for index, name in enumerate(names) if name not in untouchable]
    choices += [
        Choice(usual[:index] + usual[index + 1 :], f"{names[index].decode('latin-1')}-not-signed", is_hypothesis=True)
        for index in droppable[:MAX_ALTERATIONS]
    ]
    if len(droppable) > 1:
        bare = tuple(line for name, line in zip(names, usual, strict=True) if name in untouchable)
        choices.append(Choice(bare, "oss-headers-not-signed", is_hypothesis=True))
    return distinct(choices)


def encoded_query(
    request: SignedRequest, pairs: Sequence[QueryPair], *, plus_as_blank: bool = False
) -> list[tuple[bytes, bytes, Seen[str]]]:
    """Return query parameters percent-encoded anew, sorted by encoded name and value, with their origin."""
    result = []
    for pair in pairs:
        name, value = pair.name, pair.value
        if plus_as_blank:
            name = unquote_to_bytes(pair.raw_name.replace(b"+", b" "))
            value = unquote_to_bytes((pair.raw_value or b"").replace(b"+", b" "))
        result.append((encode(name), encode(value), request.seen_query(pair)))
    result.sort(key=lambda entry: entry[:2])
    return result


def joined_query(encoded: Iterable[tuple[bytes, bytes, Seen[str]]], *, equals_sign: bool = False) -> bytes:
    """Join encoded parameters; an empty value leaves the bare name unless `equals_sign` says otherwise."""
    return b"&".join(name + b"=" + value if value or equals_sign else name for name, value, _ in encoded)


def full_query_choices(request: SignedRequest, left_out: frozenset[bytes]) -> tuple[Choice[bytes], ...]:
    """Readings of a canonical query that holds every parameter (V2 and V4).

    Args:
        request: The captured request.
        left_out: Decoded names that are never signed: the signature itself.
    """
    pairs = [pair for pair in request.query if pair.name not in left_out]
    usual = encoded_query(request, pairs)
    by_raw_name = encoded_query(request, sorted(pairs, key=lambda pair: pair.name))
    by_raw_name.sort(key=lambda entry: unquote_to_bytes(entry[0]).lower())
    unescaped = [_without_html(pair) for pair in pairs if _without_html(pair).name not in left_out]
    choices = [
        Choice(joined_query(usual)),
        Choice(joined_query(usual, equals_sign=True), "empty-value-with-equals-sign"),
        Choice(joined_query(by_raw_name), "query-sorted-by-locale"),
        Choice(joined_query(encoded_query(request, pairs, plus_as_blank=True)), "query-plus-as-blank"),
        Choice(joined_query(encoded_query(request, unescaped)), "query-html-unescaped", is_hypothesis=True),
    ]
    choices += [
        Choice(joined_query(usual[:index] + usual[index + 1 :]), f"{_label(usual[index])}-not-signed", True)
        for index in range(min(len(usual), MAX_ALTERATIONS))
        if not usual[index][0].startswith(OSS_PREFIX)
    ]
    return distinct(choices)


def _squeezed(raw: bytes) -> bytes:
    return b"".join(raw.split())


def _label(entry: tuple[bytes, bytes, Seen[str]]) -> str:
    return "query-" + entry[0].decode("latin-1")


def _without_html(pair: QueryPair) -> QueryPair:
    return QueryPair(pair.raw_name.removeprefix(b"amp;"), pair.raw_value, pair.offset)


def _header_line(request: SignedRequest, name: bytes, found: Sequence[Field]) -> Line:
    """Join repeated lines with a comma, as the Go SDK V2 does and RFC 9110 section 5.2 says."""
    raw = name + b":" + b",".join(field.raw_value for field in found)
    return Line(f"header {name.decode('latin-1')}", raw, request.message.seen(found[0]))


def _repeated_choices(
    request: SignedRequest, names: Sequence[bytes], groups: dict[bytes, list[Field]]
) -> list[Choice[tuple[Line, ...]]]:
    if all(len(found) == 1 for found in groups.values()):
        return []
    first = tuple(_header_line(request, name, groups[name][:1]) for name in names)
    last = tuple(_header_line(request, name, groups[name][-1:]) for name in names)
    apart = tuple(_header_line(request, name, [found]) for name in names for found in groups[name])
    return [
        Choice(last, "repeated-header-last"),
        Choice(first, "repeated-header-first"),
        Choice(apart, "repeated-headers-apart"),
    ]
