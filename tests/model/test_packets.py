from osspcap.model.packets import AddressBook


def test_each_address_gets_one_number_and_its_text_back() -> None:
    book = AddressBook()
    v4, v6 = bytes([203, 0, 113, 10]), bytes.fromhex("20010db8000000000000000000000001")
    assert [book.number(v4), book.number(v6), book.number(v4)] == [0, 1, 0]
    assert book.text(0) == "203.0.113.10"
    assert book.text(1) == "2001:db8::1"
