"""Captures over time: bars whose width is a round span, drawn without a script."""

from collections.abc import Iterable
from dataclasses import dataclass

from osspcap.units import NS_PER_S, format_time

MAX_BARS = 60
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_SPANS = (
    (_MINUTE, "1 minute"),
    (5 * _MINUTE, "5 minutes"),
    (15 * _MINUTE, "15 minutes"),
    (_HOUR, "1 hour"),
    (3 * _HOUR, "3 hours"),
    (12 * _HOUR, "12 hours"),
    (_DAY, "1 day"),
    (7 * _DAY, "7 days"),
    (30 * _DAY, "30 days"),
    (91 * _DAY, "91 days"),
    (365 * _DAY, "365 days"),
    (3_650 * _DAY, "10 years"),
    (36_500 * _DAY, "100 years"),
)
"""Seconds and name; the shortest that needs no more than `MAX_BARS` is taken."""
EARLIEST_S = 946_684_800
"""2000-01-01T00:00:00Z: earlier stamps come from a clock that was not set."""
KINDS = ("error", "warning", "good")
"""Drawn from the bottom up."""


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of captures in a bar."""

    kind: str
    y: float
    height: float
    """Both in percent of the chart's height, from its top."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One span of time."""

    x: float
    width: float
    """Both in percent of the chart's width."""
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A chart."""

    bars: tuple[Bar, ...]
    first: str
    last: str
    """Times of its edges."""
    span: str
    """What one bar stands for."""
    highest: int
    """Captures of the tallest bar."""


def timeline(captures: Iterable[tuple[int, str]]) -> Timeline | None:
    """Return the chart of captures by the time of their first packet; None if they do not fill two bars.

    Args:
        captures: Time in ns since 1970, and kind.
    """
    times = [(ns // NS_PER_S, kind) for ns, kind in captures if ns // NS_PER_S >= EARLIEST_S]
    if not times:
        return None
    first, last = min(times)[0], max(times)[0]
    width_s, name = next((span for span in _SPANS if last // span[0] - first // span[0] < MAX_BARS), _SPANS[-1])
    start, count = first // width_s, last // width_s - first // width_s + 1
    if count < 2:
        return None
    counts = [dict.fromkeys(KINDS, 0) for _ in range(count)]
    for second, kind in times:
        counts[second // width_s - start][kind] += 1
    highest = max(sum(kinds.values()) for kinds in counts)
    bars = [_bar(index, kinds, count, highest, (start + index) * width_s) for index, kinds in enumerate(counts)]
    edges = [format_time(second * width_s * NS_PER_S)[:16].replace("T", " ") for second in (start, start + count)]
    return Timeline(tuple(bar for bar in bars if bar.parts), edges[0], edges[1], name, highest)


def _bar(index: int, kinds: dict[str, int], count: int, highest: int, second: int) -> Bar:
    parts, y = [], 100.0
    for kind in KINDS:
        if kinds[kind]:
            height = round(100 * kinds[kind] / highest, 3)
            y -= height
            parts.append(Part(kind, round(y, 3), height))
    words = {"error": "with errors", "warning": "with warnings only", "good": "without fault"}
    told = ", ".join(f"{kinds[kind]:,} {words[kind]}" for kind in KINDS if kinds[kind])
    when = format_time(second * NS_PER_S)[:16].replace("T", " ")
    return Bar(round(100 * index / count, 3), round(100 / count, 3), f"from {when} UTC: {told}", tuple(parts))
