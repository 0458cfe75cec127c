import pytest

from osspcap.http1.recognise import starts_request, starts_response, starts_tls_refusal


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        b"GET /a",
        b"PUT http://b.oss-cn-hangzhou.aliyuncs.com/k HTTP/1.1\r\n",
        b"OPTIONS * HTTP/1.1\r\n",
        b"CONNECT b.oss-cn-hangzhou.aliyuncs.com:443 HTTP/1.1\r\n",
        b"\r\n\r\nGET / HTTP/1.1\r\n",
        b"get /key HTTP/1.0\r\n",
        b"PROPFIND /dav HTTP/1.1\r\n",
        "PUT /中文 HTTP/1.1\r\n".encode(),
    ],
)
def test_a_request_is_recognised_in_any_buffer(data: bytes) -> None:
    assert starts_request(data)
    assert starts_request(memoryview(data))
    assert starts_request(bytearray(data))
    assert not starts_response(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"G",
        b"GET",
        b"GET ",
        b"get /etc/passwd\r\n",
        b"GETAWAY /x",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\n",
        b"OPTIONS rtsp://x RTSP/1.0\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"hello world and so on HTTP/1.1 is a protocol",
        b"CONNECT nowhere HTTP/2.0\r\n",
    ],
)
def test_other_bytes_are_no_request(data: bytes) -> None:
    assert not starts_request(data)


@pytest.mark.parametrize("data", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 404", b"HTTP/1.1  503 \r\n", b"\r\nHTTP/1.1 200"])
def test_a_response_is_recognised(data: bytes) -> None:
    assert starts_response(data)
    assert starts_response(memoryview(data))
    assert not starts_request(data)


@pytest.mark.parametrize(
    "data", [b"", b"HTTP/1.1 20", b"HTTP/1.1 2000", b"HTTP/2 200", b"HTTP/1.1-200", b"ICY 200 OK", b"RTSP/1.0 200 OK"]
)
def test_other_bytes_are_no_response(data: bytes) -> None:
    assert not starts_response(data)


def test_a_tls_alert_is_told_by_its_first_five_bytes() -> None:
    assert starts_tls_refusal(b"\x15\x03\x01\x00\x02\x02\x46")
    assert starts_tls_refusal(memoryview(b"\x15\x03\x03\x00\x02"))
    for data in (b"", b"\x15\x03", b"\x15\x03\x01\x00\x1a\x00", b"\x16\x03\x01\x00\x02", b"HTTP/1.1 200"):
        assert not starts_tls_refusal(data)
