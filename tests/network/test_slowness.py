import pytest

from osspcap.model.slowness import Slowness
from tests.build.analyze import exchange_capture, refused
from tests.build.http import request, response
from tests.build.sightings import dissected
from tests.build.slow import late_answer, reconnecting
from tests.build.troubles import healthy
from tests.build.wire import Capture


def slowness_of(capture: Capture) -> Slowness:
    return dissected(capture).facts.get(Slowness) or Slowness()


@pytest.mark.parametrize(("seconds", "count"), [(0.9, 0), (1.1, 1)])
def test_exchanges_of_a_second_and_more_are_measured(seconds: float, count: int) -> None:
    assert len(slowness_of(late_answer(seconds)).slow) == count


def test_brakes_of_oss_are_told_by_code_or_by_delay() -> None:
    assert [item.delay_ms for item in slowness_of(refused(503, "QpsLimitExceeded", "x")).throttled] == [None]
    delayed = exchange_capture((request(), response(x_oss_qos_delay_time="25")))
    assert [item.delay_ms for item in slowness_of(delayed).throttled] == [25]


def test_connections_for_one_request_each_are_counted_where_they_follow_each_other() -> None:
    (habit,) = slowness_of(reconnecting(15)).reconnecting
    assert (habit.client, str(habit.server), len(habit.streams)) == ("192.0.2.10", "203.0.113.10:80", 15)
    assert habit.exchanges == tuple(range(15))


def test_a_healthy_capture_has_no_such_fact() -> None:
    assert dissected(healthy()).facts.get(Slowness) is None
