from osspcap.model.attempts import AttemptKind
from osspcap.model.finding import Confidence, Severity
from osspcap.rules.network._attempts import (
    confidence_of,
    failed_attempts,
    severity_of,
    syn_evidence,
    target_of,
    tried,
    what_became,
)
from tests.build.datagrams import resolve
from tests.build.sightings import dissected
from tests.build.troubles import healthy, unanswered
from tests.build.wire import Capture

HOST = "rokid.oss-cn-hangzhou.aliyuncs.com"


def test_an_attempt_is_named_by_address_and_name_with_its_lookup_as_evidence() -> None:
    capture = Capture()
    resolve(capture, HOST, "203.0.113.99")
    dissection = dissected(unanswered(capture=capture))
    (attempts,) = failed_attempts(dissection, AttemptKind.UNANSWERED)
    assert target_of(attempts) == f"203.0.113.99:80 ({HOST})"
    assert tried(attempts) == "4 SYNs on 1 connection"
    assert what_became(attempts) == ""
    assert severity_of(attempts, dissection) is Severity.ERROR
    assert confidence_of(attempts) is Confidence.CONFIRMED
    evidence = list(syn_evidence(attempts))
    assert [item.frame for item in evidence] == [3, 4, 5, 6, 2]
    assert evidence[1].observed == "203.0.113.99:80, 1 s after the first"
    assert evidence[-1].observed == f"{HOST} A 203.0.113.99"


def test_only_the_kinds_asked_for_are_given() -> None:
    assert list(failed_attempts(dissected(unanswered()), AttemptKind.REFUSED)) == []


def test_a_connection_that_took_its_place_makes_it_a_warning() -> None:
    capture = unanswered()
    dissection = dissected(healthy(capture, server="203.0.113.99"))
    (attempts,) = failed_attempts(dissection, AttemptKind.UNANSWERED)
    assert severity_of(attempts, dissection) is Severity.WARNING
    assert what_became(attempts) == "; connection 1 took its place"
