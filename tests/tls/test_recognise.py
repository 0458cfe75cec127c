from hypothesis import given
from hypothesis import strategies as st

from osspcap.tls.recognise import CLIENT_HELLO, SERVER_HELLO, is_header, starts_data, starts_hello
from tests.tls.test_hello import hello

DATA = b"\x17\x03\x03\x00\x20" + bytes(32)


def test_first_flight_of_a_server_is_told_from_a_clients() -> None:
    assert starts_hello(hello("a.example")) == CLIENT_HELLO
    assert starts_hello(bytes.fromhex("160303007a020000760303")) == SERVER_HELLO


def test_other_protocols_are_no_hello() -> None:
    for data in (b"GET / HTTP/1.1\r\n", b"\x16\x03\x01", b"\x17\x03\x03\x00\x20\x01", b"\x16\x03\x01\xff\xff\x01", b""):
        assert starts_hello(data) is None


def test_records_that_fit_in_are_the_middle_of_a_connection() -> None:
    assert starts_data(DATA)
    assert starts_data(DATA + DATA)
    assert starts_data(DATA + DATA + b"\x17\x03")


def test_one_header_alone_proves_nothing() -> None:
    assert not starts_data(DATA[:20])
    assert not starts_data(DATA + b"\x00\x01\x02\x03\x04\x05")
    assert not starts_data(b"\x17\x03\x03\x00\x00")
    assert not starts_data(b"\x17\x03\x03\xff\xff" + bytes(65_535))
    assert not starts_data(b"")


def test_lengths_beyond_the_standards_are_no_header() -> None:
    assert is_header(23, 0x0303, 16_384 + 2_048)
    assert not is_header(23, 0x0303, 16_384 + 2_049)
    assert not is_header(24, 0x0303, 1)
    assert not is_header(23, 0x0305, 1)


@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for prefix in (b"", b"\x17\x03\x03", b"\x16\x03\x01"):
        assert isinstance(starts_data(prefix + data), bool)
        assert starts_hello(prefix + data) in (None, CLIENT_HELLO, SERVER_HELLO)
