import pytest

from osspcap.scan.timeline import MAX_BARS, timeline
from osspcap.units import NS_PER_S

START = 1_700_000_400
"""A multiple of ten minutes."""


def at(*seconds: int, kind: str = "good") -> list[tuple[int, str]]:
    return [((START + second) * NS_PER_S, kind) for second in seconds]


@pytest.mark.parametrize("captures", [[], at(5), at(1, 2, 3), [(0, "error")], [(10**9, "error"), *at(3)]])
def test_what_fills_one_bar_is_no_chart(captures: list[tuple[int, str]]) -> None:
    assert timeline(captures) is None


def test_bars_are_a_round_span_wide_and_as_high_as_their_captures() -> None:
    chart = timeline([*at(0, 1), *at(70, kind="error"), *at(71, kind="warning")])
    assert chart is not None
    assert (chart.span, chart.highest, chart.first, chart.last) == (
        "1 minute",
        2,
        "2023-11-14 22:20",
        "2023-11-14 22:22",
    )
    good, bad = chart.bars
    assert (good.x, good.width, [(part.kind, part.y, part.height) for part in good.parts]) == (
        0,
        50,
        [("good", 0, 100)],
    )
    assert [(part.kind, part.y, part.height) for part in bad.parts] == [("error", 50, 50), ("warning", 0, 50)]
    assert bad.title == "from 2023-11-14 22:21 UTC: 1 with errors, 1 with warnings only"


@pytest.mark.parametrize("span", [60, 3600, 86400, 86400 * 400, 86400 * 36500])
def test_there_are_never_too_many_bars(span: int) -> None:
    chart = timeline(at(*range(0, span + 1, span // 50)))
    assert chart is not None
    assert 1 < len(chart.bars) <= MAX_BARS
    assert chart.bars[-1].x + chart.bars[-1].width <= 100.1


def test_times_at_the_end_of_what_is_counted_are_drawn() -> None:
    chart = timeline([*at(0), (2**63 - 1, "error")])
    assert chart is not None
    assert chart.span == "10 years"
