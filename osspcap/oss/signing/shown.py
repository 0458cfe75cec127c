"""What a comparison of strings to sign found, as facts that a report can show and words that a sentence can hold.

In: a `Comparison` or `Verification`. Out: `Seen` values named after the elements of the error document, so that they
are masked as those are, and clauses in plain words.
"""

from osspcap.model.operation import Scheme
from osspcap.model.seen import Seen
from osspcap.oss.signing.candidate import Candidate
from osspcap.oss.signing.canonical import DEFAULT_CONTENT_TYPE
from osspcap.oss.signing.difference import DifferenceKind, LineDifference
from osspcap.oss.signing.request import as_text
from osspcap.oss.signing.server_string import ServerString

MAX_NAMED = 3
"""Alterations that one sentence lists."""

_ROLES = {
    "method": "the method",
    "content-md5": "Content-MD5",
    "content-type": "Content-Type",
    "header content-md5": "Content-MD5",
    "header content-type": "Content-Type",
    "date": "the date",
    "expires": "Expires",
    "scope": "the credential scope",
    "additional-headers": "the list of additional headers",
    "payload": "the payload hash",
    "policy": "the policy",
    "hash": "the hash of the canonical request",
    "order": "the order of lines",
}
_READINGS = (
    "subresources-of-union",
    "empty-value-with-equals-sign",
    "query-plus-as-blank",
    "query-sorted-by-locale",
    "date-",
    "header-values-untrimmed",
    "repeated-",
    "last-",
    "bucket-",
    "path-style",
    "absent-additional",
    "redundant-additional",
)
"""How variants begin that are other readings of the same bytes, no alterations."""
_ALTERATIONS = {
    "path-as-sent": "the path was signed as it stands in the request target, its percent-encoding included",
    "path-as-sent-verbatim": "the path was signed as it stands in the request target, character by character",
    "path-encoded": "the path was percent-encoded before it was signed",
    "path-encoded-with-slashes": "the path was percent-encoded before it was signed, slashes included",
    "path-decoded-twice": "the path was signed after one more round of percent-decoding",
    "slashes-folded": "the path was signed with its doubled slashes folded into one",
    "plus-as-blank": "a plus sign in the path was signed as a blank",
    "content-type-signed-but-absent": f"Content-Type {DEFAULT_CONTENT_TYPE.decode()} was signed and is not sent",
    "content-type-without-parameters": "Content-Type was signed without its parameters",
    "query-as-sent": "query values were signed as they stand in the target, percent-encoded",
    "query-html-unescaped": "the URL was signed with & where it now has &amp;",
    "query-not-signed": "no query parameter was signed",
    "whole-query-signed": "every query parameter was signed",
    "oss-headers-not-signed": "no x-oss- header was signed",
    "payload-unsigned": "the payload hash was signed as UNSIGNED-PAYLOAD",
}
_NAMES = {"content-type": "Content-Type", "content-md5": "Content-MD5"}


def shown_string(server: ServerString) -> Seen[str]:
    """Return the server's string to sign as text; bytes that are no text are kept as Latin-1."""
    field = server.origin.field
    if server.origin is server.octets:
        field += ", read as text"
    return Seen(as_text(server.raw), server.origin.frame, field, server.raw)


def shown_canonical(server: ServerString) -> Seen[str] | None:
    """Return the server's canonical request as text; None if the document holds none."""
    origin, raw = server.canonical_origin, server.canonical_request
    return None if origin is None or raw is None else Seen(as_text(raw), origin.frame, origin.field, raw)


def our_string(candidate: Candidate) -> str:
    """Return our own string to sign as text."""
    return as_text(candidate.string_to_sign)


def value_of(side: bytes | None) -> str:
    """Return one side of a difference as text; what is not there is said to be absent."""
    if side is None:
        return "(absent)"
    return as_text(side) or "(empty)"


def line_name(difference: LineDifference) -> str:
    """Name what differs: `Content-Type`, `header x-oss-meta-a`, `the object key`, `query parameter acl`."""
    if difference.role in ("resource", "query"):
        match difference.part:
            case "bucket":
                return "the bucket"
            case "key":
                return "the object key"
            case part if part.startswith("query "):
                return f"query parameter {part.removeprefix('query ')}"
            case _:
                return "the resource"
    return _ROLES.get(difference.role, difference.role)


def is_reading(variant: str) -> bool:
    """Tell a mere reading of the captured bytes from an alteration of them."""
    return variant.startswith(_READINGS) and not variant.endswith("-not-signed")


def alterations(candidate: Candidate) -> list[str]:
    """Return in what a candidate departs from the captured request, in words, one clause each."""
    found = [_alteration(variant) for variant in candidate.variant if not is_reading(variant)]
    if not found and candidate.is_hypothesis:
        bucket = as_text(candidate.bucket or b"")
        found.append(f"the bucket signed was {bucket}" if bucket else "another bucket was signed")
    return found[:MAX_NAMED]


def _alteration(variant: str) -> str:
    known = _ALTERATIONS.get(variant)
    if known is not None:
        return known
    if variant.endswith("-not-signed"):
        name = variant.removesuffix("-not-signed")
        if name.startswith("query-"):
            return f"query parameter {name.removeprefix('query-')} was not signed"
        return f"{_NAMES.get(name, name)} was not signed"
    if variant.startswith("method-"):
        return f"the method signed was {variant.removeprefix('method-')}"
    if variant.startswith("subresources-of-"):
        return f"the query was signed as {variant.removeprefix('subresources-of-')} does, with fewer parameters"
    return variant.replace("-", " ")


def is_only_hash(differences: tuple[LineDifference, ...]) -> bool:
    """Tell whether nothing is known but that two canonical requests differ."""
    return bool(differences) and all(
        difference.kind is DifferenceKind.CANONICAL_REQUEST_CHANGED for difference in differences
    )


def scheme_name(scheme: Scheme) -> str:
    """Name a scheme for a sentence: `V1 signature in the header`."""
    version, _, place = scheme.value.partition("-")
    if version == "post":
        return f"{place.upper()} signature in the form"
    if place not in ("header", "url"):
        return "signature"
    return f"{'S3' if version == 's3' else version.upper()} signature in the {'URL' if place == 'url' else 'header'}"
