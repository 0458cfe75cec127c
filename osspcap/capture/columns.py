"""Packet records -> TCP columns: all packets of a batch at once, header field by header field.

Plain packets (Ethernet with at most one VLAN tag, SLL, SLL2, BSD loopback or raw IP; IPv4 without options or IPv6
without extension headers; TCP) are decoded by numpy, about 100 ns each. UDP, ARP and the like are only counted. All
others, and the first DNS messages and ICMP errors, go one by one through `link.decode_packet`, about 10 us each, into
the same columns.
"""

from dataclasses import field
from typing import Any

import numpy as np

from osspcap.capture.addresses import AddressColumns, AddressNumbers
from osspcap.capture.datagrams import MAX_DATAGRAMS, note_datagrams
from osspcap.capture.names import MAX_802_3_LENGTH, ethertype_name, ip_protocol_name, undecoded_link_type
from osspcap.capture.records import RecordBatch, gather
from osspcap.capture.tally import count_name
from osspcap.model.capture import CaptureInfo
from osspcap.model.packets import Int64Column, PacketTable, distinct
from osspcap.model.record import growing_record

_IPV4, _IPV6 = 0x0800, 0x86DD
_HEADER_BY_HEADER = -1
"""In place of an EtherType: to be decoded one by one."""
_COUNTED = -2
"""In place of an EtherType: counted already."""

_VLAN_TYPES = (0x8100, 0x88A8, 0x9100)
_LAYERED_TYPES = (*_VLAN_TYPES, 0x8847, 0x8848, 0x8864)
"""EtherTypes behind which there may be IP: VLAN tags, MPLS, PPPoE."""

_RAW_LINKS = (12, 14, 101, 228, 229)
_LAYERED_LINKS = (9, 50, 51, 258)
_PLAIN_LINKS = {0: 4, 1: 14, 108: 4, 113: 16, 276: 20}
"""Link type to the length of its header."""
_TYPE_OFFSETS = {1: 12, 113: 14, 276: 0}
"""Link type to the offset of the EtherType in its header."""
_FAMILY_IPV4, _FAMILY_IPV6 = 2, (24, 28, 30)

_TCP, _UDP, _ICMP, _ICMPV6 = 6, 17, 1, 58
_DNS = 53
_LAYERED_PROTOCOLS = (0, 4, 41, 43, 44, 47, 51, 60, 135, 139, 140)
"""IP protocols behind which there may be TCP: tunnels and IPv6 extension headers."""
_TUNNEL_PORTS = (4789, 6081)  # VXLAN, Geneve


def _tcp_fields(at: int) -> dict[str, tuple[str, int]]:
    """Return form and offset of the TCP fields behind an IP header of `at` bytes (RFC 9293 section 3.1)."""
    return {
        "sport": (">u2", at),
        "dport": (">u2", at + 2),
        "seq": (">u4", at + 4),
        "ack": (">u4", at + 8),
        "offset": ("u1", at + 12),
        "flags": ("u1", at + 13),
        "window": (">u2", at + 14),
    }


def _layout(fields: dict[str, tuple[str, int]], size: int) -> np.dtype[np.void]:
    """Return a structure with fields at given offsets."""
    forms, offsets = zip(*fields.values(), strict=True)
    return np.dtype({"names": list(fields), "formats": forms, "offsets": offsets, "itemsize": size})


_V4_TCP = _layout(
    {
        "version": ("u1", 0),
        "length": (">u2", 2),
        "id": (">u2", 4),
        "fragment": (">u2", 6),
        "ttl": ("u1", 8),
        "protocol": ("u1", 9),
        "src": (">u4", 12),
        "dst": (">u4", 16),
        **_tcp_fields(20),
    },
    40,
)
_V6_TCP = _layout(
    {
        "version": ("u1", 0),
        "length": (">u2", 4),
        "protocol": ("u1", 6),
        "ttl": ("u1", 7),
        "src": ("V16", 8),
        "dst": ("V16", 24),
        **_tcp_fields(40),
    },
    60,
)
_U16 = np.dtype([("value", ">u2")])
_U32 = np.dtype([("value", "<u4")])
_BYTE = np.dtype([("value", "u1")])

_COLUMNS: dict[str, Any] = {
    "sport": np.uint16,
    "dport": np.uint16,
    "seq": np.uint32,
    "ack": np.uint32,
    "flags": np.uint8,
    "window": np.uint16,
    "ttl": np.uint8,
    "ip_id": np.uint16,
    "payload_start": np.int64,
    "payload_captured": np.int64,
    "payload_length": np.int64,
    "options_start": np.int64,
    "options_length": np.uint8,
}


@growing_record
class _Part:
    """Decoded TCP packets of one IP version; every column has one row for each."""

    addresses: AddressColumns
    columns: dict[str, Any] = field(default_factory=dict)


class ColumnDecoder:
    """Decodes the batches of one capture, in file order."""

    def __init__(self, info: CaptureInfo, addresses: AddressNumbers) -> None:
        """Begin.

        Args:
            info: Takes in the counts of packets that are not TCP.
            addresses: Numbers the addresses.
        """
        self._info = info
        self._addresses = addresses
        self._one_by_one: Any = None
        self._frame = 1

    def decode(self, buffer: bytearray, batch: RecordBatch) -> PacketTable:
        """Return the TCP packets of a batch and count the others.

        Args:
            buffer: Holds the records of the batch, and `SLACK_BYTES` behind them.
            batch: At least one record.

        Raises:
            Nothing on bad input: packets that cannot be decoded are counted in `CaptureInfo.undecoded`.
        """
        kind, l3 = self._link_layer(buffer, batch)
        # Files preallocated with zeros, or cut by a crash, hold millions of empty records.
        empty = np.flatnonzero((kind == _HEADER_BY_HEADER) & (batch.captured == 0))
        if len(empty):
            self._count(empty, lambda _: "no bytes captured", batch.captured[empty], is_understood=False)
            kind[empty] = _COUNTED
        rest = [np.flatnonzero(kind == _HEADER_BY_HEADER)]
        parts: list[_Part] = []
        for ethertype, decode in ((_IPV4, self._ipv4), (_IPV6, self._ipv6)):
            rows = np.flatnonzero(kind == ethertype)
            if len(rows):
                part, left = decode(buffer, batch, rows, l3[rows])
                parts += [part]
                rest += [left]
        view = memoryview(buffer)
        slow = np.concatenate(rest)
        if len(slow):
            slow.sort()
            view, slow_parts = self._slow(buffer, batch, slow)
            parts += slow_parts
        table = self._table(view, batch, [part for part in parts if len(part.addresses.rows)])
        self._frame += len(batch)
        return table

    def _count(self, rows: Int64Column, names: Any, values: Any, *, is_understood: bool = True) -> None:
        """Count packets by a number of which `names` makes a name."""
        numbers, first, counts = np.unique(values, return_index=True, return_counts=True)
        for number, at, count in zip(numbers.tolist(), first.tolist(), counts.tolist(), strict=True):
            count_name(self._info, names(number), count, self._frame + int(rows[at]), is_understood=is_understood)

    # --- link layer -------------------------------------------------------------------------------------------------

    def _link_layer(self, buffer: bytearray, batch: RecordBatch) -> tuple[Int64Column, Int64Column]:
        """Return for each record what its link layer carries, and the offset of that in the buffer."""
        kind = np.full(len(batch), _COUNTED, np.int64)
        l3 = batch.start.copy()
        first = int(batch.link[0])
        links = [first] if (batch.link == first).all() else distinct(batch.link).tolist()
        for link in links:
            rows = np.arange(len(batch)) if len(links) == 1 else np.flatnonzero(batch.link == link)
            start, captured = batch.start[rows], batch.captured[rows]
            if link in _TYPE_OFFSETS:
                kind[rows], l3[rows] = self._typed(buffer, rows, start, captured, link)
            elif link in _RAW_LINKS:
                version = gather(buffer, _BYTE, start)["value"] >> 4
                kind[rows] = np.where(version == 4, _IPV4, np.where(version == 6, _IPV6, _HEADER_BY_HEADER))
                kind[rows[captured < 1]] = _HEADER_BY_HEADER
            elif link in _PLAIN_LINKS:
                family = gather(buffer, _U32, start)["value"]
                family = np.where(family < 0x10000, family, family.byteswap())
                is_v6 = np.isin(family, _FAMILY_IPV6)
                kind[rows] = np.where(family == _FAMILY_IPV4, _IPV4, np.where(is_v6, _IPV6, _HEADER_BY_HEADER))
                kind[rows[captured < 4]] = _HEADER_BY_HEADER
                l3[rows] += 4
            elif link in _LAYERED_LINKS:
                kind[rows] = _HEADER_BY_HEADER
            elif link < 0:
                self._count(rows, lambda _: "systemd journal", batch.link[rows])
            else:
                self._count(rows, undecoded_link_type, batch.link[rows], is_understood=False)
        return kind, l3

    def _typed(
        self, buffer: bytearray, rows: Int64Column, start: Int64Column, captured: Int64Column, link: int
    ) -> tuple[Int64Column, Int64Column]:
        """Read the EtherType of a link layer that has one, behind one VLAN tag if there is one."""
        header = _PLAIN_LINKS[link]
        kind = gather(buffer, _U16, start + _TYPE_OFFSETS[link])["value"].astype(np.int64)
        l3 = start + header
        needed = np.full(len(rows), header)
        is_tagged = np.isin(kind, _VLAN_TYPES)
        if is_tagged.any():
            tagged = np.flatnonzero(is_tagged)
            kind[tagged] = gather(buffer, _U16, l3[tagged] + 2)["value"]
            l3[tagged] += 4
            needed[tagged] += 4
        is_ip = (kind == _IPV4) | (kind == _IPV6)
        if not is_ip.all():
            is_other = ~is_ip & ~np.isin(kind, _LAYERED_TYPES) & (kind > MAX_802_3_LENGTH) & (captured >= needed)
            other = np.flatnonzero(is_other)
            self._count(rows[other], ethertype_name, kind[other])
            kind[~is_ip] = _HEADER_BY_HEADER
            kind[other] = _COUNTED
        kind[(captured < needed) & (kind != _COUNTED)] = _HEADER_BY_HEADER
        return kind, l3

    # --- network layer ----------------------------------------------------------------------------------------------

    def _ipv4(
        self, buffer: bytearray, batch: RecordBatch, rows: Int64Column, l3: Int64Column
    ) -> tuple[_Part, Int64Column]:
        """Decode IPv4 without options and fragments; return it and the rows that are neither that nor counted."""
        header = gather(buffer, _V4_TCP, l3)
        is_plain = (header["version"] == 0x45) & ((header["fragment"] & 0x3FFF) == 0)
        total = header["length"].astype(np.int64)
        is_plain &= (total >= 20) | (total == 0)
        return self._ip(batch, rows, l3, header, is_plain, total, 20)

    def _ipv6(
        self, buffer: bytearray, batch: RecordBatch, rows: Int64Column, l3: Int64Column
    ) -> tuple[_Part, Int64Column]:
        """Decode IPv6 without extension headers; return it and the rows that are neither that nor counted."""
        header = gather(buffer, _V6_TCP, l3)
        is_plain = header["version"] >> 4 == 6
        length = header["length"].astype(np.int64)
        return self._ip(batch, rows, l3, header, is_plain, np.where(length == 0, 0, length + 40), 40)

    def _ip(
        self,
        batch: RecordBatch,
        rows: Int64Column,
        l3: Int64Column,
        header: Any,
        is_plain: Any,
        total: Int64Column,
        ip_bytes: int,
    ) -> tuple[_Part, Int64Column]:
        """Sort packets by what they carry; decode TCP, count what cannot hold TCP."""
        start = batch.start[rows]
        wire_end = start + batch.original[rows]
        # A total length of 0 is what segmentation offload leaves; else what lies behind it is Ethernet padding.
        end = np.where(total == 0, wire_end, np.minimum(l3 + total, wire_end))
        captured_end = np.minimum(start + batch.captured[rows], end)
        protocol = header["protocol"]
        tcp_bytes = (header["offset"] >> 4).astype(np.int64) * 4
        tcp = l3 + ip_bytes
        payload = tcp + tcp_bytes
        is_tcp = is_plain & (protocol == _TCP) & (captured_end >= tcp + 20) & (tcp_bytes >= 20) & (payload <= end)
        left = np.empty(0, np.int64)
        if not is_tcp.all():
            is_other = is_plain & (captured_end >= tcp) & (protocol != _TCP) & ~np.isin(protocol, _LAYERED_PROTOCOLS)
            is_tunnel = (protocol == _UDP) & (captured_end >= tcp + 8) & np.isin(header["dport"], _TUNNEL_PORTS)
            is_other &= ~is_tunnel
            if len(self._info.datagrams) < MAX_DATAGRAMS:
                is_other &= ~_is_noted(header, protocol, ip_bytes)
            self._count(rows[is_other], ip_protocol_name, protocol[is_other])
            left = rows[~is_tcp & ~is_other]
            keep = np.flatnonzero(is_tcp)
            rows, header, tcp, payload = rows[keep], header[keep], tcp[keep], payload[keep]
            end, captured_end, tcp_bytes = end[keep], captured_end[keep], tcp_bytes[keep]
        columns = {name: header[name] for name in ("sport", "dport", "seq", "ack", "flags", "window", "ttl")}
        columns["ip_id"] = header["id"] if ip_bytes == 20 else np.zeros(len(rows), np.uint16)
        columns["payload_start"] = payload
        columns["payload_captured"] = np.maximum(captured_end - payload, 0)
        columns["payload_length"] = end - payload
        columns["options_start"] = tcp + 20
        columns["options_length"] = np.minimum(tcp_bytes, captured_end - tcp) - 20
        return _Part(AddressColumns(rows, header["src"], header["dst"]), columns), left

    # --- everything else --------------------------------------------------------------------------------------------

    def _slow(self, buffer: bytearray, batch: RecordBatch, rows: Int64Column) -> tuple[memoryview, list[_Part]]:
        """Decode packets one by one; return the buffer with the bytes of reassembled datagrams behind it."""
        if self._one_by_one is None:
            from osspcap.capture.single import SingleDecoder  # noqa: PLC0415 - loads dpkt, 50 ms that few files cost

            self._one_by_one = SingleDecoder()
        found, stops, notes, side = self._one_by_one.decode(buffer, batch, rows)
        for stop, (count, row) in stops.items():
            count_name(self._info, stop.name, count, self._frame + row, is_understood=stop.is_understood)
        note_datagrams(self._info, notes, self._frame, batch.ts_ns)
        view = memoryview(b"".join((buffer, side))) if side else memoryview(buffer)
        parts = []
        for width, form in ((4, ">u4"), (16, "V16")):
            chosen = [(row, tcp) for row, tcp in found if len(tcp.src) == width]
            if chosen:
                src, dst = (np.frombuffer(b"".join(tcp[side] for _, tcp in chosen), form) for side in (0, 1))
                addresses = AddressColumns(np.array([row for row, _ in chosen], np.int64), src, dst)
                numbers = zip(*(tcp[2:] for _, tcp in chosen), strict=True)
                parts.append(_Part(addresses, {n: np.array(v) for n, v in zip(_COLUMNS, numbers, strict=True)}))
        return view, parts

    def _table(self, view: memoryview, batch: RecordBatch, parts: list[_Part]) -> PacketTable:
        """Put the parts together in file order."""
        numbers = self._addresses.number([part.addresses for part in parts])
        rows = _join([part.addresses.rows for part in parts], np.int64)
        src, dst = (_join([pair[side] for pair in numbers], np.uint32) for side in (0, 1))
        columns = {name: _join([part.columns[name] for part in parts], form) for name, form in _COLUMNS.items()}
        if len(parts) > 1:
            order = np.argsort(rows)
            rows, src, dst = rows[order], src[order], dst[order]
            columns = {name: column[order] for name, column in columns.items()}
        return PacketTable(buffer=view, frame=rows + self._frame, ts_ns=batch.ts_ns[rows], src=src, dst=dst, **columns)


def _is_noted(header: Any, protocol: Any, ip_bytes: int) -> Any:
    """Tell which packets are DNS over UDP, or errors of ICMP: type and code stand where TCP has its source port."""
    kind = header["sport"] >> 8
    is_dns = (protocol == _UDP) & ((header["sport"] == _DNS) | (header["dport"] == _DNS))
    if ip_bytes == 20:
        return is_dns | ((protocol == _ICMP) & ((kind == 3) | (kind == 11)))
    return is_dns | ((protocol == _ICMPV6) & (kind >= 1) & (kind <= 3))


def _join(pieces: list[Any], form: Any) -> Any:
    """Concatenate columns, in native byte order."""
    if len(pieces) == 1:
        return pieces[0].astype(form)
    return np.concatenate(pieces).astype(form) if pieces else np.empty(0, form)
