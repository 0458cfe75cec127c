import gzip
import random
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osspcap.content import coding
from osspcap.content.coding import MAX_DECODED_BYTES, MIN_BOUND_BYTES, decode
from osspcap.model.anomaly import AnomalyName

TEXT = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>" * 20
RANDOM = random.Random(1).randbytes(5000)


def _raw_deflate(data: bytes) -> bytes:
    encoder = zlib.compressobj(wbits=-15)
    return encoder.compress(data) + encoder.flush()


CODED = [
    (b"gzip", gzip.compress(TEXT, mtime=0)),
    (b"x-gzip", gzip.compress(TEXT, mtime=0)),
    (b"deflate", zlib.compress(TEXT)),
    (b"deflate", _raw_deflate(TEXT)),
    (b"br", brotli.compress(TEXT)),
    (b"gzip, br", brotli.compress(gzip.compress(TEXT, mtime=0))),
    (b"identity", TEXT),
    (b"identity, gzip", gzip.compress(TEXT, mtime=0)),
    (b"gzip", gzip.compress(TEXT[:100], mtime=0) + gzip.compress(TEXT[100:], mtime=0)),
    (b"gzip", gzip.compress(TEXT, mtime=0) + b"\0" * 20),
]


@pytest.mark.parametrize(("encoding", "data"), CODED)
def test_every_coding_is_removed(encoding: bytes, data: bytes) -> None:
    assert decode(data, encoding) == (TEXT, None, "")


@pytest.mark.parametrize(("encoding", "data"), CODED[:6])
def test_a_window_that_ends_early_yields_its_beginning(encoding: bytes, data: bytes) -> None:
    decoded = decode(data[:-6], encoding)
    assert decoded.oddity is None
    assert TEXT.startswith(decoded.content)


@pytest.mark.parametrize(("encoding", "encode"), [(b"gzip", gzip.compress), (b"deflate", zlib.compress)])
def test_what_precedes_a_fault_is_kept(encoding: bytes, encode: object) -> None:
    assert callable(encode)
    data = bytearray(encode(RANDOM + TEXT * 50 + RANDOM))
    for index in range(5200, 5260):
        data[index] ^= 0xFF
    decoded = decode(bytes(data), encoding)
    assert decoded.oddity is AnomalyName.CONTENT_CODING_BROKEN
    assert decoded.content.startswith(RANDOM[:4000])


@pytest.mark.parametrize("encoding", [b"gzip", b"br", b"deflate"])
def test_what_is_not_coded_at_all_is_broken_and_empty(encoding: bytes) -> None:
    decoded = decode(b"<Error>plain</Error>", encoding)
    assert decoded.oddity is AnomalyName.CONTENT_CODING_BROKEN
    assert decoded.content == b""


@pytest.mark.parametrize("encoding", [b"utf-8", b"aws-chunked", b"gzip, gzip, gzip", b"zstd"])
def test_unknown_codings_are_named(encoding: bytes) -> None:
    assert decode(b"data", encoding) == (b"", AnomalyName.CONTENT_CODING_UNKNOWN, encoding.decode())


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        (b"gzip", gzip.compress(b"\0" * 50_000_000, mtime=0)),
        (b"deflate", zlib.compress(b"\0" * 50_000_000)),
        (b"br", brotli.compress(b"\0" * 50_000_000)),
        (b"gzip, gzip", gzip.compress(gzip.compress(b"\0" * 50_000_000, mtime=0), mtime=0)),
    ],
)
def test_bombs_are_cut(encoding: bytes, bomb: bytes) -> None:
    decoded = decode(bomb, encoding)
    assert decoded.oddity is AnomalyName.DECODED_BODY_TOO_LARGE
    assert MIN_BOUND_BYTES <= len(decoded.content) <= MAX_DECODED_BYTES


def test_stopping_at_the_wanted_size_is_no_oddity() -> None:
    assert decode(gzip.compress(TEXT, mtime=0), b"gzip", 100) == (TEXT[:100], None, "")


def test_brotli_without_output_limit_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "_has_output_limit", lambda _: False)
    assert decode(brotli.compress(TEXT), b"br") == (TEXT, None, "")
    assert decode(brotli.compress(b"\0" * 50_000_000), b"br").oddity is AnomalyName.DECODED_BODY_TOO_LARGE


def test_many_tiny_members_do_not_cost_quadratic_time() -> None:
    decoded = decode(gzip.compress(b"x", mtime=0) * 50_000, b"gzip")
    assert decoded.content == b"x" * coding.MAX_GZIP_MEMBERS


@given(st.binary(max_size=300), st.sampled_from([b"gzip", b"deflate", b"br", b"gzip, deflate", b"br, gzip", b","]))
def test_any_bytes_never_raise(data: bytes, encoding: bytes) -> None:
    decode(data, encoding)
