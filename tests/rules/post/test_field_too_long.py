from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import Form, policy, refused_form, signed, taken_form

TEXT = "Your name of form field is too long."


def test_the_largest_field_is_named() -> None:
    form = Form([*signed(policy()), ("x-oss-meta-big", "v" * 9000)])
    (finding,) = faults(analyze_capture(refused_form(form, 400, "FieldItemTooLong", TEXT)))
    assert (finding.rule, finding.severity) == ("PST015", "error")
    assert "x-oss-meta-big holds 9,000 bytes" in finding.summary


def test_a_name_that_is_too_long() -> None:
    form = Form([*signed(policy()), ("n" * 9000, "v")])
    assert "a name of 9,000 bytes" in only_finding(refused_form(form, 400, "FieldItemTooLong", TEXT), "PST015").summary


def test_a_file_under_another_name_is_pointed_to() -> None:
    form = Form(signed(policy()), file=b"x" * 300_000, file_name="upload")
    finding = only_finding(refused_form(form, 400, "MaxPOSTPreDataLengthExceededError", TEXT), "PST015")
    assert "(the file pic.png)" in finding.summary


def test_long_fields_that_were_taken_are_silent() -> None:
    form = Form([*signed(policy()), ("x-oss-meta-big", "v" * 9000)])
    assert not faults(analyze_capture(taken_form(form)))
