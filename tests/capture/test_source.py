import errno
import hashlib
import io
import os
from pathlib import Path

import pytest

from osspcap.capture.source import RawInput, open_raw
from osspcap.errors import UnreadableCaptureError


class Failing(io.RawIOBase):
    """Gives some bytes, then fails as a broken disk does."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, view: memoryview) -> int:  # type: ignore[override]
        count = self._data.readinto(view)
        if not count:
            raise OSError(errno.EIO, "Input/output error")
        return count


@pytest.mark.parametrize("size", [0, 10, 3_000_000])
def test_hash_is_that_of_the_whole_file_whatever_was_read(tmp_path: Path, size: int) -> None:
    path = tmp_path / "x"
    data = os.urandom(size)
    path.write_bytes(data)
    raw = open_raw(path, None)
    first = raw.peek(512)
    buffer = bytearray(700_000)
    got = raw.readinto(memoryview(buffer))
    assert first == data[:512]
    assert buffer[:got] == data[: len(buffer)]
    assert raw.total_bytes == size
    assert raw.finish() == hashlib.sha256(data).hexdigest()
    assert raw.bytes_read == size
    raw.close()


def test_pieces_may_change_once_settled_after_a_later_read() -> None:
    data = os.urandom(5_000_000)
    raw = RawInput(io.BytesIO(data), "x")
    buffers = (bytearray(400_000), bytearray(400_000))
    turn = 0
    while raw.readinto(memoryview(buffers[turn])):
        raw.settle()
        turn = 1 - turn
        buffers[turn][:] = bytes(400_000)
    assert raw.finish() == hashlib.sha256(data).hexdigest()
    raw.close()


def test_missing_file_directory_and_impossible_path_are_named(tmp_path: Path) -> None:
    for path, text in ((tmp_path / "none", "no such file"), (tmp_path, "is a directory"), ("a\0b", "not a possible")):
        with pytest.raises(UnreadableCaptureError, match=text) as caught:
            open_raw(path, None)
        assert "\n" not in str(caught.value)


def test_file_without_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.touch(0)

    def refuse(*_args: object, **_kwargs: object) -> None:  # root may read everything, whatever the mode says
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(UnreadableCaptureError, match="permission denied"):
        open_raw(path, None)


def test_terminal_on_standard_input_is_refused() -> None:
    class Terminal(io.BytesIO):
        def isatty(self) -> bool:
            return True

    with pytest.raises(UnreadableCaptureError, match="tcpdump"):
        open_raw("-", Terminal())


def test_device_that_fails_at_once_raises_and_later_ends_the_input() -> None:
    with pytest.raises(UnreadableCaptureError, match="Input/output error"):
        RawInput(Failing(b""), "x").read(10)
    raw = RawInput(Failing(b"abc"), "x")
    assert raw.read(10) == b"abc"
    assert "Input/output error" in raw.failure


def test_given_standard_input_is_not_closed() -> None:
    stream = io.BytesIO(b"abc")
    raw = open_raw("-", stream)
    raw.close()
    assert not stream.closed
    assert raw.total_bytes is None
