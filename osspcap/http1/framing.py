"""How long a body is: RFC 9112 section 6.3, clause by clause.

In: the framing fields of a head. Out: framing, length, and the anomalies of contradictory fields. Where the clauses
tell a recipient to give up, the answer is what an observer can still do: read until the connection closes (responses),
or take no body and look for the next request (requests).
"""

from typing import NamedTuple

from osspcap.content.plan import MAX_LENGTH_DIGITS
from osspcap.model.anomaly import AnomalyName
from osspcap.model.message import Framing

_MAX_DETAIL_CHARS = 60

Oddities = list[tuple[AnomalyName, str]]


class BodyLength(NamedTuple):
    """How the body behind a head is delimited."""

    framing: Framing
    length: int | None
    """Bytes announced; 0 without a body; None where only the framing tells."""
    oddities: tuple[tuple[AnomalyName, str], ...] = ()


_NO_BODY = BodyLength(Framing.NONE, 0)
_UNTIL_CLOSE = BodyLength(Framing.UNTIL_CLOSE, None)


def request_length(fields: list[tuple[bytes, bytes]], version: str) -> BodyLength:
    """Delimit a request's body. `fields`: pairs (lower-case name, value) of the framing fields, in order."""
    # Clause 7: a request with neither field has no body. One whose length is invalid (clause 5) cannot be delimited.
    return _length(fields, version, _NO_BODY)


def response_length(fields: list[tuple[bytes, bytes]], version: str, status: int, method: str) -> BodyLength:
    """Delimit a response's body; `method` is that of its request, empty if unknown."""
    # Clause 1: answers to HEAD, and 1xx, 204 and 304, end with their head whatever the fields say.
    if method == "HEAD" or status < 200 or status in (204, 304):
        return _NO_BODY
    # Clause 2: behind 2xx to CONNECT begins the tunnel; both fields are ignored.
    if method == "CONNECT" and status < 300:
        return _NO_BODY
    # Clause 8: a response with neither field lasts until the server closes; so does one whose length is invalid.
    return _length(fields, version, _UNTIL_CLOSE)


def _length(fields: list[tuple[bytes, bytes]], version: str, otherwise: BodyLength) -> BodyLength:
    """Apply clauses 3 to 6; `otherwise` holds where no valid field is there."""
    codings: list[bytes] = []
    lengths: list[bytes] = []
    for name, value in fields:
        if name == b"content-length":
            lengths.append(value)
        elif name == b"transfer-encoding":
            codings.append(value)
    if codings:
        return _coded_length(codings, lengths, version)
    return _announced_length(lengths, otherwise) if lengths else otherwise


def _coded_length(codings: list[bytes], lengths: list[bytes], version: str) -> BodyLength:
    oddities: Oddities = []
    # Clause 3: Transfer-Encoding overrides Content-Length; both together smell of smuggling.
    if lengths:
        oddities.append((AnomalyName.CONTENT_LENGTH_AND_CHUNKED, _quote(lengths)))
    # Section 6.1: HTTP/1.0 knows no transfer codings, so the framing is suspect.
    if version == "HTTP/1.0":
        oddities.append((AnomalyName.TRANSFER_ENCODING_IN_HTTP10, _quote(codings)))
    names = [name.split(b";")[0].strip() for name in b",".join(codings).split(b",")]
    names = [name for name in names if name and name != b"identity"]
    if any(name != b"chunked" for name in names) or names.count(b"chunked") > 1:
        oddities.append((AnomalyName.TRANSFER_ENCODING_UNKNOWN, _quote(codings)))
    # Clause 4: chunked as the last coding delimits the body.
    if names and names[-1] == b"chunked":
        return BodyLength(Framing.CHUNKED, None, tuple(oddities))
    if not names:  # `identity`, which RFC 2616 knew: as if the field were not there
        known = _announced_length(lengths, _UNTIL_CLOSE) if lengths else None
        if known is not None:
            return BodyLength(known.framing, known.length, (*oddities, *known.oddities))
    # Clause 4, continued: without it a response lasts until the close; a request's length cannot be known.
    return BodyLength(Framing.UNTIL_CLOSE, None, tuple(oddities))


def _announced_length(values: list[bytes], otherwise: BodyLength) -> BodyLength:
    if len(values) == 1 and (text := values[0].strip()).isdigit() and len(text) <= MAX_LENGTH_DIGITS:
        return BodyLength(Framing.CONTENT_LENGTH, int(text))  # clause 6
    # Clause 5: a list of one value repeated counts as that value; anything else is invalid.
    members = [member.strip() for member in b",".join(values).split(b",")]
    if any(not member.isdigit() or len(member.lstrip(b"0")) > MAX_LENGTH_DIGITS for member in members):
        oddity = (AnomalyName.CONTENT_LENGTH_INVALID, _quote(values))
    elif len({int(member) for member in members}) == 1:
        return BodyLength(Framing.CONTENT_LENGTH, int(members[0]))
    else:
        oddity = (AnomalyName.CONTENT_LENGTHS_DIFFER, _quote(values))
    return BodyLength(otherwise.framing, otherwise.length, (oddity,))


def _quote(values: list[bytes]) -> str:
    text = b", ".join(value.strip() for value in values).decode("latin-1")
    return text[:_MAX_DETAIL_CHARS].encode("unicode_escape").decode()
