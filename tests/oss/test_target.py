import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.target import percent_decode, split_query, split_target


@pytest.mark.parametrize(
    ("target", "path", "query", "authority"),
    [
        ("/a%2Fb", "/a%2Fb", "", ""),
        ("/a?acl&x=1", "/a", "acl&x=1", ""),
        ("//double", "//double", "", ""),
        ("/", "/", "", ""),
        ("/a?b?c", "/a", "b?c", ""),
        ("/a#frag", "/a", "", ""),
        ("http://h.example:80/k?acl", "/k", "acl", "h.example:80"),
        ("HTTPS://h.example", "/", "", "h.example"),
        ("http://h.example?uploads", "/", "uploads", "h.example"),
        ("http://user:pw@h.example/k", "/k", "", "h.example"),
        ("*", "/", "", ""),
        ("", "/", "", ""),
        ("no-slash", "/no-slash", "", ""),
    ],
)
def test_all_target_forms_are_taken_apart(target: str, path: str, query: str, authority: str) -> None:
    assert split_target(target) == (path, query, authority)


def test_connect_names_an_authority() -> None:
    assert split_target("b.oss-cn-hangzhou.aliyuncs.com:443", "CONNECT").authority.startswith("b.oss")


def test_plus_stays_a_plus_in_paths_and_becomes_a_blank_in_forms() -> None:
    assert percent_decode("a+b%2Bc%20d") == "a+b+c d"
    assert percent_decode("a+b", plus_is_blank=True) == "a b"


def test_one_round_of_decoding_only() -> None:
    assert percent_decode("a%252Fb") == "a%2Fb"
    assert percent_decode("%E7%9B%AE%2F%E5%BD%95") == "目/录"


def test_raw_utf8_bytes_and_invalid_bytes_become_text() -> None:
    assert percent_decode("目".encode().decode("latin-1")) == "目"
    assert percent_decode("%FF%FE") == "\ufffd\ufffd"
    assert percent_decode("100%") == "100%"
    assert percent_decode("%zz目") == "%zz目"


def test_bare_and_empty_query_names_are_the_same() -> None:
    assert split_query("acl&uploads=&a=1&a=2&&=x") == {"acl": "", "uploads": "", "a": "1"}
    assert split_query("x-oss%2Dprocess=v") == {"x-oss-process": "v"}


@given(st.text())
def test_any_target_is_taken_apart_into_text_that_can_be_written(target: str) -> None:
    parts = split_target(target)
    assert parts.path.startswith("/")
    split_query(parts.query)
    percent_decode(parts.path).encode("utf-8", "strict" if parts.path.isascii() else "replace")
