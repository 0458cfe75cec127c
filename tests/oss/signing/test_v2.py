import pytest

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.request import ANY_BUCKET
from osspcap.oss.signing.scheme import candidates, recognise, verify
from osspcap.oss.signing.v2 import sign_v2
from tests.build.signed import DATE, KEY_ID, SECRET, Vector, raw_request, signed, vectors, wire

HOST = "test-bucket.oss-cn-beijing.aliyuncs.com"
GOOD = "5Am2ewK1tL0gXX7GV6dwybZtj7efOEtc0Mo2FR6CkM8="


@pytest.mark.parametrize("vector", vectors("v2-header", "v2-query"), ids=lambda vector: vector["id"])
def test_known_answers_verify_from_the_wire_with_the_usual_reading(vector: Vector) -> None:
    request = signed(wire(vector))
    auth = recognise(request)
    assert auth is not None
    assert auth.scheme is (Scheme.V2_HEADER if vector["scheme"] == "v2-header" else Scheme.V2_URL)
    assert auth.problems == ()
    found = verify(request, auth, vector["secret"])
    assert found is not None
    assert found.candidate.variant == ()
    assert found.candidate.string_to_sign.decode() == vector["expected_string_to_sign"]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (f"OSS2 AccessKeyId:LTAI,Signature:{GOOD}", None),
        (f"OSS2 Signature:{GOOD}, AccessKeyId:LTAI", None),
        (f"OSS2 AccessKeyId=LTAI,Signature={GOOD}", None),
        (f"OSS2 accesskeyid:LTAI,Signature:{GOOD}", ProblemName.PART_CASE),
        ("OSS2 AccessKeyId:LTAI", ProblemName.PART_MISSING),
        (f"OSS2 Signature:{GOOD}", ProblemName.PART_MISSING),
        ("OSS2 AccessKeyId:LTAI,Signature:26NBxoKdsyly4EDv6inkoDft/yA=", ProblemName.SIGNATURE_LENGTH),
        (f"OSS2 AccessKeyId:LTAI,AdditionalHeaders:range,Signature:{GOOD}", ProblemName.ADDITIONAL_HEADER_MISSING),
    ],
)
def test_header_layouts(value: str, problem: ProblemName | None) -> None:
    auth = recognise(signed(raw_request("GET", "/k", {"Host": HOST, "Date": DATE, "Authorization": value})))
    assert auth is not None
    assert [each.name for each in auth.problems] == ([problem] if problem else [])


def test_additional_headers_are_signed_sorted_in_whatever_order_they_are_sent() -> None:
    string_to_sign = (
        f"GET\n\n\n{DATE}\nif-modified-since:{DATE}\nrange:bytes=0-9\nif-modified-since;range\n%2Ftest-bucket%2Fa%20b"
    )
    value = f"OSS2 AccessKeyId:{KEY_ID},AdditionalHeaders:range;if-modified-since"
    value += f",Signature:{sign_v2(string_to_sign.encode(), SECRET)}"
    headers = {"Host": HOST, "Date": DATE, "Range": "bytes=0-9", "If-Modified-Since": DATE, "Authorization": value}
    request = signed(raw_request("GET", "/a%20b", headers))
    auth = recognise(request)
    assert auth is not None
    found = verify(request, auth, SECRET)
    assert found is not None
    assert found.candidate.string_to_sign.decode() == string_to_sign


def test_every_query_parameter_is_signed() -> None:
    value = f"OSS2 AccessKeyId:LTAI,Signature:{GOOD}"
    request = signed(raw_request("GET", "/?prefix=x%20y&acl=&a%2Fb=1", {"Host": HOST, "Authorization": value}))
    auth = recognise(request)
    assert auth is not None
    resource = next(candidates(request, auth)).lines[-1].raw
    assert resource == b"%2Ftest-bucket%2F?a%2Fb=1&acl&prefix=x%20y"


def test_an_unknown_bucket_can_be_filled_in_later() -> None:
    value = f"OSS2 AccessKeyId:LTAI,Signature:{GOOD}"
    request = signed(raw_request("GET", "/k", {"Host": "static.example.com", "Authorization": value}))
    auth = recognise(request)
    assert auth is not None
    candidate = next(candidates(request, auth))
    assert candidate.bucket == ANY_BUCKET
    assert candidate.with_bucket(b"b").lines[-1].raw == b"%2Fb%2Fk"
