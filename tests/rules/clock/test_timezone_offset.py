import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, exchange_capture, faults, only_finding
from tests.build.clocks import error, refused_capture, taken_capture, v4_request


@pytest.mark.parametrize(
    ("offset_s", "zone"),
    [
        (28_800, "China Standard Time"),
        (28_800 - 100, "China Standard Time"),
        (32_400, "Japan Standard Time"),
        (19_800, "India Standard Time"),
        (3_600, "Central European Time"),
        (-18_000, "Eastern Standard Time"),
    ],
)
def test_local_time_sent_as_gmt_names_the_zone(offset_s: int, zone: str) -> None:
    report = analyze_capture(refused_capture(offset_s))
    (finding,) = [found for found in report.findings if found.category == "clock"]
    assert (finding.rule, finding.severity, finding.confidence) == ("CLK002", Severity.ERROR, Confidence.LIKELY)
    assert zone in finding.explanation
    assert f"{abs(offset_s)} s" in finding.summary
    assert faults(report) == [finding]


def test_a_zone_that_is_subtracted_twice_is_named_beside_that_of_the_west() -> None:
    finding = only_finding(refused_capture(-28_800), "CLK002")
    assert "Pacific Standard Time" in finding.explanation
    assert "subtracted twice" in finding.explanation
    assert "as local time of UTC-08:00 sent as GMT would be" in finding.summary


def test_a_half_hour_that_no_zone_keeps_is_possible_only() -> None:
    finding = only_finding(refused_capture(5_400), "CLK002")
    assert finding.confidence is Confidence.POSSIBLE
    assert "No zone has that offset" in finding.explanation


def test_the_other_shape_of_a_v4_skew_counts_too() -> None:
    refusal = error(400, "InvalidArgument", "Invalid signing date in Authorization header.")
    finding = only_finding(exchange_capture((v4_request(-28_800), refusal)), "CLK002")
    assert "400 InvalidArgument" in finding.summary


@pytest.mark.parametrize("offset_s", [-1200, 1200, 1800, 28_800 + 200, 90_000])
def test_other_offsets_are_silent(offset_s: int) -> None:
    assert not analyze_capture(refused_capture(offset_s), "CLK002").findings


def test_a_time_that_oss_took_is_silent() -> None:
    assert not analyze_capture(taken_capture(28_800), "CLK002").findings
