import pytest

from osspcap.oss.client_form import reshaped_fields
from tests.build.pairs import parse
from tests.build.signed import raw_request

OSS2 = "aliyun-sdk-python/2.19.1(Linux/6.1/x86_64;3.11.7)"
PY2 = "alibabacloud-python-sdk-v2/1.4.1 (Linux/6.1/x86_64;3.12.1)"
NODE = "aliyun-sdk-nodejs/6.23.0 Node.js 20.20.2 on linux x64"


def reshaped(headers: list[tuple[str, str]], *, version: str = "HTTP/1.1") -> list[str]:
    raw = raw_request("PUT", "/k", headers).replace(b"HTTP/1.1", version.encode())
    return [seen.field for seen, _ in reshaped_fields(parse(raw, is_request=True, frame=1))]


@pytest.mark.parametrize("agent", [OSS2, PY2])
def test_heads_as_these_clients_write_them_show_nothing(agent: str) -> None:
    own = [("Host", "h"), ("Accept-Encoding", "identity"), ("User-Agent", agent), ("Accept", "*/*")]
    assert reshaped([*own, ("Connection", "keep-alive"), ("date", "x"), ("Content-Length", "5")]) == []
    node = [("x-oss-date", "x"), ("user-agent", NODE), ("content-length", "5"), ("Host", "h"), ("Connection", "close")]
    assert reshaped(node) == []
    assert reshaped([("Host", "h"), ("User-Agent", "curl/8.5.0"), ("Accept", "*/*"), ("Content-Length", "5")]) == []


@pytest.mark.parametrize("agent", [OSS2, PY2])
def test_a_proxy_drops_connection_and_moves_the_length(agent: str) -> None:
    head = [("Host", "h"), ("Content-Length", "5"), ("Accept-Encoding", "identity"), ("User-Agent", agent)]
    assert reshaped(head) == ["request header User-Agent", "request header Content-Length"]
    assert reshaped([*head, ("Connection", "close")], version="HTTP/1.0") == [
        "request line",
        "request header Content-Length",
    ]


def test_node_and_curl_behind_a_proxy() -> None:
    assert reshaped([("Host", "h"), ("user-agent", NODE), ("Connection", "close")]) == ["request header Host"]
    moved = [("Host", "h"), ("Content-Length", "5"), ("User-Agent", "curl/8.5.0")]
    assert reshaped(moved) == ["request header Content-Length"]


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "my-client/1.0",
        "Mozilla/5.0",
        "aliyun-sdk-python/2.6.0(Linux/4.4.0-31-generic/x86_64;3.4.3)",
        "aliyun-sdk-python/",
    ],
)
def test_nothing_is_said_of_clients_whose_form_is_not_known(agent: str) -> None:
    assert reshaped([("Host", "h"), ("Content-Length", "5"), ("User-Agent", agent)]) == []
