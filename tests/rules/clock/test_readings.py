from osspcap.model.clock import CaptureClock, ClientClock, ClockReading, Clocks, Refusal
from osspcap.model.finding import Severity
from osspcap.model.seen import Seen
from osspcap.rules.clock._readings import (
    capture_clock_note,
    is_replayed,
    is_steady,
    seconds,
    severity_of,
    signed_seconds,
)
from osspcap.units import FrameNumber

S = 10**9


def seen(text: str) -> Seen[str]:
    return Seen(text, FrameNumber(4), "request header Date", text.encode())


def client(*readings: tuple[str, int], refusal: Refusal = Refusal.NONE) -> ClientClock:
    offsets = [offset_s * S for _, offset_s in readings]
    read = tuple(
        ClockReading(number, offset_s * S, refusal, is_stated=True, signed=seen(text), server=seen("now"))
        for number, (text, offset_s) in enumerate(readings)
    )
    return ClientClock("a", None, refusal, offsets[0], min(offsets), max(offsets), read, tuple(range(len(read))))


def test_offsets_read_in_seconds_first() -> None:
    assert seconds(-69 * S) == "69 s"
    assert seconds(1200 * S) == "1200 s (20 min 0 s)"
    assert seconds(-28_800 * S) == "28800 s (8 h 0 min)"
    assert signed_seconds(-1200 * S) == "-1200 s"
    assert signed_seconds(61 * S) == "+61 s"


def test_severity_follows_the_servers_answer_and_the_size() -> None:
    assert severity_of(client(("a", -1200), refusal=Refusal.SKEWED)) is Severity.ERROR
    assert severity_of(client(("a", -1200), refusal=Refusal.CORRECTED)) is Severity.WARNING
    assert severity_of(client(("a", 300))) is Severity.WARNING
    assert severity_of(client(("a", 299))) is Severity.INFO


def test_one_time_sent_again_is_a_replay_and_many_times_off_alike_are_a_clock() -> None:
    assert is_replayed(client(("a", -1000), ("a", -1100)))
    assert not is_replayed(client(("a", -1000), ("a", -1001)))
    assert is_steady(client(("a", -1000), ("b", -1001)))
    assert not is_steady(client(("a", -1000), ("a", -1001)))
    assert not is_steady(client(("a", -1000), ("b", -1100)))


def test_the_captures_clock_agrees_with_one_of_the_others_or_none() -> None:
    def note(own_s: int) -> str:
        return capture_clock_note(Clocks(capture=CaptureClock(own_s * S, 1, 1, 0, seen("now"), None)), -1200 * S)

    assert "agree with the server" in note(1)
    assert "clock of that host is what is wrong" in note(-1199)
    assert "another clock again" in note(5000)
    assert capture_clock_note(Clocks(), -1200 * S) == ""
