"""Pauses of captures that were built in a test."""

from osspcap.model.packets import AddressBook
from osspcap.model.pauses import Pause, Pauses
from osspcap.model.stream import Connection
from osspcap.tcp.streams import StreamAssembler
from osspcap.units import StreamId
from tests.build.tables import tables
from tests.build.wire import Capture


def assembled(capture: Capture, *, size: int = 0, shortcuts: bool = True) -> tuple[list[Connection], Pauses]:
    """Take a capture in tables of `size` packets through the TCP stage; returns its connections and pauses."""
    book = AddressBook()
    assembler = StreamAssembler(book, shortcuts=shortcuts)
    for part in tables(capture, book, size=size):
        list(assembler.feed(part))
    list(assembler.finish())
    return assembler.connections, assembler.pauses()


def pauses_of(capture: Capture, *, stream: int = 0, size: int = 0, shortcuts: bool = True) -> list[Pause]:
    """The pauses of one connection."""
    return assembled(capture, size=size, shortcuts=shortcuts)[1].of(StreamId(stream))
