import ipaddress
from typing import Any

import numpy as np
import pytest

from osspcap.capture import addresses as addresses_module
from osspcap.capture.addresses import AddressColumns, AddressNumbers
from osspcap.model.packets import AddressBook


def columns(*pairs: tuple[int, str, str]) -> AddressColumns:
    def packed(side: int) -> np.ndarray[Any, Any]:
        addresses = [ipaddress.ip_address(pair[side]).packed for pair in pairs]
        return np.frombuffer(b"".join(addresses), ">u4" if len(addresses[0]) == 4 else "V16")

    return AddressColumns(np.array([pair[0] for pair in pairs], np.int64), packed(1), packed(2))


def test_numbers_follow_first_appearance_source_before_destination_over_both_versions() -> None:
    book = AddressBook()
    v4 = columns((0, "203.0.113.9", "192.0.2.1"), (3, "192.0.2.1", "10.0.0.1"))
    v6 = columns((1, "2001:db8::", "2001:db8::1"), (2, "2001:db8::1", "2001:db8:1::"))
    ((src4, dst4), (src6, dst6)) = AddressNumbers(book).number([v4, v6])
    assert [book.text(n) for n in range(len(book.packed))] == [
        "203.0.113.9",
        "192.0.2.1",
        "2001:db8::",
        "2001:db8::1",
        "2001:db8:1::",
        "10.0.0.1",
    ]
    assert [src4.tolist(), dst4.tolist()] == [[0, 1], [1, 5]]
    assert [src6.tolist(), dst6.tolist()] == [[2, 3], [3, 4]]


def test_known_addresses_keep_their_numbers_in_later_chunks() -> None:
    book = AddressBook()
    numbers = AddressNumbers(book)
    numbers.number([columns((0, "192.0.2.5", "192.0.2.4"))])
    ((src, dst),) = numbers.number([columns((0, "192.0.2.3", "192.0.2.5"), (1, "192.0.2.4", "192.0.2.6"))])
    assert [src.tolist(), dst.tolist()] == [[2, 1], [0, 3]]


def test_an_ipv4_address_is_not_the_ipv6_address_of_the_same_number() -> None:
    book = AddressBook()
    AddressNumbers(book).number([columns((0, "0.0.0.1", "0.0.0.1")), columns((1, "::1", "::1"))])
    assert len(book.packed) == 2


def test_every_address_of_ones_is_told_apart() -> None:
    book = AddressBook()
    ((src, dst),) = AddressNumbers(book).number([columns((0, "255.255.255.255", "255.255.255.254"))])
    assert [src.tolist(), dst.tolist()] == [[0], [1]]


def test_no_packets_need_no_addresses() -> None:
    assert AddressNumbers(AddressBook()).number([]) == []


@pytest.mark.parametrize("bits", [0, 3, 16])
def test_addresses_that_share_a_slot_are_told_apart(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses_module, "_MIN_SLOT_BITS", 0)
    monkeypatch.setattr(addresses_module, "_MAX_SLOT_BITS", bits)
    for form in ("0.0.0.{}", "2001:db8::{:x}"):
        numbers = AddressNumbers(AddressBook())
        for first in (0, 40):
            names = [form.format(number) for number in range(first + 40)]
            ((src, dst),) = numbers.number([columns(*((row, name, name) for row, name in enumerate(names)))])
            assert src.tolist() == dst.tolist() == list(range(first + 40))
