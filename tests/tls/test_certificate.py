from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.tls.certificate import covers, parse_chain
from tests.build.certificates import HOST, START, certificate, der


def body(*certificates: bytes, context: bool = False) -> bytes:
    entries = b"".join(len(raw).to_bytes(3) + raw + (b"\0\0" if context else b"") for raw in certificates)
    return (b"\0" if context else b"") + len(entries).to_bytes(3) + entries


def test_a_chain_is_read_in_its_order() -> None:
    chain = parse_chain(body(der(), der(("Test CA",), issuer="Test CA")), has_context=False)
    first, second = chain
    assert (first.subject, first.issuer, first.issuer_name, first.names) == (HOST, "CN=Test CA", "Test CA", (HOST,))
    assert (first.is_self_signed, second.is_self_signed) == (False, True)
    assert first.not_before_ns == int(START.timestamp()) * 1_000_000_000
    assert first.not_after_ns == int((START + timedelta(days=36_500)).timestamp()) * 1_000_000_000


def test_the_chain_of_tls_1_3_has_extensions_between() -> None:
    chain = parse_chain(body(der(), der(("a.example",)), context=True), has_context=True)
    assert [item.subject for item in chain] == [HOST, "a.example"]


def test_names_come_from_the_extension_and_else_from_the_subject() -> None:
    (found,) = parse_chain(body(der(("*.example.org", "192.0.2.1"), common_name="other.example")), has_context=False)
    assert found.names == ("*.example.org", "192.0.2.1")
    (bare,) = parse_chain(body(der((), common_name="bare.example")), has_context=False)
    assert bare.names == ("bare.example",)


@pytest.mark.parametrize(
    ("names", "host", "expected"),
    [
        ((HOST,), HOST.upper() + ".", True),
        (("*.oss-cn-hangzhou.aliyuncs.com",), HOST, True),
        (("*.oss-cn-hangzhou.aliyuncs.com",), "oss-cn-hangzhou.aliyuncs.com", False),
        (("*.oss-cn-hangzhou.aliyuncs.com",), "a.b.oss-cn-hangzhou.aliyuncs.com", False),
        (("a.example", HOST), HOST, True),
        (("192.0.2.1",), "192.0.2.1", True),
        (("*.com",), "com", False),
        (("example.org",), "rokid.example.org", False),
    ],
)
def test_a_wildcard_stands_for_one_label(names: tuple[str, ...], host: str, expected: bool) -> None:  # noqa: FBT001
    (found,) = parse_chain(body(der(names)), has_context=False)
    assert covers(found, host) is expected


def test_damaged_certificates_are_left_out() -> None:
    raw = der()
    assert parse_chain(body(raw[:-20] + bytes(20)[:10]), has_context=False) == ()
    assert len(parse_chain(body(b"\x30\x03\x02\x01\x00", raw), has_context=False)) == 1
    assert parse_chain(body(raw)[:-5], has_context=False) == ()


def test_years_far_away_are_read() -> None:
    made = certificate(("far.example",), start=datetime(1990, 1, 1, tzinfo=UTC), days=365 * 200)
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - for this test only

    (found,) = parse_chain(body(made.public_bytes(Encoding.DER)), has_context=False)
    assert found.not_after_ns > 10**9 * 4_000_000_000


@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_make_it_raise(data: bytes, has_context: bool) -> None:  # noqa: FBT001
    assert isinstance(parse_chain(data, has_context=has_context), tuple)


def test_what_a_certificate_should_not_hold_makes_no_noise(recwarn: pytest.WarningsRecorder) -> None:
    raw = der(("odd.example",))
    at = raw.index(b"\x02\x01\x07")  # the serial number, which must not be zero
    (found,) = parse_chain(body(raw[: at + 2] + b"\0" + raw[at + 3 :]), has_context=False)
    assert found.names == ("odd.example",)
    assert not recwarn.list
