import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.callback_url import address_fault, split_urls


@pytest.mark.parametrize(
    ("url", "shown", "host", "port"),
    [
        ("http://app.example.com:8080/cb.php?token=1", "app.example.com:8080/cb.php", "app.example.com", 8080),
        ("https://me:pw@App.example.com/cb#x", "App.example.com/cb", "app.example.com", 443),
        ("8.8.8.8:9090", "8.8.8.8:9090", "8.8.8.8", 9090),
        ("www.oss-callback.com/test.php", "www.oss-callback.com/test.php", "www.oss-callback.com", 80),
    ],
)
def test_a_url_is_taken_apart_without_user_and_query(url: str, shown: str, host: str, port: int) -> None:
    (target,), faults = split_urls(url)
    assert (target.shown, target.host, target.port, target.fault, faults) == (shown, host, port, "", ())


@pytest.mark.parametrize(
    ("host", "word"),
    [
        ("10.1.2.3", "private"),
        ("172.31.0.1", "private"),
        ("192.168.0.5", "private"),
        ("127.0.0.1", "loopback"),
        ("169.254.1.1", "link-local"),
        ("100.64.0.1", "RFC 6598"),
        ("0.0.0.0", "no address"),  # noqa: S104 - a text
        ("2001:db8::1", "IPv6"),
        ("localhost", "own network"),
        ("app.local", "own network"),
        ("app", "without a dot"),
    ],
)
def test_hosts_out_of_reach_are_told(host: str, word: str) -> None:
    assert word in address_fault(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "172.32.0.1", "198.51.100.80", "app.example.com", "locals.example.com"])
def test_public_hosts_are_left_alone(host: str) -> None:
    assert address_fault(host) == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "empty"),
        (" ; ", "empty"),
        (";".join(f"h{n}.example.com" for n in range(6)), "more than 5"),
        ("http://h.example.com/回调", "percent-encoded"),
        ("http://[2001:db8::1]:80/cb", "IPv6"),
        ("ftp://h.example.com/", "scheme ftp"),
        ("www.callback-example.com:test", "port"),
        ("http:///cb", "without a host"),
        ("http://h.example.com/;http://10.0.0.1/cb", "10.0.0.1/cb is a private address"),
    ],
)
def test_what_speaks_against_a_value_is_told(value: str, words: str) -> None:
    _, faults = split_urls(value)
    assert any(words in fault for fault in faults), faults


def test_five_urls_are_allowed() -> None:
    targets, faults = split_urls(";".join(f"h{n}.example.com" for n in range(5)))
    assert (len(targets), faults) == (5, ())


@given(st.text(max_size=100))
def test_no_value_raises(value: str) -> None:
    split_urls(value)
    split_urls("http://" + value)
