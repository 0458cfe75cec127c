from osspcap.model.attempts import Connecting
from osspcap.model.breaks import Breaks
from osspcap.model.slowness import Slowness
from tests.build.sightings import dissected
from tests.build.slow import late_answer
from tests.build.troubles import healthy, lossy_upload, unanswered


def test_each_trouble_becomes_its_fact() -> None:
    facts = dissected(unanswered(capture=lossy_upload(), cport=60_000)).facts
    assert facts.get(Connecting) is not None
    assert facts.get(Breaks) is not None
    assert dissected(late_answer(2)).facts.get(Slowness) is not None


def test_healthy_traffic_has_none_of_them() -> None:
    facts = dissected(healthy()).facts
    assert [facts.get(kind) for kind in (Connecting, Breaks, Slowness)] == [None, None, None]
