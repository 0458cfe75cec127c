import base64
import hashlib

from tests.build.analyze import analyze_capture, faults, only_finding
from tests.build.forms import PICTURE, Form, policy, refused_form, signed, taken_form

TEXT = "The Content-MD5 you specified was invalid."


def digest(raw: bytes) -> str:
    return base64.b64encode(hashlib.md5(raw).digest()).decode()


def test_the_digest_of_the_file_is_not_that_of_the_form() -> None:
    form = Form(signed(policy()), headers={"Content-MD5": digest(PICTURE)})
    finding = only_finding(refused_form(form, 400, "InvalidDigest", TEXT), "PST016")
    assert (finding.severity, "MD5 of the file alone" in finding.explanation) == ("error", True)
    assert digest(form.body()) in [item.expected for item in finding.evidence]


def test_a_digest_that_fits_the_captured_body_was_broken_on_the_way() -> None:
    form = Form(signed(policy()))
    form.headers = {"Content-MD5": digest(form.body())}
    assert (
        "changed between here and OSS"
        in only_finding(refused_form(form, 400, "InvalidDigest", TEXT), "PST016").explanation
    )


def test_a_digest_in_a_field_checks_nothing() -> None:
    capture = taken_form(Form([*signed(policy()), ("Content-MD5", digest(PICTURE))]))
    assert only_finding(capture, "PST016").severity == "warning"


def test_a_right_digest_in_the_header_is_silent() -> None:
    form = Form(signed(policy()))
    form.headers = {"Content-MD5": digest(form.body())}
    assert not faults(analyze_capture(taken_form(form)))
