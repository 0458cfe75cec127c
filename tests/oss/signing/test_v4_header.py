import pytest

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.scheme import candidates, recognise, verify
from tests.build.signed import DATE, STAMP, Vector, raw_request, signed, vectors, wire

HOST = "test-bucket.oss-cn-beijing.aliyuncs.com"
SIGNATURE = "0123456789abcdef" * 4
CREDENTIAL = "LTAI/20231216/cn-beijing/oss/aliyun_v4_request"


@pytest.mark.parametrize("vector", vectors("v4-header"), ids=lambda vector: vector["id"])
def test_known_answers_verify_from_the_wire_with_the_usual_reading(vector: Vector) -> None:
    request = signed(wire(vector))
    auth = recognise(request)
    assert auth is not None
    assert (auth.scheme, auth.problems) == (Scheme.V4_HEADER, ())
    found = verify(request, auth, vector["secret"])
    assert found is not None
    assert found.candidate.variant == ()
    assert found.candidate.string_to_sign.decode() == vector["expected_string_to_sign"]
    canonical = found.candidate.canonical_request
    assert canonical is not None
    assert canonical.decode() == vector["expected_canonical_request"]


@pytest.mark.parametrize(
    ("parameters", "problems"),
    [
        (f"Credential={CREDENTIAL},Signature={SIGNATURE}", []),
        (f"Credential={CREDENTIAL}, Signature={SIGNATURE}, AdditionalHeaders=host", []),
        (f"Credential={CREDENTIAL},AdditionalHeaders=host,Signature={SIGNATURE}", []),
        (f"  Signature={SIGNATURE} ,   Credential={CREDENTIAL}  ", []),
        (f"Credential={CREDENTIAL} Signature={SIGNATURE}", []),
        (f"credential={CREDENTIAL},signature={SIGNATURE}", [ProblemName.PART_CASE] * 2),
        (f'Credential="{CREDENTIAL}",Signature={SIGNATURE}', [ProblemName.PART_QUOTED]),
        (f"Credential={CREDENTIAL}", [ProblemName.PART_MISSING]),
        (f"Signature={SIGNATURE}", [ProblemName.PART_MISSING]),
        ("", [ProblemName.PART_MISSING] * 2),
        (f"Credential={CREDENTIAL},Signature={SIGNATURE[:40]}", [ProblemName.SIGNATURE_LENGTH]),
        (f"Credential={CREDENTIAL},Signature={SIGNATURE.upper()}", [ProblemName.SIGNATURE_NOT_HEX]),
        (f"Credential={CREDENTIAL},Signature={SIGNATURE[:63]}z", [ProblemName.SIGNATURE_NOT_HEX]),
        (f"Credential=LTAI/20231216/cn-beijing/oss,Signature={SIGNATURE}", [ProblemName.CREDENTIAL_MALFORMED]),
        (f"Credential=LTAI,Signature={SIGNATURE}", [ProblemName.CREDENTIAL_MALFORMED]),
        (f"Credential={CREDENTIAL.replace('20231216', '2023-12-16')},Signature={SIGNATURE}",
         [ProblemName.SCOPE_DATE_MALFORMED]),
        (f"Credential={CREDENTIAL.replace('aliyun_v4', 'aws4')},Signature={SIGNATURE}",
         [ProblemName.CREDENTIAL_MALFORMED]),
        (f"Credential={CREDENTIAL.replace('cn-beijing', '')},Signature={SIGNATURE}", [ProblemName.PART_MISSING]),
        (f"Credential={CREDENTIAL},Signature={SIGNATURE},Nonsense=1", [ProblemName.PART_UNKNOWN]),
        (f"Credential={CREDENTIAL},Signature={SIGNATURE},Signature={SIGNATURE}", [ProblemName.PART_REPEATED]),
        (f"Credential={CREDENTIAL},AdditionalHeaders=range,Signature={SIGNATURE}",
         [ProblemName.ADDITIONAL_HEADER_MISSING]),
    ],
)  # fmt: skip
def test_header_layouts(parameters: str, problems: list[ProblemName]) -> None:
    headers = {"Host": HOST, "x-oss-date": STAMP, "Authorization": f"OSS4-HMAC-SHA256 {parameters}"}
    auth = recognise(signed(raw_request("GET", "/k", headers)))
    assert auth is not None
    assert auth.scheme is Scheme.V4_HEADER
    assert [problem.name for problem in auth.problems] == problems


def test_scope_and_key_are_facts_with_their_place() -> None:
    value = f"OSS4-HMAC-SHA256 Credential={CREDENTIAL},Signature={SIGNATURE}"
    auth = recognise(signed(raw_request("GET", "/k", {"Host": HOST, "x-oss-date": STAMP, "Authorization": value})))
    assert auth is not None
    assert auth.scope is not None
    assert (auth.scope.date, auth.scope.region, auth.scope.product) == ("20231216", "cn-beijing", "oss")
    assert auth.access_key_id is not None
    assert (auth.access_key_id.value, auth.access_key_id.frame) == ("LTAI", 1)
    assert auth.signed_at is not None
    assert auth.signed_at.field == "request header x-oss-date"


def test_the_date_header_is_the_timestamp_where_there_is_no_x_oss_date() -> None:
    # The Go SDK 3 sends its RFC 1123 date and signs it as it stands.
    value = f"OSS4-HMAC-SHA256 Credential={CREDENTIAL},Signature={SIGNATURE}"
    request = signed(raw_request("GET", "/k", {"Host": HOST, "Date": DATE, "Authorization": value}))
    auth = recognise(request)
    assert auth is not None
    assert next(candidates(request, auth)).lines[1].raw == DATE.encode()
