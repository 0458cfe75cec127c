"""What the captured request signs and what OSS says it signed, line beside line, masked.

In: a view and an exchange. Out: the string to sign, and for version 4 the canonical request behind it, as pairs of
lines. The comparison itself is the signing stage's; this only lays it out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from osspcap.model.exchange import Exchange
from osspcap.oss.signing.candidate import Line
from osspcap.oss.signing.compare import Comparison, Outcome
from osspcap.oss.signing.request import as_text
from osspcap.oss.signing.shown import is_only_hash, scheme_name
from osspcap.oss.signing.string_lines import split_canonical, split_string
from osspcap.oss.signing_facts import SigningFacts
from osspcap.report.masking import Secrets
from osspcap.report.view import ReportView

MAX_LINES = 400
"""Lines of one string that are laid out; signed requests have a dozen."""
MAX_LINE_CHARACTERS = 4_000
"""Characters of one line."""
_NAMES = {
    "method": "Method",
    "content-md5": "Content-MD5",
    "content-type": "Content-Type",
    "date": "Date",
    "expires": "Expires",
    "header-end": "",
    "additional-headers": "Additional headers",
    "resource": "Resource",
    "query": "Query",
    "payload": "Payload",
    "algorithm": "Algorithm",
    "scope": "Scope",
    "hash": "Hash",
    "policy": "Policy",
    "body": "Body",
}


@dataclass(frozen=True, slots=True)
class SignedLine:
    """A line on both sides."""

    name: str
    """`Content-Type`, `x-oss-date`; empty for the empty line behind the headers."""
    ours: str | None
    """As the captured request gives it; None if it has no such line."""
    theirs: str | None
    """As OSS signed it; None likewise."""
    is_same: bool
    """Told from the bytes: two lines that are masked may look the same and not be. Of a string that OSS shows only in
    part: true, since what there is of it agrees."""


@dataclass(frozen=True, slots=True)
class SignedStrings:
    """One string on both sides."""

    title: str
    """`String to sign` or `Canonical request`."""
    scheme: str
    """`V1 signature in the header`."""
    is_equal: bool
    """Byte for byte, or as far as OSS's string shows."""
    is_partial: bool
    """OSS's string is masked or collapsed: it can support, and proves nothing."""
    frame: int
    """Packet in which OSS states its string."""
    request_frame: int
    lines: tuple[SignedLine, ...]


def signed_strings(view: ReportView, exchange: Exchange) -> tuple[SignedStrings, ...]:
    """Return what was signed on both sides; empty where nothing was compared."""
    facts = exchange.facts.get(SigningFacts)
    comparison = None if facts is None else facts.best
    if comparison is None or comparison.candidate is None or comparison.outcome is Outcome.UNDECIDED:
        return ()
    secrets = view.masking.secrets_of(exchange)
    return tuple(_strings(view, exchange, comparison, secrets))


def _strings(view: ReportView, exchange: Exchange, comparison: Comparison, secrets: Secrets) -> Iterator[SignedStrings]:
    candidate, server = comparison.candidate, comparison.server
    assert candidate is not None  # noqa: S101 - the caller asked
    is_equal = comparison.outcome is not Outcome.DIFFERENT
    request_frame = exchange.request.frame if exchange.request is not None else 0

    def laid_out(
        title: str, frame: int, ours: Sequence[Line], theirs: Sequence[Line] | None, raw: bytes
    ) -> SignedStrings:
        if theirs is None:  # not in the form of its scheme: shown as a whole
            ours, theirs = [Line("", b"\n".join(line.raw for line in ours))], [Line("", raw)]
        lines = tuple(_masked(view, secrets, _pairs(ours, theirs), are_same=is_partial))
        return SignedStrings(title, scheme_name(candidate.scheme), is_equal, is_partial, frame, request_frame, lines)

    is_partial = comparison.outcome is Outcome.CONSISTENT
    theirs = split_string(server.raw, candidate.scheme)
    yield laid_out("String to sign", server.origin.frame, candidate.lines, theirs, server.raw)
    origin, raw = server.canonical_origin, server.canonical_request
    if (
        candidate.canonical_lines
        and origin is not None
        and raw is not None
        and not is_only_hash(comparison.differences)
    ):
        yield laid_out("Canonical request", origin.frame, candidate.canonical_lines, split_canonical(raw), raw)


def _pairs(ours: Sequence[Line], theirs: Sequence[Line]) -> Iterator[tuple[str, bytes | None, bytes | None]]:
    """Yield role and both lines, in the order of both sides."""
    mine, yours = ours[:MAX_LINES], theirs[:MAX_LINES]
    roles = [line.role for line in mine], [line.role for line in yours]
    for tag, from_a, to_a, from_b, to_b in SequenceMatcher(None, *roles, autojunk=False).get_opcodes():
        if tag == "equal":
            for own, other in zip(mine[from_a:to_a], yours[from_b:to_b], strict=True):
                yield own.role, own.raw, other.raw
        else:
            yield from ((line.role, line.raw, None) for line in mine[from_a:to_a])
            yield from ((line.role, None, line.raw) for line in yours[from_b:to_b])


def _masked(
    view: ReportView,
    secrets: Secrets,
    pairs: Iterable[tuple[str, bytes | None, bytes | None]],
    *,
    are_same: bool,
) -> Iterator[SignedLine]:
    def shown(raw: bytes | None) -> str | None:
        return None if raw is None else view.masking.text(as_text(raw), secrets)[:MAX_LINE_CHARACTERS]

    for role, ours, theirs in pairs:
        name = _NAMES.get(role, role.removeprefix("header "))
        yield SignedLine(name, shown(ours), shown(theirs), are_same or ours == theirs)
