import pytest

from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import MALFORMED, Form, policy, refused_form, signed, taken_form

STATUS = [("success_action_status", "200")]


def test_a_malformed_form_with_fields_behind_its_file() -> None:
    capture = refused_form(Form(signed(policy()), behind=STATUS), 400, "MalformedPOSTRequest", MALFORMED)
    (finding,) = faults(analyze_capture(capture))
    assert (finding.rule, finding.severity) == ("PST013", "error")
    assert "success_action_status behind the file" in finding.summary


def test_a_signature_behind_the_file_makes_the_form_anonymous() -> None:
    fields = signed(policy())
    form = Form(fields[:1], behind=fields[1:])
    text = "You have no right to access this object because of bucket acl."
    (finding,) = faults(analyze_capture(refused_form(form, 403, "AccessDenied", text)))
    assert (finding.rule, finding.confidence) == ("PST013", "likely")


@pytest.mark.parametrize("name", ["callback", "x-oss-meta-a", "x:var", "success_action_status"])
def test_a_form_that_was_taken_without_a_field_that_oss_reads_is_a_warning(name: str) -> None:
    finding = only_finding(taken_form(Form(signed(policy()), behind=[(name, "value")])), "PST013")
    assert (finding.severity, name in finding.summary) == ("warning", True)


def test_a_button_behind_the_file_does_no_harm() -> None:
    capture = taken_form(Form(signed(policy()), behind=[("submit", "Upload")]))
    assert not faults(analyze_capture(capture))


def test_a_file_at_the_end_is_silent() -> None:
    assert not analyze_capture(taken_form(Form(signed(policy()))), "PST013").findings
