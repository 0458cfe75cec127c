import io

import pytest

from osspcap.spool import Spool


class Pipe(io.BytesIO):
    """Gives a few bytes at a time, as pipes do."""

    def readinto(self, buffer: object) -> int:
        return super().readinto(memoryview(buffer)[:3])  # type: ignore[arg-type]


@pytest.mark.parametrize("memory", [4, 1000])
def test_what_was_read_can_be_read_again(memory: int) -> None:
    with Spool(Pipe(b"0123456789"), memory=memory) as spool:
        assert b"".join(iter(lambda: spool.read(4), b"")) == b"0123456789"
        again = spool.again()
        assert again is not None
        assert again.read() == b"0123456789"


def test_more_than_the_limit_is_passed_on_and_not_kept() -> None:
    with Spool(io.BytesIO(b"0123456789"), limit=9) as spool:
        assert spool.read() == b"0123456789"
        assert spool.again() is None


def test_the_stream_stays_open_when_the_copy_is_dropped() -> None:
    stream = io.BytesIO(b"abc")
    with Spool(stream) as spool:
        spool.read(1)
    assert not stream.closed
    assert spool.closed


def test_no_room_for_the_copy_does_not_disturb_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(io.BytesIO(b"abcdef"))
    copy = spool._copy
    assert copy is not None

    def full(_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copy, "write", full)
    assert spool.read(6) == b"abcdef"
    assert spool.again() is None
    spool.close()


def test_a_stream_that_only_reads_is_enough() -> None:
    class Plain:
        def __init__(self) -> None:
            self.rest = b"abcdef"

        def read(self, count: int) -> bytes:
            got, self.rest = self.rest[:count], self.rest[count:]
            return got

    with Spool(Plain()) as spool:  # type: ignore[arg-type]
        assert spool.read(4) == b"abcd"
        assert spool.read(4) == b"ef"
