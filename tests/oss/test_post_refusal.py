import pytest

from osspcap.model.form import FormCause, PostForm
from osspcap.model.operation import Operation, Role
from osspcap.oss.post_conditions import evaluate
from osspcap.oss.post_form import read_form
from osspcap.oss.post_policy import read_policy
from osspcap.oss.post_refusal import Refused, refused_for, stated_condition
from tests.build.forms import FAILED, Form, policy, signed
from tests.build.http import oss_error
from tests.build.pairs import parse
from tests.build.signed import error, parsed_error

STRICT = signed(policy(["content-length-range", 0, 10]))


def refused(
    form: Form | None, code: str | None, text: str = "", ec: str | None = None, status: int = 400
) -> Refused | None:
    document = None if code is None else parsed_error(oss_error(code, text, ec=ec))
    read: PostForm | None = None
    judged = None
    if form is not None:
        head = form.head(0)
        raw = b"POST / HTTP/1.1\r\nHost: a\r\n\r\n" + form.body()
        read = read_form(parse(raw, is_request=True, frame=1), head.get("Content-Type", ""))
        part = read.likely_field("policy")
        judged = None if part is None else evaluate(read_policy(part.value), read, None)
    operation = Operation(Role.OSS, bucket="rokid", error=document, ec=ec)
    return refused_for(operation, status, read, judged, None)


WHOLE = Form(signed(policy()))


@pytest.mark.parametrize(
    ("code", "text", "cause"),
    [
        ("UserKeyMustBeSpecified", "", FormCause.FIELD_MISSING),
        ("IncorrectNumberOfFilesInPostRequest", "", FormCause.FILES),
        ("MaxPOSTPreDataLengthExceeded", "", FormCause.TOO_LONG),
        ("AccessDenied", "Invalid according to Policy: Extra input fields: x-oss-meta-a", FormCause.CONDITION_FAILED),
        ("InvalidArgument", "Invalid signing region in Authorization header.", FormCause.FIELD_MISSING),
        ("MissingArgument", "Missing the field 'file'", FormCause.FIELD_MISSING),
        ("InvalidPolicyDocument", "Invalid Policy: Invalid expiration", FormCause.POLICY_EXPIRED),
    ],
)
def test_codes_and_their_causes(code: str, text: str, cause: FormCause) -> None:
    found = refused(WHOLE, code, text)
    assert found is not None
    assert found.cause is cause


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("InvalidArgument", "The callback configuration is not json format."),
        ("InvalidArgument", "Some other argument"),
        ("EntityTooLarge", "too large"),
        ("NoSuchBucket", ""),
    ],
)
def test_what_speaks_of_something_else(code: str, text: str) -> None:
    form = Form([("key", "a"), *[pair for pair in signed(policy({"bucket": "a"})) if pair[0] != "key"]])
    assert refused(form, code, text) is None


def test_v4_names_are_those_of_v4() -> None:
    fields = [pair for pair in signed(policy(), scheme="v4") if pair[0] not in ("x-oss-signature", "x-oss-date")]
    found = refused(Form(fields), "InvalidArgument", "Post request signature is empty.")
    assert found is not None
    assert found.names == ("x-oss-date", "x-oss-signature")


def test_bounds_that_are_broken_explain_a_size() -> None:
    assert refused(Form(STRICT), "EntityTooLarge") == Refused(FormCause.LENGTH_RANGE)


@pytest.mark.parametrize(
    ("ec", "cause"),
    [
        ("0006-00000213", FormCause.POLICY_EXPIRED),
        ("0006-00000227", FormCause.CONDITION_FAILED),
        ("0006-00000107", FormCause.FIELD_MISSING),
        ("0006-00000104", FormCause.MALFORMED),
    ],
)
def test_an_ec_decides_only_without_a_document(ec: str, cause: FormCause) -> None:
    found = refused(WHOLE, None, ec=ec)
    assert found is not None
    assert found.cause is cause
    assert refused(WHOLE, "NoSuchBucket", ec=ec) is None


def test_a_form_that_breaks_nothing_is_not_blamed_for_an_answer_without_reason() -> None:
    assert refused(WHOLE, None, status=403) is None
    assert refused(Form(STRICT), None, status=403) == Refused(FormCause.LENGTH_RANGE, is_stated=False)
    assert refused(Form(STRICT), None, status=500) is None


@pytest.mark.parametrize(
    ("text", "mode", "name", "wanted"),
    [
        ('["starts-with", "$key", "user/"]', "starts-with", "key", "user/"),
        ("[“eq” , “\\$bucket” , “mingdi-bjx”]", "eq", "bucket", "mingdi-bjx"),
        ('{"bucket": "a"}', "eq", "bucket", "a"),
        ('["content-length-range", 0, 10]', "content-length-range", "", "0 to 10"),
        ('["in", "$a", ["b", "c"]]', "in", "a", "'b', 'c'"),
        ('["eq", "$a", 5]', "eq", "a", "5"),
        ('["eq", 5, "a"]', "eq", "", ""),
        ("[broken", "", "", ""),
    ],
)
def test_the_condition_that_a_message_names(text: str, mode: str, name: str, wanted: str) -> None:
    found = stated_condition(error(Message=FAILED + text))
    if text == "[broken":
        assert found is None
        return
    assert found is not None
    assert (found.mode, found.name, found.wanted) == (mode, name, wanted)


def test_a_field_too_many_is_a_condition_too() -> None:
    found = stated_condition(error(Message="Invalid according to Policy: Extra input fields: x-oss-meta-a"))
    assert found is not None
    assert found.name == "x-oss-meta-a"
    assert stated_condition(error(Message="other")) is None
