import pytest

from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import Form, policy, signed, taken_form

KEY = "user/eric/${filename}"


@pytest.mark.parametrize(
    ("filename", "words"),
    [(None, "names none"), ("C:\\docs\\pic.png", "with its path"), ("blob", "without a name"), ("", "is empty")],
)
def test_a_name_that_goes_wrong_is_a_warning(filename: str | None, words: str) -> None:
    finding = only_finding(taken_form(Form(signed(policy(), key=KEY), filename=filename)), "PST017")
    assert (finding.severity, words in finding.summary) == ("warning", True)


def test_a_plain_use_is_a_note() -> None:
    report = analyze_capture(taken_form(Form(signed(policy(), key=KEY))))
    assert [finding.severity for finding in report.findings if finding.rule == "PST017"] == ["info"]
    assert not faults(report)


def test_a_key_of_its_own_is_silent() -> None:
    assert not analyze_capture(taken_form(Form(signed(policy()))), "PST017").findings
