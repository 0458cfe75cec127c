from osspcap.model.latency import Limit, Phase, PhaseName
from osspcap.rules.performance._slow import (
    crc_steps,
    is_held_up,
    line_evidence,
    rate,
    sdk_of,
    share,
    slow_exchanges,
    vantage_note,
    window_evidence,
)
from tests.build.http import request, response
from tests.build.sightings import dissected
from tests.build.slow import PYTHON, shut_window
from tests.build.timed import opened

CALLBACK = {
    "User_Agent": "aliyun-oss-callback",
    "X_OSS_Pub_Key_Url": "aHR0cHM6Ly9nb3NzcHVibGljLmFsaWNkbi5jb20vY2FsbGJhY2tfcHViX2tleV92MS5wZW0=",
    "Authorization": "eA==",
}
PHASE = Phase(PhaseName.RECEIVING, 0, 4_000_000_000, 400_000, ((Limit.RECEIVER, 3_000_000_000),))


def test_figures_are_told_as_people_read_them() -> None:
    assert rate(PHASE) == "390.6 KiB in 4 s (97.7 KiB/s)"
    assert share(PHASE, Limit.RECEIVER) == "3 s of 4 s"


def test_only_long_transfers_that_wait_for_their_receiver_are_held_up() -> None:
    assert is_held_up(PHASE)
    assert not is_held_up(Phase(PhaseName.RECEIVING, 0, 900_000_000, 400_000, ((Limit.RECEIVER, 900_000_000),)))
    assert not is_held_up(Phase(PhaseName.RECEIVING, 0, 4_000_000_000, 400, ((Limit.RECEIVER, 4_000_000_000),)))
    assert not is_held_up(Phase(PhaseName.RECEIVING, 0, 4_000_000_000, 400_000, ((Limit.FLOW, 4_000_000_000),)))
    assert not is_held_up(Phase(PhaseName.RECEIVING, 0, 2_000_000_000, 1 << 30, ((Limit.RECEIVER, 2_000_000_000),)))


def test_a_slow_exchange_comes_with_its_evidence() -> None:
    dissection = dissected(shut_window(agent=PYTHON))
    ((latency, exchange),) = slow_exchanges(dissection)
    use = sdk_of(exchange)
    assert use is not None
    assert use.label == "aliyun-sdk-python/2.19.1"
    assert "crcmod" in crc_steps(exchange)[0]
    assert [item.observed for item in line_evidence(exchange)] == ["GET /key HTTP/1.1", "HTTP/1.1 200 OK"]
    assert latency.receiving is not None
    windows = list(window_evidence(dissection, exchange, latency.receiving, of_client=True))
    assert len(windows) == 5
    assert windows[0].observed.startswith("0, open in frame ")
    assert vantage_note(latency).startswith("The capture was taken at the client: ")


def test_the_crc_is_no_matter_for_other_clients() -> None:
    ((_, exchange),) = slow_exchanges(dissected(shut_window()))
    assert crc_steps(exchange) == ()


def test_callbacks_are_left_to_their_own_rules() -> None:
    capture, tcp = opened(to_server_ms=10)
    tcp.client(request("POST", "/cb", host="app.example.com", body=b"a=b", **CALLBACK))
    capture.wait(3)
    tcp.server(response(body=b"{}", request_id=None, server="app"))
    dissection = dissected(capture)
    assert dissection.exchanges[0].operation is not None
    assert list(slow_exchanges(dissection)) == []
