import numpy as np
import pytest

from osspcap.model.packets import AddressBook, distinct


def test_each_address_gets_one_number_and_its_text_back() -> None:
    book = AddressBook()
    v4, v6 = bytes([203, 0, 113, 10]), bytes.fromhex("20010db8000000000000000000000001")
    assert [book.number(v4), book.number(v6), book.number(v4)] == [0, 1, 0]
    assert book.text(0) == "203.0.113.10"
    assert book.text(1) == "2001:db8::1"


@pytest.mark.parametrize("values", [[], [7], [3, 1, 3, 2, 1], [0, 0, 0]])
def test_distinct_values_are_those_of_numpy_in_order(values: list[int]) -> None:
    column = np.array(values, np.uint64)
    assert distinct(column).tolist() == np.unique(column).tolist()
