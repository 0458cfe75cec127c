from io import BytesIO

from osspcap.analysis import dissect
from osspcap.capture.reader import open_capture
from osspcap.tcp.chosen import ChosenRows
from osspcap.units import StreamId
from tests.build.wire import START_NS, Capture


def chosen(capture: Capture, *streams: int, chunk_bytes: int = 8 << 20) -> list[tuple[int, int, int, int]]:
    """Frame, stream, side, and milliseconds on the clock of each packet found."""
    content = capture.pcap()
    connections = dissect("-", stdin=BytesIO(content)).connections
    found: list[tuple[int, int, int, int]] = []
    with open_capture("-", stdin=BytesIO(content), chunk_bytes=chunk_bytes) as reader:
        rows = ChosenRows(connections, [StreamId(stream) for stream in streams], reader.addresses)
        for table in reader.tables():
            for row, connection, side, clock_ns in rows.rows(table):
                frame = table.frame.item(row)
                found.append((frame, connection.stream, side, (clock_ns - START_NS) // 1_000_000))
    return found


def test_rows_are_told_by_both_ends_and_sides_as_the_first_reading_named_them() -> None:
    capture = Capture()
    for server, client in (("203.0.113.10", "192.0.2.10"), ("2001:db8::1", "2001:db8::2")):
        capture.tcp(client, 50000, server, 80).handshake()
        capture.tcp(client, 50001, server, 80).handshake()
    assert [(frame, stream, side) for frame, stream, side, _ in chosen(capture, 0, 3)] == [
        (1, 0, 0),
        (2, 0, 1),
        (3, 0, 0),
        (10, 3, 0),
        (11, 3, 1),
        (12, 3, 0),
    ]


def test_a_later_connection_of_the_same_ends_is_another() -> None:
    capture = Capture()
    capture.tcp().handshake()
    capture.tcp(client_isn=700_000).handshake()
    capture.tcp(client_isn=900_000).handshake()
    assert [frame for frame, *_ in chosen(capture, 1)] == [4, 5, 6]


def test_the_clock_never_runs_back_whatever_the_chunks_are() -> None:
    capture = Capture()
    other, tcp = capture.tcp(cport=1), capture.tcp(cport=2)
    other.handshake()
    capture.packets[2].ts_ns += 50_000_000
    tcp.handshake()
    assert chosen(capture, 1) == [(4, 1, 0, 52), (5, 1, 1, 52), (6, 1, 0, 52)]
    assert chosen(capture, 1, chunk_bytes=1) == chosen(capture, 1)


def test_nothing_chosen_finds_nothing() -> None:
    capture = Capture()
    capture.tcp().handshake()
    assert chosen(capture) == []
