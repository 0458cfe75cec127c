from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import Form, policy, refused_form, signed, taken_form

CODE = "RequestIsNotMultiPartContent"
TEXT = "Bucket POST must be of the enclosure-type multipart/form-data."


def test_a_form_under_another_type_is_recognised_by_its_body() -> None:
    form = Form(signed(policy()), content_type="application/x-www-form-urlencoded")
    finding = only_finding(refused_form(form, 400, CODE, TEXT), "PST003")
    assert "application/x-www-form-urlencoded" in finding.summary
    assert "only the header is wrong" in finding.explanation


def test_a_request_without_content_type() -> None:
    finding = only_finding(refused_form(Form(signed(policy()), content_type=""), 400, CODE, TEXT), "PST003")
    assert "has no Content-Type" in finding.summary


def test_nothing_else_is_told_of_it() -> None:
    capture = refused_form(Form(signed(policy()), content_type="application/json"), 400, CODE, TEXT)
    assert [finding.name for finding in faults(analyze_capture(capture))] == ["content-type-not-multipart"]


def test_a_right_type_is_silent() -> None:
    assert not analyze_capture(taken_form(Form(signed(policy()))), "PST003").findings
