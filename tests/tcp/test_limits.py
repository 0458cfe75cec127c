from osspcap.model.anomaly import AnomalyName
from osspcap.model.stream import GapCause
from osspcap.tcp.limits import Limits
from tests.build.streams import assemble, content
from tests.build.wire import ACK, Capture


def hole_then(parts: int, *, cport: int = 50000, capture: Capture | None = None) -> Capture:
    """One lost segment of 100 bytes that nobody acknowledges, and 100-byte segments behind it."""
    capture = capture or Capture()
    tcp = capture.tcp(cport=cport)
    tcp.handshake()
    tcp.lose(0, b"x" * 100)
    for _ in range(parts):
        tcp.send(0, ACK, b"y" * 100)
    return capture


def test_at_the_segment_limit_the_hole_becomes_a_gap_and_an_anomaly() -> None:
    ((connection, (client, _)),) = assemble(hole_then(10), limits=Limits(pending_segments=4))
    assert content(client) == [(0, 100, GapCause.NOT_CAPTURED, False), b"y" * 1000]
    assert [anomaly.name for anomaly in connection.anomalies] == [AnomalyName.PENDING_LIMIT]
    assert connection.anomalies[0].frame == 8


def test_at_the_byte_limit_likewise() -> None:
    ((connection, _),) = assemble(hole_then(10), limits=Limits(pending_bytes=450))
    assert [anomaly.frame for anomaly in connection.anomalies] == [8]


def test_the_limit_over_all_connections_is_kept() -> None:
    capture = hole_then(4)
    hole_then(4, cport=50001, capture=capture)
    streams = assemble(capture, limits=Limits(pending_bytes_total=600))
    assert [[anomaly.name for anomaly in connection.anomalies] for connection, _ in streams] == [
        [],
        [AnomalyName.PENDING_LIMIT],
    ]


def test_below_the_limits_the_hole_waits_for_the_end() -> None:
    ((connection, (client, _)),) = assemble(hole_then(10))
    assert connection.anomalies == []
    assert content(client) == [(0, 100, GapCause.NOT_CAPTURED, False), b"y" * 1000]
