import pytest

from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import ProblemName
from osspcap.oss.signing.scheme import candidates, recognise, sign, verify
from tests.build.signed import DATE, raw_request, signed

CREDENTIAL = "LTAI/20231216/cn-beijing/s3/aws4_request"


@pytest.mark.parametrize(
    ("target", "headers", "scheme"),
    [
        ("/k", {"Authorization": "AWS LTAI:26NBxoKdsyly4EDv6inkoDft/yA="}, Scheme.S3_HEADER),
        ("/k", {"Authorization": f"AWS4-HMAC-SHA256 Credential={CREDENTIAL}, SignedHeaders=host, Signature=ab"},
         Scheme.S3_HEADER),
        ("/k?AWSAccessKeyId=LTAI&Expires=1&Signature=a", {}, Scheme.S3_URL),
        (f"/k?X-Amz-Credential={CREDENTIAL.replace('/', '%2F')}&X-Amz-Expires=1&X-Amz-Signature=a", {}, Scheme.S3_URL),
    ],
)  # fmt: skip
def test_s3_signatures_are_recognised_and_not_rebuilt(target: str, headers: dict[str, str], scheme: Scheme) -> None:
    request = signed(raw_request("GET", target, {"Host": "b.oss-cn-beijing.aliyuncs.com", "Date": DATE} | headers))
    auth = recognise(request)
    assert auth is not None
    assert (auth.scheme, auth.problems) == (scheme, ())
    assert auth.access_key_id is not None
    assert auth.access_key_id.value == "LTAI"
    assert list(candidates(request, auth)) == []
    assert verify(request, auth, "secret") is None


def test_missing_parts_are_reported() -> None:
    auth = recognise(signed(raw_request("GET", "/k?AWSAccessKeyId=LTAI", {"Host": "h"})))
    assert auth is not None
    assert [problem.name for problem in auth.problems] == [ProblemName.PART_MISSING] * 2


def test_nothing_is_signed_for_a_scheme_that_is_not_rebuilt() -> None:
    ours = signed(raw_request("GET", "/k", {"Host": "h", "Date": DATE, "Authorization": "OSS a:b"}))
    theirs = recognise(signed(raw_request("GET", "/k?AWSAccessKeyId=LTAI", {"Host": "h"})))
    auth = recognise(ours)
    assert auth is not None
    assert theirs is not None
    assert sign(next(candidates(ours, auth)), theirs, "secret") == ""
