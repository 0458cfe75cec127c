import pytest

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.scheme import candidates, recognise, verify
from tests.build.signed import DATE, KEY_ID, SECRET, Vector, raw_request, signed, vectors, wire

VECTORS = vectors("v1-header")
HOST = "test-bucket.oss-cn-beijing.aliyuncs.com"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_known_answers_verify_from_the_wire_with_the_usual_reading(vector: Vector) -> None:
    request = signed(wire(vector))
    auth = recognise(request)
    assert auth is not None
    assert (auth.scheme, auth.problems, auth.others) == (Scheme.V1_HEADER, (), ())
    found = verify(request, auth, vector["secret"])
    assert found is not None
    assert found.as_captured
    assert found.candidate.variant == ()
    assert found.candidate.string_to_sign.decode() == vector["expected_string_to_sign"]


def test_a_resource_with_a_chinese_key_is_signed_decoded() -> None:
    raw = raw_request("PUT", "/%E4%B8%AD%2Fa+b%2Bc.txt", {"Host": HOST, "Date": DATE, "Authorization": "OSS a:b"})
    request = signed(raw)
    auth = recognise(request)
    assert auth is not None
    assert next(candidates(request, auth)).lines[-1].raw == "/test-bucket/中/a+b+c.txt".encode()


def test_absent_headers_leave_empty_lines() -> None:
    request = signed(raw_request("GET", "/", {"Host": HOST, "Authorization": "OSS a:b"}))
    auth = recognise(request)
    assert auth is not None
    assert next(candidates(request, auth)).string_to_sign == b"GET\n\n\n\n/test-bucket/"
    assert auth.has(ProblemName.DATE_MISSING)


def test_the_signature_over_date_is_accepted_where_x_oss_date_is_there_too() -> None:
    # The Go and PHP SDKs sign the Date header although x-oss-date is present.
    headers = {"Host": HOST, "Date": DATE, "x-oss-date": "Sat, 16 Dec 2023 16:20:58 GMT", "Authorization": "OSS a:b"}
    request = signed(raw_request("GET", "/k", headers))
    auth = recognise(request)
    assert auth is not None
    first, second, *_ = candidates(request, auth)
    assert first.lines[3].raw == b"Sat, 16 Dec 2023 16:20:58 GMT"
    assert (second.lines[3].raw, second.variant) == (DATE.encode(), ("date-header",))


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("OSS :26NBxoKdsyly4EDv6inkoDft/yA=", ProblemName.PART_MISSING),
        ("OSS LTAI", ProblemName.PART_MISSING),
        ("OSS LTAI:", ProblemName.PART_MISSING),
        ("OSS LT AI:26NBxoKdsyly4EDv6inkoDft/yA=", ProblemName.ACCESS_KEY_ID_BLANK),
        ("OSS LTAI :26NBxoKdsyly4EDv6inkoDft/yA=", ProblemName.ACCESS_KEY_ID_BLANK),
        ("OSS <LTAI>:26NBxoKdsyly4EDv6inkoDft/yA=", ProblemName.ACCESS_KEY_ID_CHARACTERS),
        ("OSS LTAI:26NBxoKdsyly4EDv6inkoDft/y", ProblemName.SIGNATURE_LENGTH),
        ("OSS LTAI:26NBxoKdsyly4EDv6inkoDft", ProblemName.SIGNATURE_LENGTH),
        ("OSS LTAI:26NBxoKdsyly4EDv6inkoDft%2FyA%3D", ProblemName.SIGNATURE_NOT_BASE64),
        ("oss LTAI:26NBxoKdsyly4EDv6inkoDft/yA=", ProblemName.SCHEME_CASE),
        ("OSSLTAI:26NBxoKdsyly4EDv6inkoDft/yA=", ProblemName.SCHEME_MALFORMED),
        ("OSS LTAI:26NBxoKdsyly4EDv6inkoDft/yA=, OSS LTAI:26NBxoKdsyly4EDv6inkoDft/yA=", ProblemName.HEADER_REPEATED),
    ],
)
def test_malformed_headers_are_read_as_far_as_they_go(value: str, problem: ProblemName) -> None:
    auth = recognise(signed(raw_request("GET", "/k", {"Host": HOST, "Date": DATE, "Authorization": value})))
    assert auth is not None
    assert auth.scheme is Scheme.V1_HEADER
    assert [each.name for each in auth.problems] == [problem]


def test_a_header_cut_behind_its_scheme_lacks_everything() -> None:
    auth = recognise(signed(raw_request("GET", "/k", {"Host": HOST, "Date": DATE, "Authorization": "OSS"})))
    assert auth is not None
    assert [each.name for each in auth.problems] == [ProblemName.PART_MISSING] * 2


def test_a_wrong_secret_verifies_nothing() -> None:
    request = signed(wire(VECTORS[0]))
    auth = recognise(request)
    assert auth is not None
    assert verify(request, auth, VECTORS[0]["secret"] + "x") is None


def test_neither_signature_nor_token_shows_in_a_repr() -> None:
    headers = {"Host": HOST, "Date": DATE, "x-oss-security-token": "tok-en", "Authorization": f"OSS {KEY_ID}:{SECRET}"}
    auth = recognise(signed(raw_request("GET", "/k", headers)))
    assert auth is not None
    assert auth.token is not None
    assert SECRET not in repr(auth)
    assert "tok-en" not in repr(auth)
