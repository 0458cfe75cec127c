import random

import pytest
from hyperframe.frame import DataFrame, GoAwayFrame, HeadersFrame, PingFrame, RstStreamFrame, SettingsFrame

from osspcap.h2.credible import begins_frame

PING = PingFrame(0, b"12345678").serialize()


@pytest.mark.parametrize(
    "raw",
    [
        PING,
        SettingsFrame(0, {4: 65_535}).serialize(),
        SettingsFrame(0, flags=["ACK"]).serialize() + PING,
        GoAwayFrame(0, 3, 0).serialize(),
        DataFrame(5, b"x" * 16_384, flags=["END_STREAM"]).serialize()[:100],
        HeadersFrame(7, b"abc", flags=["END_HEADERS"]).serialize() + RstStreamFrame(7, 8).serialize(),
    ],
)
def test_frames_are_credible(raw: bytes) -> None:
    assert begins_frame(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        PING[:8],
        b"\x00\x00\x07\x06\x00\x00\x00\x00\x001234567",  # PING of 7 bytes
        b"\x00\x00\x08\x06\x00\x00\x00\x00\x0112345678",  # PING on a stream
        b"\x00\x00\x03\x00\x00\x00\x00\x00\x00abc",  # DATA on the connection
        b"\x00\x00\x07\x04\x00\x00\x00\x00\x001234567",  # SETTINGS of 7 bytes
        b"\x00\x00\x04\x07\x00\x00\x00\x00\x001234",  # GOAWAY of 4 bytes
        b"\x00\x50\x00\x00\x00\x00\x00\x00\x01abc",  # DATA over 16 KiB
        b"\x00\x00\x03\x00\xf0\x00\x00\x00\x01abc",  # flags that DATA does not have
        b"\x00\x00\x03\x55\x00\x00\x00\x00\x01abc",  # unknown type
        PING + b"HTTP/1.1 200 OK",
    ],
)
def test_other_bytes_are_not(raw: bytes) -> None:
    assert not begins_frame(raw)


def test_noise_hardly_ever_looks_like_a_frame() -> None:
    noise = random.Random(7)
    assert sum(begins_frame(noise.randbytes(40)) for _ in range(50_000)) == 0
