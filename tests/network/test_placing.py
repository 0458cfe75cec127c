import pytest

from osspcap.model.latency import Vantage
from osspcap.network.placing import place
from tests.build.streams import one
from tests.build.timed import opened
from tests.build.wire import Capture


@pytest.mark.parametrize(
    ("to_server_ms", "to_client_ms", "vantage"),
    [(30, 0.05, Vantage.CLIENT), (0.05, 30, Vantage.SERVER), (12, 20, Vantage.MIDDLE), (100, 12, Vantage.CLIENT)],
)
def test_the_side_that_answers_at_once_is_near(to_server_ms: float, to_client_ms: float, vantage: Vantage) -> None:
    capture, _ = opened(to_server_ms=to_server_ms, to_client_ms=to_client_ms)
    placing = place(one(capture)[0])
    assert placing.vantage is vantage
    assert "SYN-ACK took" in placing.reason


@pytest.mark.parametrize(
    ("client_ttl", "server_ttl", "vantage"),
    [(64, 52, Vantage.CLIENT), (57, 64, Vantage.SERVER), (64, 64, Vantage.UNKNOWN), (60, 60, Vantage.UNKNOWN)],
)
def test_hop_counts_tell_where_the_handshake_is_too_fast(client_ttl: int, server_ttl: int, vantage: Vantage) -> None:
    capture, _ = opened(client_ttl=client_ttl, server_ttl=server_ttl)
    placing = place(one(capture)[0])
    assert placing.vantage is vantage
    assert f"TTL {client_ttl} from the client, {server_ttl} from the server" in placing.reason


def test_without_a_handshake_it_is_not_told() -> None:
    capture = Capture()
    capture.tcp().client(b"GET / HTTP/1.1\r\n")
    assert place(one(capture)[0]).vantage is Vantage.UNKNOWN
