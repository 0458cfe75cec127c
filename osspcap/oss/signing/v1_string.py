r"""The V1 string to sign, common to header and URL: five parts, a line each, the resource last.

    VERB \n Content-MD5 \n Content-Type \n Date-or-Expires \n CanonicalizedOSSHeaders CanonicalizedResource

A missing Content-MD5, Content-Type or Date contributes an empty line, never nothing. Source: OSS API reference, "Add a
signature to the header" and "Add signatures to a URL"; signers of the SDKs.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

from osspcap.model.operation import Scheme
from osspcap.oss.signing import v1_subresources
from osspcap.oss.signing.candidate import Candidate, Choice, Line, combine, distinct, names_of
from osspcap.oss.signing.canonical import (
    MAX_ALTERATIONS,
    content_md5_choices,
    content_type_choices,
    header_choices,
    key_choices,
)
from osspcap.oss.signing.request import Place, QueryPair, SignedRequest, as_raw, as_text

URL_PARAMETERS = frozenset({b"OSSAccessKeyId", b"Expires", b"Signature"})
"""Query parameters that carry the URL signature itself and are in no string to sign."""

_Render = Callable[[QueryPair], tuple[bytes, bytes]]


def sign_v1(string_to_sign: bytes, secret: str) -> str:
    """Return `base64(HMAC-SHA1(secret, string to sign))`."""
    return base64.b64encode(hmac.new(as_raw(secret), string_to_sign, hashlib.sha1).digest()).decode()


def v1_candidates(
    scheme: Scheme,
    request: SignedRequest,
    places: Sequence[Place],
    dates: tuple[Choice[Line], ...],
    *,
    hypotheses: bool,
) -> Iterator[Candidate]:
    """Yield readings of a V1 string to sign.

    Args:
        scheme: Header or URL; decides nothing but what the candidates are labelled.
        request: The captured request.
        places: Where the resource may lie, likeliest first.
        dates: Readings of the fourth line.
        hypotheses: True to yield what the client may have signed instead of what was captured.

    Yields:
        Readings in order of how many unusual choices they make; each for every place in turn.
    """
    request_line = request.request_line
    method = Line("method", request.method, request_line)
    axes: tuple[tuple[Choice[Any], ...], ...] = (
        dates,
        subresource_choices(request),
        content_type_choices(request),
        content_md5_choices(request),
        header_choices(request),
        key_choices(request),
        _method_choices(method),
    )
    for chosen in combine(axes, hypotheses=hypotheses):
        date, subresources, content_type, content_md5, headers, key, verb = (choice.value for choice in chosen)
        for place in places:
            raw = place.resource(key) + (b"?" + subresources if subresources else b"")
            resource = Line("resource", raw, request_line)
            yield Candidate(
                scheme,
                (verb, content_md5, content_type, date, *headers, resource),
                variant=names_of(chosen, place.name),
                bucket=place.bucket,
                is_hypothesis=hypotheses,
            )


def subresource_choices(request: SignedRequest) -> tuple[Choice[bytes], ...]:
    """Readings of the signed part of the query, sorted by name, values decoded.

    First what the union of all lists and the prefix `x-oss-` give, then the union alone, then the ways to write
    values. Hypotheses: the list of the SDK that the User-Agent names, each parameter left out in turn, values still
    encoded, `&amp;` undone, the lists of other SDKs, everything (ali-oss signs whatever its caller calls a
    subresource), nothing.
    """
    pairs = [pair for pair in request.query if pair.name not in URL_PARAMETERS]
    if not pairs:
        return (Choice(b""),)
    union = [pair for pair in pairs if pair.name in v1_subresources.UNION]
    usual = [pair for pair in pairs if _is_subresource(pair)]
    choices = [
        Choice(_join(usual)),
        Choice(_join(union), "subresources-of-union"),
        Choice(_join(usual, _decoded, equals_sign=True), "empty-value-with-equals-sign"),
        Choice(_join(usual, _plus_as_blank), "query-plus-as-blank"),
    ]
    listed = {
        sdk: Choice(_join([pair for pair in pairs if pair.name in names]), f"subresources-of-{sdk}", is_hypothesis=True)
        for sdk, names in v1_subresources.LISTS.items()
    }
    agent = request.fields.get("user-agent").lower()
    choices += [choice for sdk, choice in listed.items() if agent.startswith(sdk + "/")]
    choices += [
        Choice(_join(usual[:index] + usual[index + 1 :]), f"query-{as_text(pair.name)}-not-signed", is_hypothesis=True)
        for index, pair in enumerate(usual[:MAX_ALTERATIONS])
    ]
    choices += [
        Choice(_join(usual, _as_sent), "query-as-sent", is_hypothesis=True),
        Choice(_join(_unescaped(pairs)), "query-html-unescaped", is_hypothesis=True),
        *listed.values(),
        Choice(_join(pairs), "whole-query-signed", is_hypothesis=True),
        Choice(b"", "query-not-signed", is_hypothesis=True),
    ]
    return distinct(choices)


def _method_choices(method: Line) -> tuple[Choice[Line], ...]:
    """A CDN that turns HEAD into GET is a documented cause of a mismatch (EC 0002-00000040)."""
    other = {b"GET": b"HEAD", b"HEAD": b"GET", b"POST": b"PUT", b"PUT": b"POST"}.get(method.raw)
    if other is None:
        return (Choice(method),)
    return (
        Choice(method),
        Choice(Line("method", other, method.seen), f"method-{other.decode()}", is_hypothesis=True),
    )


def _decoded(pair: QueryPair) -> tuple[bytes, bytes]:
    return pair.name, pair.value


def _as_sent(pair: QueryPair) -> tuple[bytes, bytes]:
    return pair.raw_name, pair.raw_value or b""


def _plus_as_blank(pair: QueryPair) -> tuple[bytes, bytes]:
    return pair.name, unquote_to_bytes((pair.raw_value or b"").replace(b"+", b" "))


def _unescaped(pairs: Sequence[QueryPair]) -> list[QueryPair]:
    """Undo `&amp;`, which leaves `amp;` in front of every name but the first."""
    undone = [QueryPair(pair.raw_name.removeprefix(b"amp;"), pair.raw_value, pair.offset) for pair in pairs]
    return [pair for pair in undone if pair.name not in URL_PARAMETERS and _is_subresource(pair)]


def _is_subresource(pair: QueryPair) -> bool:
    return pair.name in v1_subresources.UNION or pair.name.startswith(v1_subresources.PREFIX)


def _join(pairs: Sequence[QueryPair], render: _Render = _decoded, *, equals_sign: bool = False) -> bytes:
    rendered = sorted((render(pair) for pair in pairs), key=lambda pair: pair[0])
    return b"&".join(name + b"=" + value if value or equals_sign else name for name, value in rendered)
