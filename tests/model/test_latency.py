from osspcap.model.latency import Latency, Limit, Party, Phase, PhaseName, Placing, Vantage

HERE = Placing(Vantage.UNKNOWN, "")


def test_a_phase_knows_what_took_half_of_it() -> None:
    phase = Phase(PhaseName.RECEIVING, 0, 1000, 5000, ((Limit.LOSS, 500), (Limit.FLOW, 300)))
    assert phase.limit is Limit.LOSS
    assert phase.spent_on(Limit.FLOW) == 300
    assert phase.bytes_per_s == 5e9
    assert Phase(PhaseName.RECEIVING, 0, 1000, 0, ((Limit.LOSS, 400), (Limit.FLOW, 300))).limit is None


def test_sender_and_receiver_are_client_or_server_by_the_direction() -> None:
    sending = Phase(PhaseName.SENDING, 0, 10, 1, ((Limit.RECEIVER, 10),))
    receiving = Phase(PhaseName.RECEIVING, 0, 10, 1, ((Limit.RECEIVER, 10),))
    assert Latency(0, HERE, None, sending=sending).bottleneck is Party.SERVER
    assert Latency(0, HERE, None, receiving=receiving).bottleneck is Party.CLIENT


def test_waiting_for_a_server_that_states_no_time_is_left_open() -> None:
    waiting = Phase(PhaseName.WAITING, 0, 10, 0, ((Limit.ROUND_TRIP, 10),))
    assert Latency(0, HERE, None, waiting=waiting).bottleneck is Party.UNTOLD
    assert Latency(0, HERE, None, waiting=waiting, server_ns=0).bottleneck is Party.ROUND_TRIP


def test_nothing_measured_has_no_bottleneck() -> None:
    assert Latency(0, HERE, None).bottleneck is None
    assert Latency(0, HERE, None).total_ns == 0
