from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import NO_KEY, Form, policy, refused_form, signed, taken_form


def test_a_key_behind_the_file_is_shown_with_the_file() -> None:
    fields = signed(policy())
    finding = only_finding(refused_form(Form(fields[1:], behind=fields[:1]), 400, "InvalidArgument", NO_KEY), "PST001")
    assert finding.confidence == "confirmed"
    shown = {item.field: item.observed for item in finding.evidence}
    assert shown["form field key"] == "user/eric/pic.png"
    assert 'name="file"' in shown["form part file, Content-Disposition"]


def test_the_frames_are_those_of_the_parts() -> None:
    fields = signed(policy())
    form = Form(fields[1:], behind=fields[:1], file=b"x" * 5000)
    capture = refused_form(form, 400, "InvalidArgument", NO_KEY)
    carrying = [number for number, packet in enumerate(capture.packets, 1) if b"user/eric/pic.png" in packet.data]
    frames = {item.field: item.frame for item in only_finding(capture, "PST001").evidence}
    assert frames["form part file, Content-Disposition"] == 4
    assert [frames["form field key"]] == carrying
    assert carrying > [4]


def test_nothing_else_is_told_of_it() -> None:
    capture = refused_form(Form([], behind=signed(policy())), 400, "InvalidArgument", NO_KEY)
    assert [finding.name for finding in faults(analyze_capture(capture))] == ["file-before-key"]


def test_a_form_without_any_key_is_another_fault() -> None:
    capture = refused_form(Form(signed(policy())[1:]), 400, "InvalidArgument", NO_KEY)
    assert not analyze_capture(capture, "PST001").findings


def test_a_form_that_was_taken_is_none() -> None:
    assert not analyze_capture(taken_form(Form(signed(policy()))), "PST001").findings
