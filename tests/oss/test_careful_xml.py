from lxml import etree

from osspcap.oss.careful_xml import careful_parser


def test_nothing_is_expanded_or_fetched() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'"><!ENTITY c SYSTEM "file:///etc/hostname">]><a>&b;&c;</a>'
    root = etree.fromstring(bomb, careful_parser())
    assert root.text is None
    assert [child.text for child in root] == ["&b;", "&c;"]  # left as references


def test_a_broken_document_is_read_up_to_its_fault() -> None:
    root = etree.fromstring(b"<Error><Code>AccessDenied</Code><Message>cut", careful_parser())
    assert [(child.tag, child.text) for child in root] == [("Code", "AccessDenied"), ("Message", "cut")]


def test_a_stated_encoding_takes_the_place_of_the_declared_one() -> None:
    document = b'<?xml version="1.0" encoding="gbk"?><a>\xe4\xb8\xad</a>'
    assert etree.fromstring(document, careful_parser(encoding="utf-8")).text == "\u4e2d"
