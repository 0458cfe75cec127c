from tests.build.analyze import analyze_capture, only_finding
from tests.build.http import REQUEST_ID
from tests.build.refusals import role_refused, told

CODE = "STS012"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        role_refused("InvalidParameter.DurationSeconds", "The Min/Max value of DurationSeconds is 15min/1hr."), CODE
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "900 to 3600" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        role_refused("InvalidParameter.DurationSeconds", "The Min/Max value of DurationSeconds is 15min/1hr.")
    ) == ["duration-seconds"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(role_refused("Throttling", "x", status=400), CODE).findings
