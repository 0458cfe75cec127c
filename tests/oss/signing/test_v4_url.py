import pytest

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.scheme import recognise, verify
from tests.build.signed import STAMP, Vector, raw_request, signed, vectors, wire

HOST = "test-bucket.oss-cn-beijing.aliyuncs.com"
QUERY = (
    "x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=LTAI%2F20231216%2Fcn-beijing%2Foss%2Faliyun_v4_request"
    f"&x-oss-date={STAMP}&x-oss-expires=600&x-oss-signature={'ab' * 32}"
)


@pytest.mark.parametrize("vector", vectors("v4-query"), ids=lambda vector: vector["id"])
def test_known_answers_verify_from_the_wire_with_the_usual_reading(vector: Vector) -> None:
    request = signed(wire(vector))
    auth = recognise(request)
    assert auth is not None
    assert (auth.scheme, auth.problems) == (Scheme.V4_URL, ())
    found = verify(request, auth, vector["secret"])
    assert found is not None
    assert found.candidate.variant == ()
    assert found.candidate.string_to_sign.decode() == vector["expected_string_to_sign"]
    canonical = found.candidate.canonical_request
    assert canonical is not None
    assert canonical.decode() == vector["expected_canonical_request"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("", "", None),
        ("x-oss-expires=600", "x-oss-expires=604800", None),
        ("x-oss-expires=600", "x-oss-expires=604801", ProblemName.EXPIRES_OUT_OF_RANGE),
        ("x-oss-expires=600", "x-oss-expires=0", ProblemName.EXPIRES_OUT_OF_RANGE),
        ("x-oss-expires=600", "x-oss-expires=soon", ProblemName.EXPIRES_NOT_NUMBER),
        ("x-oss-expires=600", "x-oss-expires=", ProblemName.PART_MISSING),
        ("&x-oss-expires=600", "", ProblemName.PART_MISSING),
        (f"&x-oss-date={STAMP}", "", ProblemName.PART_MISSING),
        ("x-oss-signature-version=OSS4-HMAC-SHA256&", "", ProblemName.PART_MISSING),
        ("%2Foss%2F", "%2F", ProblemName.CREDENTIAL_MALFORMED),
        ("abab", "abxx", ProblemName.SIGNATURE_NOT_HEX),
    ],
)
def test_parameters_are_checked_by_form(old: str, new: str, problem: ProblemName | None) -> None:
    auth = recognise(signed(raw_request("GET", "/k?" + QUERY.replace(old, new, 1), {"Host": HOST})))
    assert auth is not None
    assert auth.scheme is Scheme.V4_URL
    assert [each.name for each in auth.problems] == ([problem] if problem else [])


def test_an_unknown_version_is_reported_and_not_guessed() -> None:
    auth = recognise(signed(raw_request("GET", "/k?x-oss-signature-version=OSS9&x-oss-signature=a", {"Host": HOST})))
    assert auth is not None
    assert auth.scheme is Scheme.UNKNOWN
    assert auth.has(ProblemName.VERSION_UNKNOWN)
