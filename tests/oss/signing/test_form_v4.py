import pytest

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.scheme import recognise, verify
from tests.build.signed import field, raw_request, signed, vector

VECTOR = vector("post-v4-ali-oss-generated")
REQUEST = signed(raw_request("POST", "/", {"Host": "examplebucket.oss-cn-hangzhou.aliyuncs.com"}))
FORM = dict(VECTOR["form_fields"]) | {
    "policy": str(VECTOR["policy_base64"]),
    "x-oss-signature": str(VECTOR["expected_signature"]),
}


def test_the_known_answer_verifies() -> None:
    auth = recognise(REQUEST, {name: field(value) for name, value in FORM.items()})
    assert auth is not None
    assert (auth.scheme, auth.problems) == (Scheme.POST_V4, ())
    assert auth.access_key_id is not None
    assert auth.access_key_id.value == "ak"
    assert auth.signed_at is not None
    assert verify(REQUEST, auth, str(VECTOR["secret"])) is not None
    assert verify(REQUEST, auth, str(VECTOR["secret"]) + "x") is None


def test_another_region_in_the_credential_breaks_it() -> None:
    fields = FORM | {"x-oss-credential": FORM["x-oss-credential"].replace("hangzhou", "beijing")}
    auth = recognise(REQUEST, {name: field(value) for name, value in fields.items()})
    assert auth is not None
    assert verify(REQUEST, auth, str(VECTOR["secret"])) is None


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"x-oss-date": ""}, [ProblemName.PART_MISSING]),
        ({"x-oss-credential": "ak"}, [ProblemName.CREDENTIAL_MALFORMED]),
        ({"x-oss-signature": "kSHKmLxlyEAKtZPkJhG9bZb5k7M="}, [ProblemName.SIGNATURE_NOT_HEX]),
    ],
)
def test_fields_are_checked(changed: dict[str, str], problems: list[ProblemName]) -> None:
    auth = recognise(REQUEST, {name: field(value) for name, value in (FORM | changed).items()})
    assert auth is not None
    assert [problem.name for problem in auth.problems] == problems
