from osspcap.capture.names import ethertype_name, ip_protocol_name, link_type_name, undecoded_link_type


def test_link_types_have_the_names_of_tcpdump() -> None:
    assert link_type_name(1) == "EN10MB"
    assert link_type_name(276) == "LINUX_SLL2"
    assert {link_type_name(n) for n in (12, 14, 101)} == {"RAW"}
    assert link_type_name(9999) == "LINKTYPE_9999"


def test_reasons_name_the_link_type_where_it_has_a_name() -> None:
    assert undecoded_link_type(147) == "link type 147 (USER0)"
    assert undecoded_link_type(9999) == "link type 9999"


def test_numbers_without_a_name_are_shown_as_numbers() -> None:
    assert ethertype_name(0x0806) == "ARP"
    assert ethertype_name(0x1234) == "EtherType 0x1234"
    assert ethertype_name(38) == "LLC"
    assert ip_protocol_name(17) == "UDP"
    assert ip_protocol_name(253) == "IP protocol 253"
