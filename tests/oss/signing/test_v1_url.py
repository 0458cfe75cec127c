import pytest

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.scheme import candidates, recognise, verify
from osspcap.oss.signing.v1_string import sign_v1
from tests.build.signed import KEY_ID, SECRET, Vector, raw_request, signed, vectors, wire

HOST = "test-bucket.oss-cn-beijing.aliyuncs.com"
SIGNED = "OSSAccessKeyId=LTAI&Expires=1702747257&Signature=54DcuwaV5WbA5Om7qmUvSqDKyN4%3D"


@pytest.mark.parametrize("vector", vectors("v1-query"), ids=lambda vector: vector["id"])
def test_known_answers_verify_from_the_wire_with_the_usual_reading(vector: Vector) -> None:
    request = signed(wire(vector))
    auth = recognise(request)
    assert auth is not None
    assert (auth.scheme, auth.problems) == (Scheme.V1_URL, ())
    found = verify(request, auth, vector["secret"])
    assert found is not None
    assert found.candidate.variant == ()
    assert found.candidate.string_to_sign.decode() == vector["expected_string_to_sign"]
    assert found.candidate.line("expires") is not None


@pytest.mark.parametrize(
    ("query", "problems"),
    [
        (SIGNED, []),
        ("OSSAccessKeyId=LTAI&Expires=1702747257", [ProblemName.PART_MISSING]),
        ("OSSAccessKeyId=LTAI&Signature=54DcuwaV5WbA5Om7qmUvSqDKyN4%3D", [ProblemName.PART_MISSING]),
        ("Expires=1&Signature=54DcuwaV5WbA5Om7qmUvSqDKyN4%3D", [ProblemName.PART_MISSING]),
        ("OSSAccessKeyId=&Expires=1&Signature=54DcuwaV5WbA5Om7qmUvSqDKyN4%3D", [ProblemName.PART_MISSING]),
        (SIGNED.replace("1702747257", "2023-12-16"), [ProblemName.EXPIRES_NOT_NUMBER]),
        (SIGNED.replace("%3D", "%253D"), [ProblemName.SIGNATURE_NOT_BASE64]),
        (SIGNED + "&Expires=2", [ProblemName.PART_REPEATED]),
        (SIGNED.replace("&", "&amp;"), [ProblemName.QUERY_HTML_ESCAPED] * 2),
    ],
)
def test_parameters_are_checked_by_form(query: str, problems: list[ProblemName]) -> None:
    auth = recognise(signed(raw_request("GET", f"/k?{query}", {"Host": HOST})))
    assert auth is not None
    assert auth.scheme is Scheme.V1_URL
    assert [problem.name for problem in auth.problems] == problems


def test_a_signature_parameter_of_another_service_is_no_url_signature() -> None:
    target = "/?Action=AssumeRole&AccessKeyId=LTAI&Signature=abc&SignatureMethod=HMAC-SHA1"
    assert recognise(signed(raw_request("GET", target, {"Host": "sts.aliyuncs.com"}))) is None


def presigned(method: str, string_to_sign: str, target: str, headers: dict[str, str]) -> bytes:
    """A URL signed over `string_to_sign`, sent with whatever target and headers."""
    signature = sign_v1(string_to_sign.encode(), SECRET).replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    glue = "&" if "?" in target else "?"
    signature_query = f"{glue}OSSAccessKeyId={KEY_ID}&Expires=1702747257&Signature={signature}"
    return raw_request(method, target + signature_query, {"Host": HOST} | headers)


@pytest.mark.parametrize(
    ("string_to_sign", "target", "headers", "variant"),
    [
        ("PUT\n\n\n1702747257\n/test-bucket/a", "/a", {"Content-Type": "text/plain"}, "content-type-not-signed"),
        ("PUT\n\n\n1702747257\n/test-bucket/a", "/a?acl", {}, "query-acl-not-signed"),
        ("PUT\n\n\n1702747257\n/test-bucket/a%2Fb", "/a%2Fb", {}, "path-as-sent"),
        ("PUT\n\n\n1702747257\n/test-bucket/a b", "/a+b", {}, "plus-as-blank"),
        (
            "PUT\n\n\n1702747257\n/test-bucket/a",
            "/a",
            {"x-oss-range-behavior": "standard"},
            "x-oss-range-behavior-not-signed",
        ),
        ("PUT\n\ntext/html\n1702747257\n/test-bucket/a", "/a", {"Content-Type": "text/html; charset=utf-8"},
         "content-type-without-parameters"),
    ],
)  # fmt: skip
def test_what_was_changed_after_signing_is_found_with_the_secret(
    string_to_sign: str, target: str, headers: dict[str, str], variant: str
) -> None:
    request = signed(presigned("PUT", string_to_sign, target, headers))
    auth = recognise(request)
    assert auth is not None
    found = verify(request, auth, SECRET)
    assert found is not None
    assert not found.as_captured
    assert found.candidate.variant == (variant,)
    assert found.candidate.string_to_sign.decode() == string_to_sign


def test_a_signature_encoded_twice_verifies_but_not_as_captured() -> None:
    raw = presigned("GET", "GET\n\n\n1702747257\n/test-bucket/a", "/a", {}).replace(b"%3D", b"%253D")
    request = signed(raw)
    auth = recognise(request)
    assert auth is not None
    found = verify(request, auth, SECRET)
    assert found is not None
    assert found.signature_altered
    assert not found.as_captured


def test_the_signature_itself_is_never_signed() -> None:
    request = signed(raw_request("GET", f"/k?{SIGNED}&prefix=x", {"Host": HOST}))
    auth = recognise(request)
    assert auth is not None
    assert [each.string_to_sign for each in candidates(request, auth)] == [b"GET\n\n\n1702747257\n/test-bucket/k"]
