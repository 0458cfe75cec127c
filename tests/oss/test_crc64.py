import pytest
from fastcrc import crc64
from hypothesis import given
from hypothesis import strategies as st

from osspcap.oss.crc64 import MAX_CRC64, combine, parse_crc64


def test_known_answers_are_put_together_at_every_split() -> None:
    text = b"Even if I could be Shakespeare, I think I should still choose to be Faraday. - A. Huxley"
    for cut in range(len(text) + 1):
        pieces = [(crc64.xz(text[:cut]), cut), (crc64.xz(text[cut:]), len(text) - cut)]
        assert combine(pieces) == 8850241425668899847


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_any_pieces_have_the_crc_of_the_whole(pieces: list[bytes]) -> None:
    assert combine((crc64.xz(piece), len(piece)) for piece in pieces) == crc64.xz(b"".join(pieces))


def test_order_counts_and_so_do_long_pieces() -> None:
    first, second = (crc64.xz(b"a"), 1), (crc64.xz(b"b"), 1)
    assert combine([first, second]) == crc64.xz(b"ab") != combine([second, first])
    zeros = 10 * 1024**2
    assert combine([first, (crc64.xz(bytes(zeros)), zeros)]) == crc64.xz(b"a" + bytes(zeros))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        (" 11051210869376104954 ", 11051210869376104954),
        (str(MAX_CRC64), MAX_CRC64),
        (str(MAX_CRC64 + 1), None),
        ("-1", None),
        ("995DC9BBDF1939FA", None),
        ("", None),
        ("9" * 4000, None),
    ],
)
def test_crcs_are_unsigned_decimal_numbers(text: str, value: int | None) -> None:
    assert parse_crc64(text) == value
