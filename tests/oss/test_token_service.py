from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.operation import Scheme
from osspcap.oss.head import Head
from osspcap.oss.token_service import read_call, read_request_id
from tests.build.http import request, response
from tests.build.pairs import parse


def head_of(method: str = "GET", target: str = "/", body: bytes = b"", **headers: str) -> Head:
    return Head(parse(request(method, target, host="sts.aliyuncs.com", body=body, **headers), is_request=True, frame=1))


def test_action_and_key_come_from_the_query_the_form_or_the_headers() -> None:
    in_query = read_call(head_of(), {"Action": "AssumeRole", "AccessKeyId": "LTAI"})
    in_form = read_call(head_of("POST", body=b"Action=AssumeRole&AccessKeyId=LTAI"), {})
    in_header = read_call(
        head_of("POST", x_acs_action="AssumeRole", Authorization="ACS3-HMAC-SHA256 Credential=LTAI,Signature=x"), {}
    )
    for call in (in_query, in_form, in_header):
        assert call.action == "AssumeRole"
        assert call.signature is not None
        assert (call.signature.scheme, call.signature.access_key_id) == (Scheme.UNKNOWN, "LTAI")


def test_a_call_without_action_is_unknown() -> None:
    assert read_call(head_of(), {}) == ("unknown", None)
    assert read_call(head_of(), {"Action": "<script>"}).action == "unknown"


def test_the_request_id_of_a_good_answer_is_read_from_xml_and_json() -> None:
    for content in (b'{"RequestId": "964E0EC5-575B"}', b"<R><RequestId> 964E0EC5-575B </RequestId></R>"):
        seen = read_request_id(parse(response(body=content), is_request=False, frame=2))
        assert seen is not None
        assert (seen.value, seen.frame) == ("964E0EC5-575B", 2)
    assert read_request_id(parse(response(body=b"{}"), is_request=False, frame=2)) is None


@given(st.binary(max_size=200))
def test_no_body_raises(body: bytes) -> None:
    read_call(head_of("POST", body=body), {})
    read_request_id(parse(response(body=b'{"RequestId":' + body), is_request=False, frame=2))
