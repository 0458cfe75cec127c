import struct

import pytest
from scapy.layers.inet import TCP
from scapy.layers.l2 import Ether

from osspcap.bundle.checksum import fix_checksum
from osspcap.model.stream import Address
from tests.build.wire import Capture

PAYLOAD = b"GET / HTTP/1.1\r\n\r\n!"


def packet(*, ipv6: bool = False) -> tuple[bytearray, int, Address, Address]:
    capture = Capture()
    ends = ("2001:db8::1", "2001:db8::2") if ipv6 else ("192.0.2.1", "198.51.100.9")
    tcp = capture.tcp(client=ends[0], server=ends[1])
    tcp.client(PAYLOAD, acknowledge=False)
    data = bytearray(capture.packets[0].data)
    start = data.index(PAYLOAD)
    sport, dport = struct.unpack_from(">HH", data, start - 20)
    return data, start, Address(ends[0], sport), Address(ends[1], dport)


@pytest.mark.parametrize("ipv6", [False, True])
@pytest.mark.parametrize("padding", [b"", b"\0" * 5])
def test_the_checksum_is_the_one_that_scapy_computes(*, ipv6: bool, padding: bytes) -> None:
    data, start, source, target = packet(ipv6=ipv6)
    data += padding
    assert fix_checksum(data, start, source, target)
    other = Ether(bytes(data))
    del other[TCP].chksum
    assert bytes(data[start - 4 : start - 2]) == bytes(other)[start - 4 : start - 2] != b"\0\0"


def test_a_changed_packet_gets_another() -> None:
    data, start, source, target = packet()
    before = bytes(data[start - 4 : start - 2])
    data[start] = 0
    assert fix_checksum(data, start, source, target)
    assert bytes(data[start - 4 : start - 2]) != before


def test_headers_that_are_not_found_leave_the_packet_alone() -> None:
    data, start, source, _ = packet()
    before = bytes(data)
    assert not fix_checksum(data, start, source, Address("203.0.113.99", 80))
    assert not fix_checksum(data, 10, source, source)
    assert bytes(data) == before
