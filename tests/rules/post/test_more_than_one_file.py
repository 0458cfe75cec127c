from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import MALFORMED, Form, policy, refused_form, signed, taken_form

CODE = "IncorrectNumberOfFilesInPOSTRequest"
TEXT = "POST requires exactly one file upload per request."


def two() -> Form:
    return Form([*signed(policy()), ("file", "another")])


def test_the_files_are_counted() -> None:
    finding = only_finding(refused_form(two(), 400, CODE, TEXT), "PST014")
    assert "has 2 files" in finding.summary


def test_a_malformed_form_with_two_files() -> None:
    report = analyze_capture(refused_form(two(), 400, "MalformedPOSTRequest", MALFORMED))
    assert [finding.name for finding in faults(report)] == ["more-than-one-file"]


def test_none_at_all_is_a_missing_field() -> None:
    report = analyze_capture(refused_form(Form(signed(policy()), file=None), 400, CODE, TEXT))
    assert [finding.name for finding in faults(report)] == ["field-missing"]


def test_one_file_is_silent() -> None:
    assert not analyze_capture(taken_form(Form(signed(policy()))), "PST014").findings
