from osspcap.tls.items import Record
from osspcap.tls.ladder import MAX_FAILURES, Ladder, TrialBudget
from osspcap.tls.protection import Opened, Payload, Protection


class Locked(Protection):
    """A step whose records say which step and number they are of."""

    overhead = 17

    def __init__(self, name: str, *, following: bool = False) -> None:
        self.name, self.following = name, following
        self.trials = 0

    def open(self, sequence: int, kind: int, version: int, payload: Payload) -> Opened | None:  # noqa: ARG002
        self.trials += 1
        return (23, memoryview(b"ok")) if bytes(payload) == f"{self.name}{sequence}".encode() else None

    def updated(self) -> Protection | None:
        return Locked(self.name + "'") if self.following else None


def record(text: str) -> Record:
    return Record(23, 0x0303, text.encode(), 1, 1, 0, 0)


def ladder(*names: str, **kwargs: int) -> Ladder:
    return Ladder([Locked(name) for name in names], TrialBudget(), **kwargs)


def opens(target: Ladder, *texts: str) -> list[bool]:
    return [target.open(record(text)) is not None for text in texts]


def test_records_open_one_after_the_other() -> None:
    assert opens(ladder("a"), "a0", "a1", "a2") == [True] * 3


def test_the_next_step_begins_at_zero() -> None:
    steps = ladder("h", "d", handshake_steps=1)
    assert steps.is_handshake
    assert opens(steps, "h0")
    steps.advance()
    assert not steps.is_handshake
    assert opens(steps, "d0", "d1") == [True, True]


def test_where_the_switch_was_missed_the_next_step_is_tried() -> None:
    assert opens(ladder("h", "d"), "h0", "d0", "d1") == [True] * 3
    assert opens(ladder("h", "d"), "d0", "d1") == [True] * 2


def test_an_update_that_was_missed_is_made_up_for() -> None:
    steps = Ladder([Locked("d", following=True)], TrialBudget())
    assert opens(steps, "d0", "d'0", "d'1") == [True] * 3


def test_early_data_is_told_from_other() -> None:
    steps = ladder("e", "h", "d", early_steps=1, handshake_steps=1)
    assert opens(steps, "e0")
    assert steps.is_early
    assert opens(steps, "h0")
    assert (steps.is_early, steps.is_handshake) == (False, True)


def test_records_that_were_never_opened_do_not_count() -> None:
    """Rejected early data whose keys are not in the log stands in front of the handshake's first record."""
    assert opens(ladder("h"), "?", "?", "h0", "h1") == [False, False, True, True]


def test_a_damaged_record_costs_its_number() -> None:
    assert opens(ladder("a"), "a0", "?", "a2") == [True, False, True]


def test_a_torn_record_counts() -> None:
    steps = ladder("h", "d")
    assert opens(steps, "h0")
    steps.skip()
    assert opens(steps, "h2")
    steps.skip()
    assert opens(steps, "d1")  # the torn one was the first of the next step


def test_behind_a_hole_the_number_is_found_and_says_how_many_records_were_lost() -> None:
    steps = ladder("a")
    assert opens(steps, "a0", "a1")
    resumed = steps.resume(record("a7"), 40_000)
    assert resumed is not None
    assert resumed[1:] == (5, True)
    assert opens(steps, "a8")


def test_behind_a_hole_another_step_may_have_begun() -> None:
    steps = ladder("h", "d")
    assert opens(steps, "h0")
    resumed = steps.resume(record("d3"), 40_000)
    assert resumed is not None
    assert resumed[1:] == (3, False)


def test_numbers_beyond_the_lost_bytes_are_not_tried() -> None:
    steps = ladder("a")
    assert steps.resume(record("a9"), 100) is None
    assert opens(steps, "a0")


def test_the_budget_of_a_capture_ends_the_trials() -> None:
    budget = TrialBudget(left=10)
    step = Locked("a")
    assert Ladder([step], budget).resume(record("?"), 10_000_000) is None
    assert (step.trials, budget.left) == (10, 0)


def test_after_too_many_failures_nothing_is_tried_any_more() -> None:
    step = Locked("a")
    steps = Ladder([step], TrialBudget())
    for _ in range(MAX_FAILURES):
        assert steps.open(record("?")) is None
    assert steps.is_dead
    trials = step.trials
    assert steps.open(record("a0")) is None
    assert steps.resume(record("a0"), 10) is None
    assert step.trials == trials
