import numpy as np

from osspcap.capture.cursor import Stop
from osspcap.capture.records import RecordBatch
from osspcap.capture.single import SingleDecoder
from tests.build.tunnels import ipv4_fragments
from tests.build.wire import ethernet, tcp_segment


def batch(*frames: bytes) -> tuple[bytearray, RecordBatch]:
    sizes = np.array([len(frame) for frame in frames], np.int64)
    start = np.cumsum(sizes) - sizes
    ones = np.ones(len(frames), np.int32)
    times = np.zeros(len(frames), np.int64)
    return bytearray(b"".join(frames)), RecordBatch(start, sizes, sizes, times, ones, int(sizes.sum()), 0)


def test_only_the_rows_asked_for_are_decoded_and_stops_are_counted() -> None:
    buffer, records = batch(*[ethernet(bytes(28), ethertype=0x0806)] * 4)
    found, stops, notes, side = SingleDecoder().decode(buffer, records, np.array([1, 3]))
    assert not found
    assert not notes
    assert not side
    assert stops == {Stop("ARP", is_understood=True): (2, 1)}


def test_fragments_wait_over_batches_and_lie_behind_the_buffer() -> None:
    decoder = SingleDecoder()
    frames = ipv4_fragments("192.0.2.1", "192.0.2.2", tcp_segment(1, 2, 3, 4, 16, b"x" * 100), 64)
    first, records = batch(frames[0])
    assert decoder.decode(first, records, np.array([0]))[0] == []
    second, records = batch(frames[1])
    ((row, segment),), _, _, side = decoder.decode(second, records, np.array([0]))
    assert row == 0
    assert segment.payload_start == len(second) + 20
    assert side[20:] == b"x" * 100
