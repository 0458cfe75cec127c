"""Tables of names: link types as tcpdump prints them, EtherTypes and IP protocols as Wireshark's protocol column does.

Sources: tcpdump.org link-layer header types; IANA protocol numbers; IEEE EtherTypes.
"""

LINK_TYPE_NAMES: dict[int, str] = {
    0: "NULL",
    1: "EN10MB",
    3: "AX25",
    6: "IEEE802",
    7: "ARCNET",
    8: "SLIP",
    9: "PPP",
    10: "FDDI",
    12: "RAW",
    14: "RAW",
    50: "PPP_SERIAL",
    51: "PPP_ETHER",
    101: "RAW",
    104: "C_HDLC",
    105: "IEEE802_11",
    107: "FRELAY",
    108: "LOOP",
    113: "LINUX_SLL",
    114: "LTALK",
    117: "PFLOG",
    119: "PRISM_HEADER",
    122: "IP_OVER_FC",
    127: "IEEE802_11_RADIO",
    129: "LINUX_IRDA",
    138: "APPLE_IP_OVER_IEEE1394",
    143: "DOCSIS",
    **{147 + n: f"USER{n}" for n in range(16)},
    163: "IEEE802_11_RADIO_AVS",
    166: "PPP_PPPD",
    187: "BLUETOOTH_HCI_H4",
    189: "USB_LINUX",
    192: "PPI",
    195: "IEEE802_15_4",
    197: "ERF",
    201: "BLUETOOTH_HCI_H4_WITH_PHDR",
    203: "LAPD",
    220: "USB_LINUX_MMAPPED",
    224: "FC_2",
    226: "IPNET",
    227: "CAN_SOCKETCAN",
    228: "IPV4",
    229: "IPV6",
    230: "IEEE802_15_4_NOFCS",
    231: "DBUS",
    239: "NFLOG",
    240: "NETANALYZER",
    242: "IPOIB",
    247: "INFINIBAND",
    248: "SCTP",
    249: "USBPCAP",
    251: "BLUETOOTH_LE_LL",
    252: "WIRESHARK_UPPER_PDU",
    253: "NETLINK",
    254: "BLUETOOTH_LINUX_MONITOR",
    256: "BLUETOOTH_LE_LL_WITH_PHDR",
    258: "PKTAP",
    265: "VSOCK",
    266: "USB_DARWIN",
    272: "NORDIC_BLE",
    276: "LINUX_SLL2",
}

ETHERTYPE_NAMES: dict[int, str] = {
    0x0806: "ARP",
    0x0842: "WOL",
    0x2000: "CDP",
    0x22F0: "AVTP",
    0x6003: "DECnet",
    0x8035: "RARP",
    0x809B: "AppleTalk",
    0x80F3: "AARP",
    0x8137: "IPX",
    0x8808: "MAC Control",
    0x8809: "Slow Protocols",
    0x8863: "PPPoE Discovery",
    0x886D: "Intel ANS",
    0x888E: "EAPOL",
    0x8892: "PROFINET",
    0x88A2: "AoE",
    0x88A4: "EtherCAT",
    0x88CC: "LLDP",
    0x88E1: "HomePlug AV",
    0x88E5: "MACsec",
    0x88F7: "PTP",
    0x8902: "CFM",
    0x8906: "FCoE",
    0x8915: "RoCE",
    0x893A: "IEEE 1905.1",
    0x9000: "Loopback",
}

IP_PROTOCOL_NAMES: dict[int, str] = {
    0: "IPv6 Hop-by-Hop",
    1: "ICMP",
    2: "IGMP",
    17: "UDP",
    33: "DCCP",
    46: "RSVP",
    50: "ESP",
    51: "AH",
    58: "ICMPv6",
    59: "IPv6 No Next Header",
    88: "EIGRP",
    89: "OSPF",
    97: "EtherIP",
    103: "PIM",
    108: "IPComp",
    112: "VRRP",
    115: "L2TP",
    124: "IS-IS",
    132: "SCTP",
    136: "UDP-Lite",
}

MAX_802_3_LENGTH = 1535
"""Largest value of the Ethernet type field that is a length or unassigned: EtherTypes start at 0x0600 (IEEE 802.3)."""


def link_type_name(link_type: int) -> str:
    """Return tcpdump's name of a link type, or `LINKTYPE_<number>` for one that has none here."""
    return LINK_TYPE_NAMES.get(link_type, f"LINKTYPE_{link_type}")


def undecoded_link_type(link_type: int) -> str:
    """Return the reason for which packets of an unsupported link type count as undecoded: `link type 147 (USER0)`."""
    name = LINK_TYPE_NAMES.get(link_type)
    return f"link type {link_type} ({name})" if name else f"link type {link_type}"


def ethertype_name(ethertype: int) -> str:
    """Return the protocol that an EtherType stands for, or its number in hex."""
    if ethertype <= MAX_802_3_LENGTH:
        return "LLC"
    return ETHERTYPE_NAMES.get(ethertype, f"EtherType 0x{ethertype:04x}")


def ip_protocol_name(protocol: int) -> str:
    """Return the name of an IP protocol number, or `IP protocol <number>`."""
    return IP_PROTOCOL_NAMES.get(protocol, f"IP protocol {protocol}")
