import ssl

from hypothesis import given
from hypothesis import strategies as st

from osspcap.tls.hello import CLIENT_HELLO, SERVER_HELLO, ClientHello, parse_client_hello, starts_hello


def hello(host: str | None, alpn: list[str] | None = None) -> bytes:
    """The first flight of a real TLS client."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if alpn:
        context.set_alpn_protocols(alpn)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=host)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("a handshake cannot finish without a server")


def test_server_name_and_protocols_of_a_real_client_are_read() -> None:
    data = hello("rokid.oss-cn-hangzhou.aliyuncs.com", ["h2", "http/1.1"])
    assert parse_client_hello(data) == ClientHello("rokid.oss-cn-hangzhou.aliyuncs.com", ("h2", "http/1.1"))


def test_client_without_server_name_gives_none() -> None:
    assert parse_client_hello(hello(None)) == ClientHello(None, ())


def test_hello_spread_over_two_records_is_joined() -> None:
    data = hello("bucket.oss-cn-beijing.aliyuncs.com")
    body = data[5:]
    split = data[:3] + (40).to_bytes(2) + body[:40] + data[:3] + (len(body) - 40).to_bytes(2) + body[40:]
    assert parse_client_hello(split) == ClientHello("bucket.oss-cn-beijing.aliyuncs.com", ())


def test_cut_hello_gives_what_is_there_and_never_raises() -> None:
    data = hello("rokid.oss-cn-hangzhou.aliyuncs.com")
    for length in range(len(data)):
        found = parse_client_hello(data[:length])
        assert (found is None) == (length < 6)


def test_first_flight_of_a_server_is_told_from_a_clients() -> None:
    assert starts_hello(hello("a.example")) == CLIENT_HELLO
    assert starts_hello(bytes.fromhex("160303007a020000760303")) == SERVER_HELLO


def test_other_protocols_are_no_hello() -> None:
    for data in (b"GET / HTTP/1.1\r\n", b"\x16\x03\x01", b"\x17\x03\x03\x00\x20\x01", b"\x16\x03\x01\xff\xff\x01", b""):
        assert starts_hello(data) is None
        assert parse_client_hello(data) is None


@given(st.binary(max_size=300))
def test_no_bytes_make_the_parser_raise(tail: bytes) -> None:
    parse_client_hello(b"\x16\x03\x01\x02\x00\x01" + tail)
