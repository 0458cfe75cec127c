import pytest

from osspcap.oss.signing.scheme import candidates, hypotheses, recognise, verify
from osspcap.oss.signing.v1_string import sign_v1, subresource_choices
from tests.build.signed import DATE, KEY_ID, SECRET, raw_request, signed

HOST = "test-bucket.oss-cn-beijing.aliyuncs.com"


def subresources(query: str, *, hypothetical: bool = False) -> dict[str, bytes]:
    """Readings of a query by their names."""
    request = signed(raw_request("GET", f"/k?{query}", {"Host": HOST}))
    return {
        choice.name: choice.value for choice in subresource_choices(request) if choice.is_hypothesis is hypothetical
    }


@pytest.mark.parametrize(
    ("query", "signed_part"),
    [
        ("", b""),
        ("acl", b"acl"),
        ("acl=", b"acl"),
        ("uploads=", b"uploads"),
        ("prefix=a&marker=&max-keys=100&delimiter=%2F&encoding-type=url", b""),
        ("uploadId=A&partNumber=7", b"partNumber=7&uploadId=A"),
        ("response-content-type=text%2Fplain&foo=bar", b"response-content-type=text/plain"),
        ("list-type=2&continuation-token=x%3D", b"continuation-token=x="),
        ("x-oss-process=image%2Fresize%2Cw_100", b"x-oss-process=image/resize,w_100"),
        ("x-oss-unheard-of=1", b"x-oss-unheard-of=1"),
        ("security-token=a%2Bb%2Fc%3D%3D&versionId=v", b"security-token=a+b/c==&versionId=v"),
        ("%61cl", b"acl"),
    ],
)
def test_usual_reading_signs_known_subresources_decoded_and_sorted(query: str, signed_part: bytes) -> None:
    assert subresources(query)[""] == signed_part


def test_names_of_the_prefix_only_are_also_read_as_unsigned() -> None:
    assert subresources("acl&x-oss-unheard-of=1")["subresources-of-union"] == b"acl"


def test_java_writes_an_equals_sign_behind_an_empty_value() -> None:
    assert subresources("uploads=")["empty-value-with-equals-sign"] == b"uploads="


def test_lists_of_sdks_are_hypotheses_where_they_differ() -> None:
    readings = subresources("versionId=1&callback=e30&acl", hypothetical=True)
    assert readings["subresources-of-aliyun-sdk-c"] == b"acl"
    assert readings["query-callback-not-signed"] == b"acl&versionId=1"
    assert "subresources-of-aliyun-sdk-go" not in readings  # the same as the usual reading


def test_javascript_signs_whatever_its_caller_calls_a_subresource() -> None:
    assert subresources("acl&custom=1", hypothetical=True)["whole-query-signed"] == b"acl&custom=1"


def test_a_c_client_that_sends_a_callback_is_caught_signing_without_it() -> None:
    string_to_sign = f"GET\n\n\n{DATE}\n/test-bucket/k"
    headers = {"Host": HOST, "Date": DATE, "Authorization": f"OSS {KEY_ID}:{sign_v1(string_to_sign.encode(), SECRET)}"}
    headers["User-Agent"] = "aliyun-sdk-c/3.11.2(Compatible Unknown)"
    request = signed(raw_request("GET", "/k?callback=e30%3D", headers))
    auth = recognise(request)
    assert auth is not None
    found = verify(request, auth, SECRET)
    assert found is not None
    assert found.candidate.is_hypothesis
    assert found.candidate.variant == ("subresources-of-aliyun-sdk-c",)


def test_every_signed_line_names_where_the_request_shows_it() -> None:
    headers = {"Host": HOST, "Content-Type": "a/b", "X-OSS-Meta-A": "1", "Date": DATE, "Authorization": "OSS a:b"}
    request = signed(raw_request("PUT", "/k?acl", headers))
    auth = recognise(request)
    assert auth is not None
    lines = next(candidates(request, auth)).lines
    assert [(line.role, line.seen and line.seen.field) for line in lines] == [
        ("method", "request line"),
        ("content-md5", None),
        ("content-type", "request header Content-Type"),
        ("date", "request header Date"),
        ("header x-oss-meta-a", "request header X-OSS-Meta-A"),
        ("resource", "request line"),
    ]


def test_a_get_that_was_a_head_is_found_with_the_secret() -> None:
    signature = sign_v1(f"HEAD\n\n\n{DATE}\n/test-bucket/k".encode(), SECRET)
    headers = {"Host": HOST, "Date": DATE, "Authorization": f"OSS {KEY_ID}:{signature}"}
    request = signed(raw_request("GET", "/k", headers))
    auth = recognise(request)
    assert auth is not None
    found = verify(request, auth, SECRET)
    assert found is not None
    assert found.candidate.variant == ("method-HEAD",)


def test_single_alterations_come_before_pairs() -> None:
    headers = {"Host": HOST, "Content-Type": "a/b", "Content-MD5": "x", "Date": DATE, "Authorization": "OSS a:b"}
    request = signed(raw_request("PUT", "/a%2Fb?acl", headers))
    auth = recognise(request)
    assert auth is not None
    counts = [len(candidate.variant) for candidate in hypotheses(request, auth)]
    assert counts == sorted(counts)
    assert max(counts) == 2
