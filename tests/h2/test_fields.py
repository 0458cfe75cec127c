import pytest
from hpack import Encoder

from osspcap.h2.fields import MAX_FIELD_BYTES, FieldDecoder

FIELDS = [(b":method", b"GET"), (b"x-oss-meta-a", b"one"), (b"etag", b'"5C3D"')]


def test_fields_come_out_as_they_went_in_block_after_block() -> None:
    encoder, decoder = Encoder(), FieldDecoder()
    for _ in range(3):
        found = decoder.decode(encoder.encode(FIELDS))
        assert (found.fields, found.unknown, found.is_broken) == (FIELDS, 0, False)


def test_references_to_lost_entries_are_left_out_and_counted() -> None:
    encoder, decoder = Encoder(), FieldDecoder()
    encoder.encode(FIELDS)
    decoder.lose()
    found = decoder.decode(encoder.encode(FIELDS))
    assert (found.fields, found.unknown) == ([(b":method", b"GET")], 2)


def test_entries_added_behind_a_loss_are_known() -> None:
    encoder, decoder = Encoder(), FieldDecoder()
    encoder.encode(FIELDS)
    decoder.lose()
    decoder.decode(encoder.encode([(b"x-new", b"1")]))
    found = decoder.decode(encoder.encode([(b"x-new", b"1"), *FIELDS]))
    assert found.fields == [(b"x-new", b"1"), (b":method", b"GET")]


@pytest.mark.parametrize("block", [b"\xff\xff\xff\xff", b"\x80", b"\x40\x0aabc", b"\x40\x82", b"\x7f\x90"])
def test_a_broken_block_yields_nothing_and_makes_the_table_unknown(block: bytes) -> None:
    decoder = FieldDecoder()
    found = decoder.decode(block)
    assert (found.fields, found.is_broken, decoder.is_lossy) == ([], True, True)


def test_a_small_block_that_stands_for_a_long_list_is_refused() -> None:
    encoder, decoder = Encoder(), FieldDecoder()
    decoder.decode(encoder.encode([(b"x-bomb", b"b" * 4_000)]))
    bomb = encoder.encode([(b"x-bomb", b"b" * 4_000)]) * (MAX_FIELD_BYTES // 4_000 + 1)
    assert len(bomb) < 100
    assert decoder.decode(bomb).is_broken
