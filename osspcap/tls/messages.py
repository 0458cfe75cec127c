"""Handshake messages of one direction, put together from the records that carry them.

In: payloads of handshake records in order. Out: whole messages. A message that is longer than `MAX_MESSAGE_BYTES`, or
that a hole cut, ends the reading; its beginning can still be had, for a hello says much in its first bytes.

Source: RFC 8446 sections 4 and 5.1: messages may share records and may span them.
"""

from collections.abc import Iterator

MAX_MESSAGE_BYTES = 128 * 1024
"""Longest message read; chains of certificates have a few kilobytes."""
_HEADER = 4

Message = tuple[int, bytes]
"""Type, and the message with its header of 4 bytes."""


class MessageReader:
    """Reads the handshake messages of one direction."""

    __slots__ = ("_buffer", "is_broken")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.is_broken = False
        """A message was lost: nothing is read any more until `reset`."""

    def push(self, payload: bytes | bytearray | memoryview) -> Iterator[Message]:
        """Take the payload of the next record; yields the messages that it completes."""
        if self.is_broken:
            return
        buffer = self._buffer
        buffer += payload
        at = 0
        while len(buffer) - at >= _HEADER:
            length = int.from_bytes(buffer[at + 1 : at + _HEADER])
            if length > MAX_MESSAGE_BYTES:
                self.is_broken = True
                break
            end = at + _HEADER + length
            if end > len(buffer):
                break
            yield buffer[at], bytes(buffer[at:end])
            at = end
        del buffer[:at]

    def cut(self, head: bytes = b"") -> Message | None:
        """Return the beginning of the message at hand, with `head` behind it; nothing follows it."""
        self._buffer += head
        self.is_broken = True
        if len(self._buffer) < _HEADER:
            return None
        return self._buffer[0], bytes(self._buffer[:MAX_MESSAGE_BYTES])

    def reset(self) -> None:
        """Begin anew: under other keys a message starts."""
        self._buffer.clear()
        self.is_broken = False
