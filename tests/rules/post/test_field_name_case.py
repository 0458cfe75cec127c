import pytest

from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import MALFORMED, NO_KEY, Form, policy, refused_form, signed, taken_form, without


@pytest.mark.parametrize("name", ["Key", "KEY"])
def test_a_key_in_another_case(name: str) -> None:
    form = Form([(name, "user/eric/pic.png"), *without(signed(policy()), "key")])
    report = analyze_capture(refused_form(form, 400, "InvalidArgument", NO_KEY))
    (finding,) = faults(report)
    assert (finding.rule, f"{name} for key" in finding.summary) == ("PST012", True)


def test_a_file_in_another_case() -> None:
    form = Form(signed(policy()), file_name="File")
    finding = only_finding(refused_form(form, 400, "MalformedPOSTRequest", MALFORMED), "PST012")
    assert "File for file" in finding.summary


def test_a_whole_signature_in_another_case_explains_an_anonymous_form_as_possible() -> None:
    fields = [(name if name == "key" else name.upper(), value) for name, value in signed(policy())]
    text = "You have no right to access this object because of bucket acl."
    report = analyze_capture(refused_form(Form(fields), 403, "AccessDenied", text))
    (finding,) = faults(report)
    assert (finding.rule, finding.confidence) == ("PST012", "possible")


def test_a_lower_case_signature_that_was_taken_is_silent() -> None:
    fields = [("signature" if name == "Signature" else name, value) for name, value in signed(policy())]
    assert not analyze_capture(taken_form(Form(fields)), "PST012").findings
