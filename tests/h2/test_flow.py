from osspcap.h2.flow import INITIAL_WINDOW_BYTES, SendWindows

SECOND = 1_000_000_000


def test_data_that_waits_for_credit_is_charged_with_the_wait() -> None:
    windows = SendWindows()
    assert windows.send(1, INITIAL_WINDOW_BYTES, 0) == 0
    windows.give(0, 1_000, 2 * SECOND)
    windows.give(1, 1_000, 3 * SECOND)
    assert windows.send(1, 10, 4 * SECOND) == 3 * SECOND
    assert windows.send(1, 10, 5 * SECOND) == 0


def test_credit_in_time_costs_nothing() -> None:
    windows = SendWindows()
    windows.send(1, 1_000, 0)
    windows.give(0, 1_000, SECOND)
    windows.give(1, 1_000, SECOND)
    assert windows.send(1, 1_000, 2 * SECOND) == 0


def test_one_stream_may_wait_for_what_another_used_up() -> None:
    windows = SendWindows()
    windows.open(3)
    windows.send(1, INITIAL_WINDOW_BYTES, 0)
    windows.give(0, 1_000, SECOND)
    assert windows.send(3, 10, SECOND) == SECOND


def test_settings_change_open_windows_too() -> None:
    windows = SendWindows()
    windows.send(1, INITIAL_WINDOW_BYTES, 0)
    windows.give(0, 1_000_000, 0)
    windows.set_initial(INITIAL_WINDOW_BYTES + 100, 5 * SECOND)
    assert windows.send(1, 10, 5 * SECOND) == 5 * SECOND


def test_a_stream_that_is_forgotten_begins_anew() -> None:
    windows = SendWindows()
    windows.send(1, INITIAL_WINDOW_BYTES, 0)
    windows.forget(1)
    windows.give(1, 10, SECOND)
    windows.give(0, 1_000_000, 0)
    assert windows.send(1, 10, 9 * SECOND) == 0
