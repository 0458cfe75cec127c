from osspcap.model.finding import Severity
from tests.build.sightings import codes, only_difference, put


def test_a_head_that_became_a_get_is_an_error() -> None:
    finding = only_difference("PRX302", put(method="HEAD", body=b""), put(method="GET", body=b""))
    assert finding.severity is Severity.ERROR
    assert "was changed on the way from HEAD to GET" in finding.summary


def test_the_same_method_is_silent() -> None:
    assert codes(put(method="GET", body=b""), put(method="GET", body=b"")) == []
