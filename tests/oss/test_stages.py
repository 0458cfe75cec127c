import subprocess
import sys
from inspect import signature

from osspcap.oss.facts import Context
from osspcap.oss.stages import EXCHANGE_STAGES, gather_facts
from tests.build.http import request, response
from tests.oss.test_facts import exchange_of


def test_every_stage_names_the_traffic_it_looks_at() -> None:
    assert all(stage.triggers for stage in EXCHANGE_STAGES)


def test_every_stage_has_a_gatherer() -> None:
    gatherers = [stage.gather for stage in EXCHANGE_STAGES]
    assert all(gather.__name__.startswith("gather_") for gather in gatherers)
    assert len(set(gatherers)) == len(gatherers)
    assert [next(iter(signature(gather).parameters)) for gather in gatherers] == ["exchange"] * len(gatherers)


def test_plain_traffic_has_no_facts() -> None:
    exchange = exchange_of(request(), response())
    exchanges, _facts = gather_facts([exchange], Context([exchange]))
    assert exchanges[0] is exchange


def test_a_gatherer_is_imported_when_traffic_calls_for_it() -> None:
    program = "import sys, osspcap.oss.stages; print([n for n in sys.modules if n.startswith('osspcap.oss.signing_')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
