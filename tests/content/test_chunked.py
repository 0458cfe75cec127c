import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.content.chunked import MAX_SIZE_LINE_BYTES, MAX_TRAILER_BYTES, ChunkedDecoder
from osspcap.model.anomaly import AnomalyName


def _decode(data: bytes, step: int) -> tuple[bytes, int, ChunkedDecoder]:
    """Feed pieces of `step` bytes until the body ends; return data, bytes taken, decoder."""
    out = bytearray()
    decoder = ChunkedDecoder()
    taken = 0
    while taken < len(data) and not decoder.is_ended and decoder.oddity is None:
        taken += decoder.feed(memoryview(data[taken : taken + step]), out.extend)
    return bytes(out), taken, decoder


BODIES = [
    (b"0\r\n\r\n", b"", b"\r\n"),
    (b"5\r\nhello\r\n0\r\n\r\n", b"hello", b"\r\n"),
    (b"5\r\nhello\r\nA\r\n, world!!!\r\n0\r\n\r\n", b"hello, world!!!", b"\r\n"),
    (b'005 ;ext="a;b"\r\nhello\r\n000\r\n\r\n', b"hello", b"\r\n"),
    (b"a\r\n0123456789\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n", b"0123456789", b"X-Sum: 1\r\nY: 2\r\n\r\n"),
]


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(("coded", "plain", "trailers"), BODIES)
def test_a_body_decodes_in_any_pieces_and_leaves_what_follows(
    coded: bytes, plain: bytes, trailers: bytes, step: int
) -> None:
    out, taken, decoder = _decode(coded + b"HTTP/1.1 200 OK", step)
    assert (out, taken, bytes(decoder.trailers)) == (plain, len(coded), trailers)
    assert decoder.is_ended
    assert not decoder.has_bare_lf


@pytest.mark.parametrize("step", [1, 1000])
def test_bare_line_feeds_are_tolerated_and_noted(step: int) -> None:
    out, _, decoder = _decode(b"5\nhello\n0\n\n", step)
    assert (out, decoder.is_ended, decoder.has_bare_lf) == (b"hello", True, True)


@pytest.mark.parametrize("step", [1, 1000])
@pytest.mark.parametrize(
    ("coded", "oddity"),
    [
        (b"xyz\r\n", AnomalyName.BAD_CHUNK_SIZE),
        (b"\r\n", AnomalyName.BAD_CHUNK_SIZE),
        (b"-5\r\nhello", AnomalyName.BAD_CHUNK_SIZE),
        (b"0x5\r\nhello", AnomalyName.BAD_CHUNK_SIZE),
        (b"5\r\nhelloX\r\n0\r\n\r\n", AnomalyName.BAD_CHUNK_SIZE),
        (b"5\r\nhelloXXXX", AnomalyName.BAD_CHUNK_SIZE),
        (b"FFFFFFFFFFFFFFFFF\r\n", AnomalyName.BAD_CHUNK_SIZE),
        (b"5;" + b"e" * MAX_SIZE_LINE_BYTES + b"\r\nhello", AnomalyName.CHUNK_LINE_TOO_LONG),
        (b"0\r\nT: " + b"t" * MAX_TRAILER_BYTES + b"\r\n\r\n", AnomalyName.TRAILERS_TOO_LARGE),
        (b"0\r\n" + b"T: t\r\n" * MAX_TRAILER_BYTES, AnomalyName.TRAILERS_TOO_LARGE),
    ],
)
def test_broken_framing_is_named(coded: bytes, oddity: AnomalyName, step: int) -> None:
    _, _, decoder = _decode(coded, step)
    assert decoder.oddity is oddity
    assert not decoder.is_ended


def test_data_can_be_skipped_inside_a_chunk_only() -> None:
    decoder = ChunkedDecoder()
    decoder.feed(memoryview(b"5\r\nhe"), len)
    assert decoder.remaining == 3
    decoder.skip(3)
    assert decoder.remaining == 0
    assert decoder.feed(memoryview(b"\r\n0\r\n\r\n"), len) == 7
    assert decoder.is_ended


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8), st.integers(1, 20))
def test_encoding_and_decoding_are_inverse(parts: list[bytes], step: int) -> None:
    coded = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    out, taken, decoder = _decode(coded + b"rest", step)
    assert (out, taken, decoder.is_ended) == (b"".join(parts), len(coded), True)


@given(st.binary(max_size=200), st.integers(1, 20))
def test_any_bytes_never_raise_and_pieces_never_matter(data: bytes, step: int) -> None:
    out, _, decoder = _decode(data, step)
    whole, _, reference = _decode(data, max(1, len(data)))
    assert decoder.oddity is reference.oddity
    assert (out, decoder.is_ended) == (whole, reference.is_ended)
