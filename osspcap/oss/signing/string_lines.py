r"""Strings of the server cut into the same roles as our own candidates, whatever a middlebox did to them.

The cut follows the grammar from both ends, so that a newline inside a V1 key (`%0A`) stays in the resource.
"""

from osspcap.model.operation import Scheme
from osspcap.model.pattern import pattern
from osspcap.oss.signing.candidate import Line

_OSS_HEADER = pattern(rb"x-oss-[^:\n]*:")
_FORMS = (Scheme.POST_V1, Scheme.POST_V2, Scheme.POST_V4)


def split_string(raw: bytes, scheme: Scheme) -> tuple[Line, ...] | None:
    """Cut a string to sign into lines with roles; None if it has not the form of the scheme.

    Args:
        raw: The server's string.
        scheme: Scheme of the request.
    """
    match scheme:
        case Scheme.V1_HEADER | Scheme.V1_URL:
            return _split_v1(raw, "expires" if scheme is Scheme.V1_URL else "date")
        case Scheme.V2_HEADER | Scheme.V2_URL:
            return _split_v2(raw, "expires" if scheme is Scheme.V2_URL else "date")
        case Scheme.V4_HEADER | Scheme.V4_URL:
            return _split_v4(raw)
        case _ if scheme in _FORMS:
            return (Line("policy", raw),)
        case _:
            return None


def split_canonical(raw: bytes) -> tuple[Line, ...] | None:
    """Cut a V4 canonical request into lines with roles; None if it has not its form."""
    lines = raw.split(b"\n")
    # METHOD, URI, query; headers, an empty line; additional names, payload.
    if len(lines) < 6 or lines[-3] != b"":
        return None
    method, uri, query = lines[:3]
    headers = [Line(f"header {_name(line)}", line) for line in lines[3:-3]]
    return (
        Line("method", method),
        Line("resource", uri),
        Line("query", query),
        *headers,
        Line("header-end", b""),
        Line("additional-headers", lines[-2]),
        Line("payload", lines[-1]),
    )


def _split_v1(raw: bytes, date_role: str) -> tuple[Line, ...] | None:
    parts = raw.split(b"\n", 4)
    if len(parts) != 5:
        return None
    *start, rest = parts
    headers: list[Line] = []
    while _OSS_HEADER.match(rest) and b"\n" in rest:
        line, _, rest = rest.partition(b"\n")
        headers.append(Line(f"header {_name(line)}", line))
    return (*_start(start, date_role), *headers, Line("resource", rest))


def _split_v2(raw: bytes, date_role: str) -> tuple[Line, ...] | None:
    parts = raw.split(b"\n")
    if len(parts) < 6:
        return None
    headers = [Line(f"header {_name(line)}", line) for line in parts[4:-2]]
    return (
        *_start(parts[:4], date_role),
        *headers,
        Line("additional-headers", parts[-2]),
        Line("resource", parts[-1]),
    )


def _split_v4(raw: bytes) -> tuple[Line, ...] | None:
    parts = raw.split(b"\n")
    if len(parts) != 4:
        return None
    return tuple(Line(role, part) for role, part in zip(("algorithm", "date", "scope", "hash"), parts, strict=True))


def _start(parts: list[bytes], date_role: str) -> tuple[Line, ...]:
    roles = ("method", "content-md5", "content-type", date_role)
    return tuple(Line(role, part) for role, part in zip(roles, parts, strict=True))


def _name(line: bytes) -> str:
    return line.partition(b":")[0].decode("latin-1")
