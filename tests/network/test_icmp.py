from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.capture.reader import open_capture
from osspcap.model.datagrams import Carrier, Datagram
from osspcap.model.lookups import IcmpError, IcmpKind
from osspcap.network.icmp import read_icmp_errors
from osspcap.units import FrameNumber, Nanoseconds
from tests.build.datagrams import ROUTER, V6_CLIENT, V6_SERVER, icmp_error
from tests.build.wire import SYN, Capture


def errors_of(capture: Capture) -> list[IcmpError]:
    with open_capture("-", stdin=BytesIO(capture.pcap())) as reader:
        for _ in reader.tables():
            pass
        return read_icmp_errors(reader.info.datagrams)


@pytest.mark.parametrize(
    ("kind", "code", "meaning"),
    [
        (3, 0, IcmpKind.NETWORK_UNREACHABLE),
        (3, 1, IcmpKind.HOST_UNREACHABLE),
        (3, 3, IcmpKind.PORT_UNREACHABLE),
        (3, 13, IcmpKind.PROHIBITED),
        (3, 99, IcmpKind.OTHER),
        (11, 0, IcmpKind.TIME_EXCEEDED),
    ],
)
def test_the_segment_that_an_error_quotes_is_told(kind: int, code: int, meaning: IcmpKind) -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.send(0, SYN, seq=1000)
    icmp_error(capture, tcp, kind=kind, code=code, seq=1000)
    (error,) = errors_of(capture)
    assert (error.kind, error.frame, error.sender, error.seq, error.mtu) == (meaning, 2, ROUTER, 1000, None)
    assert (error.src, error.sport, error.dst, error.dport) == ("192.0.2.10", 50_000, "203.0.113.10", 80)


def test_fragmentation_needed_states_the_mtu() -> None:
    capture = Capture()
    icmp_error(capture, capture.tcp(), kind=3, code=4, rest=1400)
    (error,) = errors_of(capture)
    assert (error.kind, error.mtu) == (IcmpKind.TOO_BIG, 1400)


@pytest.mark.parametrize(
    ("kind", "code", "rest", "meaning", "mtu"),
    [
        (2, 0, 1280, IcmpKind.TOO_BIG, 1280),
        (1, 4, 0, IcmpKind.PORT_UNREACHABLE, None),
        (1, 1, 0, IcmpKind.PROHIBITED, None),
    ],
)
def test_errors_of_icmpv6(kind: int, code: int, rest: int, meaning: IcmpKind, mtu: int | None) -> None:
    capture = Capture()
    tcp = capture.tcp(V6_CLIENT, server=V6_SERVER)
    icmp_error(capture, tcp, kind=kind, code=code, rest=rest, sender="2001:db8:9::1")
    (error,) = errors_of(capture)
    assert (error.kind, error.mtu, error.src, error.dport) == (meaning, mtu, V6_CLIENT, 80)


def quoting(protocol: int) -> Datagram:
    """A port unreachable about a packet of some protocol, from port 0x1234 to port 53."""
    quoted = b"\x45" + bytes(8) + bytes([protocol]) + bytes(10) + bytes.fromhex("12340035 00080000")
    payload = bytes([3, 3, 0, 0, 0, 0, 0, 0]) + quoted
    return Datagram(FrameNumber(1), Nanoseconds(0), Carrier.ICMP, "192.0.2.53", "192.0.2.10", 0, 0, payload)


def test_errors_about_udp_have_ports_and_no_sequence_number() -> None:
    (error,) = read_icmp_errors([quoting(17)])
    assert (error.is_udp, error.sport, error.dport, error.seq) == (True, 0x1234, 53, None)


def test_errors_about_other_protocols_are_passed_over() -> None:
    assert read_icmp_errors([quoting(47)]) == []


@given(st.binary(max_size=90), st.sampled_from([Carrier.ICMP, Carrier.ICMPV6]))
def test_any_bytes_are_taken(payload: bytes, carrier: Carrier) -> None:
    for head in (b"", b"\x03\x04\0\0\0\0\5\0E", b"\x02\0\0\0\0\0\5\0`"):
        read_icmp_errors([Datagram(FrameNumber(1), Nanoseconds(0), carrier, "a", "b", 0, 0, head + payload)])
