from osspcap.oss.facts import Context
from osspcap.oss.stages import EXCHANGE_STAGES, gather_facts
from tests.build.http import request, response
from tests.oss.test_facts import exchange_of


def test_every_stage_names_the_traffic_it_looks_at() -> None:
    assert all(stage.triggers for stage in EXCHANGE_STAGES)


def test_plain_traffic_has_no_facts() -> None:
    exchange = exchange_of(request(), response())
    exchanges, _facts = gather_facts([exchange], Context([exchange]))
    assert exchanges[0] is exchange
