from dataclasses import replace

import pytest

from tests.build.analyze import analyze_capture, exchange_capture, faults, only_finding
from tests.build.forms import BROWSER, MALFORMED, Form, policy, refused_form, signed, taken_form
from tests.build.http import message, oss_error, response

CODE = "MalformedPOSTRequest"


def raw(body: bytes, content_type: str = "multipart/form-data; boundary=xyz") -> object:
    head = {
        "Host": "rokid.oss-cn-hangzhou.aliyuncs.com",
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
    }
    error = response(400, "Bad Request", body=oss_error(CODE, MALFORMED))
    return only_finding(exchange_capture((message("POST / HTTP/1.1", head, body), error)), "PST004")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_closed": False}, "the closing delimiter"),
        ({"content_type": "multipart/form-data"}, "states no boundary"),
        ({"content_type": "multipart/form-data; boundary=other"}, "states the boundary 'other'"),
    ],
)
def test_the_fault_of_the_shape_is_named(change: dict[str, str | bool], words: str) -> None:
    form = replace(Form(signed(policy())), **change)  # type: ignore[arg-type]
    finding = only_finding(refused_form(form, 400, CODE, MALFORMED), "PST004")
    assert words in finding.summary
    assert finding.confidence == "confirmed"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "the body is empty"),
        (b"name=value&key=a", "is nowhere in the captured body"),
        (b'--xyz\nContent-Disposition: form-data; name="key"\n\na\n--xyz--\n', "LF alone"),
        (b"--xyz\r\nContent-Disposition form-data\r\n\r\na\r\n--xyz--\r\n", "the head of part 1 is malformed"),
        (b"--xyz\r\nX-Other: 1\r\n\r\na\r\n--xyz--\r\n", "no Content-Disposition"),
        (b"--xyz\r\nContent-Disposition: form-data\r\n\r\na\r\n--xyz--\r\n", "has no name"),
        (
            b'junk\r\n--xyz\r\nContent-Disposition: form-data; name="key"\r\n\r\na\r\n--xyz--\r\n',
            "in front of the first",
        ),
    ],
)
def test_broken_bodies(body: bytes, words: str) -> None:
    assert words in raw(body).summary  # type: ignore[attr-defined]


def test_a_nested_form_is_told() -> None:
    inner = "multipart/mixed; boundary=inner"
    form = Form(signed(policy()), client=replace(BROWSER, file_type=inner))
    assert "of its own" in only_finding(refused_form(form, 400, CODE, MALFORMED), "PST004").summary


def test_a_well_formed_form_is_said_to_have_been_changed_on_the_way() -> None:
    finding = only_finding(refused_form(Form(signed(policy())), 400, CODE, MALFORMED), "PST004")
    assert "well-formed to its end" in finding.explanation


def test_nothing_else_is_told_of_it() -> None:
    capture = refused_form(Form(signed(policy()), is_closed=False), 400, CODE, MALFORMED)
    assert [finding.name for finding in faults(analyze_capture(capture))] == ["malformed-multipart"]


def test_a_form_that_was_taken_is_silent() -> None:
    assert not analyze_capture(taken_form(Form(signed(policy()))), "PST004").findings
