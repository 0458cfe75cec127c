import pytest

from osspcap.model.breaks import Breaks
from osspcap.network.losses import real_losses
from tests.build.sightings import dissected
from tests.build.streams import one
from tests.build.troubles import healthy, lossy_upload, stuck
from tests.build.wire import Capture


def breaks_of(capture: Capture) -> Breaks:
    return dissected(capture).facts.get(Breaks) or Breaks()


@pytest.mark.parametrize("from_client", [True, False])
def test_losses_are_summed_by_pair_and_direction(*, from_client: bool) -> None:
    (loss,) = breaks_of(lossy_upload(total=30_000, from_client=from_client)).losses
    assert (loss.from_client, loss.lost, loss.segments) == (from_client, 4, 25)
    assert (loss.client, loss.server) == ("192.0.2.10", "203.0.113.10")
    assert round(loss.waited_ns / 1e6) == 1200
    assert len(loss.frames) == 4


def test_what_had_been_acknowledged_is_no_loss() -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(b"x" * 1000)
    tcp.send(0, 0x18, b"x" * 1000, seq=1001)
    connection, *_ = one(capture)
    assert connection.from_client.retransmitted == 1
    assert real_losses(connection.from_client) == []


def test_a_segment_that_never_passes_is_a_black_hole() -> None:
    (hole,) = breaks_of(stuck(repeats=3)[0]).black_holes
    assert (hole.from_client, hole.offset, hole.length, len(hole.frames)) == (True, 300, 1460, 3)
    assert hole.exchanges == (0,)


@pytest.mark.parametrize("repeats", [0, 1])
def test_it_takes_several_attempts(repeats: int) -> None:
    assert breaks_of(stuck(repeats=repeats)[0]).black_holes == ()


def test_healthy_connections_lose_nothing() -> None:
    assert breaks_of(healthy()).losses == ()
