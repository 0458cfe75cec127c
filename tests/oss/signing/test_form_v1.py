import pytest

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.scheme import candidates, recognise, verify
from osspcap.oss.signing.v2 import sign_v2
from tests.build.signed import KEY_ID, SECRET, field, raw_request, signed, vector

VECTOR = vector("post-v1-java-in-notin")
HOST = "gen-post-policy.oss-cn-hangzhou.aliyuncs.com"
REQUEST = signed(raw_request("POST", "/", {"Host": HOST}))
FORM = {
    "OSSAccessKeyId": str(VECTOR["access_key_id"]),
    "policy": str(VECTOR["policy_base64"]),
    "Signature": str(VECTOR["expected_signature"]),
}


def form(**changed: str) -> dict[str, str]:
    return FORM | changed


def test_the_known_answer_verifies() -> None:
    auth = recognise(REQUEST, {name: field(value) for name, value in FORM.items()})
    assert auth is not None
    assert (auth.scheme, auth.problems) == (Scheme.POST_V1, ())
    found = verify(REQUEST, auth, str(VECTOR["secret"]))
    assert found is not None
    assert found.candidate.string_to_sign.decode() == VECTOR["expected_string_to_sign"]
    assert [line.role for line in found.candidate.lines] == ["policy"]


def test_one_byte_of_policy_or_secret_breaks_it() -> None:
    fields = {name: field(value) for name, value in form(policy=FORM["policy"][:-3] + "A==").items()}
    auth = recognise(REQUEST, fields)
    assert auth is not None
    assert verify(REQUEST, auth, str(VECTOR["secret"])) is None
    intact = recognise(REQUEST, {name: field(value) for name, value in FORM.items()})
    assert intact is not None
    assert verify(REQUEST, intact, str(VECTOR["secret"])[:-1]) is None


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ({"policy": FORM["policy"], "Signature": FORM["Signature"]}, [ProblemName.PART_MISSING]),
        ({"OSSAccessKeyId": "AAAA", "Signature": FORM["Signature"]}, [ProblemName.PART_MISSING]),
        ({"OSSAccessKeyId": "AAAA", "policy": FORM["policy"]}, [ProblemName.PART_MISSING]),
        (form(Signature=""), [ProblemName.PART_MISSING]),
        (form(Signature="AAAA"), [ProblemName.SIGNATURE_LENGTH]),
        ({"ossaccesskeyid": "AAAA", "Policy": FORM["policy"], "signature": FORM["Signature"]},
         [ProblemName.PART_CASE] * 3),
    ],
)  # fmt: skip
def test_fields_are_checked(fields: dict[str, str], problems: list[ProblemName]) -> None:
    auth = recognise(REQUEST, {name: field(value) for name, value in fields.items()})
    assert auth is not None
    assert [problem.name for problem in auth.problems] == problems


def test_a_v2_form_is_verified_with_sha256() -> None:
    fields = {
        "x-oss-signature-version": "OSS2",
        "x-oss-access-key-id": KEY_ID,
        "policy": FORM["policy"],
        "x-oss-signature": sign_v2(FORM["policy"].encode(), SECRET),
    }
    auth = recognise(REQUEST, {name: field(value) for name, value in fields.items()})
    assert auth is not None
    assert (auth.scheme, auth.problems) == (Scheme.POST_V2, ())
    assert verify(REQUEST, auth, SECRET) is not None


def test_an_anonymous_form_has_no_authentication() -> None:
    assert recognise(REQUEST, {"key": field("a.txt")}) is None


def test_without_a_policy_there_is_nothing_to_rebuild() -> None:
    auth = recognise(REQUEST, {"OSSAccessKeyId": field("AAAA"), "Signature": field(FORM["Signature"])})
    assert auth is not None
    assert list(candidates(REQUEST, auth)) == []
