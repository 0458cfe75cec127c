from osspcap.model.tls import Burst, ClientHello, ClientLibrary, ServerHello, Tls, Turn
from osspcap.units import FrameNumber, Nanoseconds


def burst(frame: int, size: int = 100) -> Burst:
    return Burst(FrameNumber(frame), Nanoseconds(frame), FrameNumber(frame), Nanoseconds(frame), 0, 1, size)


def layer() -> Tls:
    return Tls(FrameNumber(4))


def client_hello() -> ClientHello:
    name = "rokid.oss-cn-hangzhou.aliyuncs.com"
    return ClientHello(FrameNumber(4), Nanoseconds(1000), name, (), ("TLS 1.3",), (0x1301,), ClientLibrary.OPENSSL)


def test_runs_of_data_become_turns_of_question_and_answer() -> None:
    tls = layer()
    tls.sides[0].bursts += [burst(10), burst(20)]
    tls.sides[1].bursts += [burst(12, 5000), burst(23)]
    assert tls.turns == [Turn(burst(10), burst(12, 5000)), Turn(burst(20), burst(23))]


def test_what_the_server_sends_before_the_first_question_is_no_answer() -> None:
    tls = layer()
    tls.sides[0].bursts.append(burst(10))
    tls.sides[1].bursts += [burst(6), burst(12)]
    assert tls.turns == [Turn(burst(10), burst(12))]


def test_a_question_without_an_answer_stands_alone() -> None:
    tls = layer()
    tls.sides[0].bursts.append(burst(10))
    assert tls.turns == [Turn(burst(10), None)]
    assert layer().turns == []


def test_a_second_run_of_the_server_is_an_answer_without_a_question() -> None:
    tls = layer()
    tls.sides[0].bursts.append(burst(10))
    tls.sides[1].bursts += [burst(12), burst(13)]
    assert tls.turns == [Turn(burst(10), burst(12)), Turn(None, burst(13))]


def test_the_handshake_lasts_from_the_hello_to_the_clients_finished() -> None:
    tls = layer()
    tls.client_hello = client_hello()
    tls.finished_ns = Nanoseconds(5000)
    tls.server_hello = ServerHello(FrameNumber(6), Nanoseconds(2000), "TLS 1.3", 0x1301, "AES_128_GCM_SHA256", None)
    assert (tls.handshake_ns, tls.version, tls.sni) == (4000, "TLS 1.3", "rokid.oss-cn-hangzhou.aliyuncs.com")


def test_a_handshake_that_was_not_captured_says_nothing() -> None:
    tls = layer()
    assert (tls.handshake_ns, tls.sni, tls.version) == (None, None, None)
    assert not tls.has_data
    assert not tls.is_opened
