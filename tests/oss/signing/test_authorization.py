import pytest

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.authorization import parse_authorization
from tests.build.signed import raw_request, signed

B64_20, B64_32, HEX = "26NBxoKdsyly4EDv6inkoDft/yA=", "5Am2ewK1tL0gXX7GV6dwybZtj7efOEtc0Mo2FR6CkM8=", "ab" * 32
V4 = f"Credential=ak/20231216/cn-x/oss/aliyun_v4_request,Signature={HEX}"


@pytest.mark.parametrize(
    ("value", "scheme", "problems", "name"),
    [
        (f"OSS ak:{B64_20}", Scheme.V1_HEADER, [], "OSS"),
        (f"OSS  ak:{B64_20}", Scheme.V1_HEADER, [ProblemName.ACCESS_KEY_ID_BLANK], "OSS"),
        (f"Oss ak:{B64_20}", Scheme.V1_HEADER, [ProblemName.SCHEME_CASE], "Oss"),
        (f"OSS2 AccessKeyId:ak,Signature:{B64_32}", Scheme.V2_HEADER, [], "OSS2"),
        (f"OSS4-HMAC-SHA256 {V4}", Scheme.V4_HEADER, [], "OSS4-HMAC-SHA256"),
        (f"oss4-hmac-sha256 {V4}", Scheme.V4_HEADER, [ProblemName.SCHEME_CASE], "oss4-hmac-sha256"),
        (f"OSS4-HMAC-SHA256,{V4}", Scheme.V4_HEADER, [ProblemName.SCHEME_MALFORMED], "OSS4-HMAC-SHA256"),
        (f"OSS:ak:{B64_20}", Scheme.V1_HEADER, [ProblemName.SCHEME_MALFORMED], "OSS"),
        (f"AWS ak:{B64_20}", Scheme.S3_HEADER, [], "AWS"),
        (f"AWS4-HMAC-SHA256 Credential=ak/1/2/s3/aws4_request, SignedHeaders=host, Signature={HEX}", Scheme.S3_HEADER,
         [], "AWS4-HMAC-SHA256"),
        ("Basic dTpw", Scheme.UNKNOWN, [ProblemName.SCHEME_FOREIGN], ""),
        ("bearer abc", Scheme.UNKNOWN, [ProblemName.SCHEME_FOREIGN], ""),
        ("LTAI:26NB", Scheme.UNKNOWN, [ProblemName.SCHEME_UNKNOWN], ""),
        ("", Scheme.UNKNOWN, [ProblemName.HEADER_EMPTY], ""),
    ],
)  # fmt: skip
def test_schemes_are_told_by_their_first_word(
    value: str, scheme: Scheme, problems: list[ProblemName], name: str
) -> None:
    (found,) = parse_authorization(signed(raw_request("GET", "/", {"Authorization": value})))
    assert found.scheme is scheme
    assert [problem.name for problem in found.problems] == problems
    if name:
        assert found.name == name


def test_every_line_is_read_and_the_repetition_reported_once() -> None:
    headers = [("Authorization", f"OSS ak:{B64_20}"), ("AUTHORIZATION", "Basic dTpw")]
    first, second = parse_authorization(signed(raw_request("GET", "/", headers)))
    assert first.has(ProblemName.HEADER_REPEATED)
    assert second.has(ProblemName.SCHEME_FOREIGN)


def test_problems_point_at_the_packet_of_the_header() -> None:
    (found,) = parse_authorization(signed(raw_request("GET", "/", {"Authorization": "oss a:b"})))
    seen = found.problems[0].seen
    assert seen is not None
    assert (seen.frame, seen.field) == (1, "request header Authorization")
