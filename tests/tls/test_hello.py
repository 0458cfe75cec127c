import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.model.tls import ClientLibrary
from osspcap.tls import numbers
from osspcap.tls.hello import (
    Hello,
    client_library,
    is_reserved,
    parse_client_hello,
    parse_server_hello,
    protocols,
    server_name,
    version_chosen,
    version_name,
    versions_offered,
)


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


def parsed(host: str | None, alpn: list[str] | None = None) -> Hello:
    """A real ClientHello, without the headers of record and message."""
    return parse_client_hello(hello(host, alpn)[9:])


def made(extensions: dict[int, bytes], suites: tuple[int, ...] = (0x1301,), version: int = 0x0303) -> Hello:
    """A hello made up of parts."""
    return Hello(version, bytes(32), b"", suites, extensions, is_whole=True)


def test_a_real_clients_offer_is_read() -> None:
    found = parsed("rokid.oss-cn-hangzhou.aliyuncs.com", ["h2", "http/1.1"])
    assert server_name(found) == "rokid.oss-cn-hangzhou.aliyuncs.com"
    assert protocols(found.extensions[numbers.ALPN]) == ("h2", "http/1.1")
    assert versions_offered(found) == ("TLS 1.3", "TLS 1.2")
    assert 0x1301 in found.suites
    assert len(found.random) == 32
    assert found.is_whole
    assert client_library(found) is ClientLibrary.OPENSSL


def test_client_without_server_name_gives_none() -> None:
    assert server_name(parsed(None)) is None


def test_cut_hello_gives_what_is_there_and_never_raises() -> None:
    body = hello("rokid.oss-cn-hangzhou.aliyuncs.com")[9:]
    names = set()
    for length in range(len(body)):
        found = parse_client_hello(body[:length])
        assert not found.is_whole or not found.extensions
        names.add(server_name(found))
    assert "rokid.oss-cn-hangzhou.aliyuncs.com" in names


def test_a_servers_choice_is_read() -> None:
    body = bytes.fromhex("0303") + b"r" * 32 + b"\x02ab" + b"\xc0\x2f" + b"\0" + bytes.fromhex("0006 002b 0002 0304")
    found = parse_server_hello(body)
    assert (found.suites, found.session_id, version_chosen(found)) == ((0xC02F,), b"ab", numbers.TLS_13)
    assert version_name(version_chosen(found)) == "TLS 1.3"


def test_an_old_server_says_its_version_in_the_old_field() -> None:
    found = parse_server_hello(bytes.fromhex("0301") + bytes(32) + b"\0" + b"\x00\x2f" + b"\0")
    assert (version_name(version_chosen(found)), found.is_whole) == ("TLS 1.0", True)
    assert version_name(0x7F1C) == "version 0x7f1c"


def test_a_client_without_the_extension_offers_one_version() -> None:
    assert versions_offered(made({}, version=0x0301)) == ("TLS 1.0",)


def test_reserved_values_are_no_versions_and_no_protocols() -> None:
    assert [number for number in (0x0A0A, 0xFAFA, 0x0A1A, 0x1301) if is_reserved(number)] == [0x0A0A, 0xFAFA]
    offer = made({numbers.SUPPORTED_VERSIONS: bytes.fromhex("06 4a4a 0304 0303")})
    assert versions_offered(offer) == ("TLS 1.3", "TLS 1.2")
    assert protocols(b"\x00\x06\x02\x0a\x0a\x02h2") == ("h2",)


@pytest.mark.parametrize(
    ("extensions", "suites", "library"),
    [
        ({numbers.ENCRYPT_THEN_MAC: b""}, (0x1301,), ClientLibrary.OPENSSL),
        ({numbers.ENCRYPT_THEN_MAC: b"", 0x1A1A: b""}, (0x1301,), ClientLibrary.CHROMIUM),
        ({}, (0x2A2A, 0x1301), ClientLibrary.CHROMIUM),
        ({numbers.DELEGATED_CREDENTIALS: b"", numbers.RECORD_SIZE_LIMIT: b""}, (0x1301,), ClientLibrary.FIREFOX),
        ({numbers.STATUS_REQUEST_V2: b""}, (0x1301,), ClientLibrary.JAVA),
        ({numbers.SIGNED_CERTIFICATE_TIMESTAMP: b"", numbers.RENEGOTIATION_INFO: b"\0"}, (1,), ClientLibrary.GO),
        ({}, (0x1301,), ClientLibrary.UNKNOWN),
    ],
)
def test_the_client_library_is_told_by_what_it_offers(
    extensions: dict[int, bytes], suites: tuple[int, ...], library: ClientLibrary
) -> None:
    assert client_library(made(extensions, suites)) is library


@given(st.binary(max_size=300))
def test_no_bytes_make_the_parser_raise(body: bytes) -> None:
    for found in (parse_client_hello(body), parse_server_hello(body)):
        server_name(found)
        protocols(found.extensions.get(numbers.ALPN, body))
        versions_offered(found)
        client_library(found)
