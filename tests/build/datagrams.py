"""DNS messages and ICMP errors as packets, beside the connections of a capture."""

import struct

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from tests.build.wire import Capture, Tcp, ethernet, ip_packet, tcp_segment

CLIENT, RESOLVER, ROUTER = "192.0.2.10", "192.0.2.53", "198.51.100.1"
V6_CLIENT, V6_SERVER = "2001:db8::10", "2001:db8:1::10"


def udp(capture: Capture, src: str, sport: int, dst: str, dport: int, payload: bytes) -> None:
    """Send one UDP datagram."""
    header = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0)
    capture.add(ethernet(ip_packet(src, dst, header + payload, protocol=17)))


def question(name: str, kind: str = "A", number: int = 1) -> bytes:
    """A query as a stub resolver sends it."""
    return dns.message.make_query(name, kind, id=number).to_wire()


def answer(
    name: str,
    *addresses: str,
    kind: str = "A",
    number: int = 1,
    code: str = "NOERROR",
    alias: str = "",
    cut: bool = False,
) -> bytes:
    """The answer to `question`; with an alias, the addresses are the alias's."""
    message = dns.message.make_response(dns.message.from_wire(question(name, kind, number)))
    message.set_rcode(dns.rcode.from_text(code))
    if cut:
        message.flags |= dns.flags.TC
    owner = name
    if alias:
        message.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{alias}."))
        owner = alias
    for address in addresses:  # one set each: dnspython shuffles the records of a set
        message.answer.append(dns.rrset.from_text(f"{owner}.", 60, "IN", kind, address))
    return message.to_wire()


def ask(
    capture: Capture, name: str, kind: str = "A", *, number: int = 1, port: int = 40_000, resolver: str = RESOLVER
) -> None:
    """Send a query over UDP."""
    udp(capture, CLIENT, port, resolver, 53, question(name, kind, number))


def resolve(
    capture: Capture,
    name: str,
    *addresses: str,
    kind: str = "A",
    number: int = 1,
    code: str = "NOERROR",
    alias: str = "",
    port: int = 40_000,
    resolver: str = RESOLVER,
) -> None:
    """Ask and answer over UDP."""
    ask(capture, name, kind, number=number, port=port, resolver=resolver)
    reply = answer(name, *addresses, kind=kind, number=number, code=code, alias=alias)
    udp(capture, resolver, 53, CLIENT, port, reply)


def icmp_error(
    capture: Capture,
    tcp: Tcp,
    *,
    kind: int,
    code: int,
    rest: int = 0,
    sender: str = ROUTER,
    side: int = 0,
    seq: int | None = None,
    quoted_bytes: int = 8,
) -> None:
    """An ICMP (or, for IPv6 addresses, ICMPv6) error about the last segment of a side."""
    (src, sport), (dst, dport) = tcp.ends[side], tcp.ends[1 - side]
    number = tcp.next_seq[side] if seq is None else seq
    segment = tcp_segment(sport, dport, number, 0, 2)[:quoted_bytes]
    quoted = ip_packet(src, dst, segment)
    protocol = 58 if ":" in src else 1
    body = struct.pack("!BBHI", kind, code, 0, rest) + quoted
    capture.add(ethernet(ip_packet(sender, src, body, protocol=protocol)))


def refuse_query(capture: Capture, name: str, *, number: int = 1, port: int = 40_000) -> None:
    """Ask a resolver on which nothing listens: the host answers with ICMP port unreachable."""
    ask(capture, name, number=number, port=port)
    quoted = capture.packets[-1].data[14 : 14 + 28]
    body = struct.pack("!BBHI", 3, 3, 0, 0) + quoted
    capture.add(ethernet(ip_packet(RESOLVER, CLIENT, body, protocol=1)))
