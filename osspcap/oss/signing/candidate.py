"""Readings of what was signed: lines with a role each, and the choices that lead from one reading to the next.

A signature scheme leaves room: which of two dates, which query parameters count as subresources, whether blanks of a
header value belong to it. Each such freedom is an axis of `Choice`s, the usual one first. `combine` walks through
them in order of how many unusual choices they make, within a stated limit.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice, product
from typing import Generic, TypeVar

from osspcap.model.operation import Scheme
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.signing.request import ANY_BUCKET

MAX_READINGS = 96
"""Candidates of one request and bucket that keep to what was captured: real requests have one to eight."""
MAX_HYPOTHESES = 320
"""Hypotheses of one request and bucket: about 3 ms of HMAC, and every single alteration fits in."""

T = TypeVar("T")


@record
class Line:
    """One line of a string to sign or canonical request."""

    role: str
    """`method`, `content-md5`, `content-type`, `date`, `expires`, `header x-oss-meta-a`, `header-end`,
    `additional-headers`, `resource`, `query`, `payload`, `algorithm`, `scope`, `hash`, `policy`, `body`."""
    raw: bytes
    """The line without its newline. Only a resource with a newline in its key holds one."""
    seen: Seen[str] | None = None
    """Where the request shows it; None if the request lacks it or it is computed."""


@record
class Candidate:
    """One reading of what was signed."""

    scheme: Scheme
    lines: tuple[Line, ...]
    """Of the string to sign, in order."""
    canonical_lines: tuple[Line, ...] = ()
    """V4: of the canonical request, in order; empty for other schemes."""
    variant: tuple[str, ...] = ()
    """Names of the unusual choices made; empty for the usual reading."""
    bucket: bytes | None = None
    """Bucket in the resource; None if the path holds it, or there is none; `ANY_BUCKET` if it is unknown."""
    is_hypothesis: bool = False
    """True if it departs from the captured bytes: what the client may have signed instead."""

    @property
    def string_to_sign(self) -> bytes:
        """The string to sign."""
        return b"\n".join(line.raw for line in self.lines)

    @property
    def canonical_request(self) -> bytes | None:
        """V4: the canonical request; None for other schemes."""
        return b"\n".join(line.raw for line in self.canonical_lines) if self.canonical_lines else None

    def line(self, role: str) -> Line | None:
        """Return the first line with a role, of the string to sign or of the canonical request."""
        return next((line for line in (*self.lines, *self.canonical_lines) if line.role == role), None)

    def with_bucket(self, bucket: bytes) -> "Candidate":
        """Return this reading with an unknown bucket filled in; the same reading if it is known."""
        if self.bucket != ANY_BUCKET:
            return self
        lines = _fill(self.lines, bucket)
        canonical_lines = _fill(self.canonical_lines, bucket)
        if canonical_lines:
            lines = tuple(
                replace(line, raw=canonical_hash(canonical_lines)) if line.role == "hash" else line for line in lines
            )
        return replace(self, lines=lines, canonical_lines=canonical_lines, bucket=bucket)


@record
class Choice(Generic[T]):
    """One way to read a part of the request."""

    value: T
    name: str = ""
    """Name of the variant; empty for the usual way."""
    is_hypothesis: bool = False
    """True if the captured request does not have it so."""


def canonical_hash(canonical_lines: Sequence[Line]) -> bytes:
    """Return the hex SHA-256 of a canonical request."""
    return hashlib.sha256(b"\n".join(line.raw for line in canonical_lines)).hexdigest().encode()


def distinct(choices: Sequence[Choice[T]]) -> tuple[Choice[T], ...]:
    """Drop choices whose value an earlier one has already."""
    kept: list[Choice[T]] = []
    for choice in choices:
        if all(choice.value != earlier.value for earlier in kept):
            kept.append(choice)
    return tuple(kept)


def combine(axes: Sequence[Sequence[Choice[T]]], *, hypotheses: bool) -> Iterator[tuple[Choice[T], ...]]:
    """Yield one choice of every axis, usual ones first.

    Args:
        axes: At least one choice each, the usual one first.
        hypotheses: False: only choices that keep to the captured bytes, in all combinations. True: at most two
            unusual choices at a time, at least one of them a hypothesis.

    Yields:
        At most `MAX_READINGS` or `MAX_HYPOTHESES` combinations, those with fewer unusual choices first.
    """
    if hypotheses:
        yield from islice(_hypothetical(axes), MAX_HYPOTHESES)
        return
    captured = [[choice for choice in axis if not choice.is_hypothesis] for axis in axes]
    readings = islice(product(*captured), MAX_READINGS * 8)
    yield from islice(sorted(readings, key=_unusual_count), MAX_READINGS)


def names_of(chosen: Sequence[Choice[T]], *further: str) -> tuple[str, ...]:
    """Return the names of the unusual choices."""
    return tuple(name for name in (*(choice.name for choice in chosen), *further) if name)


def _hypothetical(axes: Sequence[Sequence[Choice[T]]]) -> Iterator[tuple[Choice[T], ...]]:
    usual = [axis[0] for axis in axes]
    unusual = [(index, choice) for index, axis in enumerate(axes) for choice in axis[1:]]
    for index, choice in unusual:
        if choice.is_hypothesis:
            yield (*usual[:index], choice, *usual[index + 1 :])
    for (first, one), (second, other) in combinations(unusual, 2):
        if first != second and (one.is_hypothesis or other.is_hypothesis):
            chosen = list(usual)
            chosen[first], chosen[second] = one, other
            yield tuple(chosen)


def _unusual_count(chosen: Sequence[Choice[T]]) -> int:
    return sum(bool(choice.name) for choice in chosen)


def _fill(lines: tuple[Line, ...], bucket: bytes) -> tuple[Line, ...]:
    return tuple(
        replace(line, raw=line.raw.replace(ANY_BUCKET, bucket, 1)) if line.role == "resource" else line
        for line in lines
    )
