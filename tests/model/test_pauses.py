from osspcap.model.pauses import NO_PAUSES
from osspcap.units import StreamId
from tests.build.pausing import assembled
from tests.build.wire import Capture


def test_each_connection_has_its_own_pauses() -> None:
    capture = Capture(step_ns=1000)
    for number in range(3):
        tcp = capture.tcp(cport=50_000 + number)
        tcp.handshake()
        for _ in range(number):
            capture.wait(0.1)
            tcp.client(b"x")
    _, pauses = assembled(capture)
    assert len(pauses) == 3
    assert [len(pauses.of(StreamId(number))) for number in range(5)] == [0, 1, 2, 0, 0]
    assert {pause.duration_ns for pause in pauses.of(StreamId(2))} == {100_001_000}


def test_a_capture_without_pauses_has_none() -> None:
    assert len(NO_PAUSES) == 0
    assert NO_PAUSES.of(StreamId(0)) == []
