import pytest

from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import MALFORMED, NO_KEY, Form, policy, refused_form, signed, taken_form, with_value, without


def test_a_missing_key_is_named() -> None:
    finding = only_finding(
        refused_form(Form(without(signed(policy()), "key")), 400, "InvalidArgument", NO_KEY), "PST002"
    )
    assert "lacks key" in finding.summary


def test_a_missing_file_is_named_beside_the_part_that_holds_one() -> None:
    form = Form(signed(policy()), file_name="upload")
    finding = only_finding(refused_form(form, 400, "MalformedPOSTRequest", MALFORMED), "PST002")
    assert "lacks file" in finding.summary
    assert "'upload'" in finding.explanation


@pytest.mark.parametrize("name", ["policy", "Signature", "OSSAccessKeyId"])
def test_a_signature_in_part_names_what_is_missing_and_nothing_else_is_told(name: str) -> None:
    text = f"Post request {name} is empty."
    capture = refused_form(Form(without(signed(policy()), name)), 400, "InvalidArgument", text)
    (finding,) = faults(analyze_capture(capture))
    assert (finding.rule, f"lacks {name}" in finding.summary) == ("PST002", True)


def test_an_empty_field_is_told_as_empty() -> None:
    form = Form(with_value(signed(policy()), "policy", ""))
    finding = only_finding(refused_form(form, 400, "InvalidArgument", "Post request policy is empty."), "PST002")
    assert "has policy empty" in finding.summary


def test_a_field_that_is_there_is_possible_only() -> None:
    finding = only_finding(refused_form(Form(signed(policy())), 400, "InvalidArgument", NO_KEY), "PST002")
    assert finding.confidence == "possible"


def test_a_form_that_was_not_captured_rests_on_the_answer() -> None:
    form = Form(without(signed(policy()), "key"))
    report = analyze_capture(refused_form(form, 400, "InvalidArgument", NO_KEY), "PST002", snaplen=280)
    assert not report.findings  # the answer was cut as well


def test_a_whole_form_is_silent() -> None:
    assert not analyze_capture(taken_form(Form(signed(policy()))), "PST002").findings
