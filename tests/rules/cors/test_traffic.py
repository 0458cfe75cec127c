from osspcap.rules.cors._traffic import absence, header_names, traffic_of
from tests.build.dissections import dissection, exchange


def test_names_of_a_list_are_lower_case_and_each_once() -> None:
    assert header_names("X-OSS-Date, content-type,,x-oss-date ,") == ("x-oss-date", "content-type")
    assert header_names(None) == ()


def test_a_capture_without_cross_origin_requests_has_empty_traffic() -> None:
    assert traffic_of(dissection(exchange(0))).requests == ()


def test_absence_stands_at_the_answer_and_needs_one() -> None:
    (evidence,) = absence(exchange(0), "Vary", "Vary: Origin")
    assert (evidence.frame, evidence.observed, evidence.expected) == (2, "(not in the answer)", "Vary: Origin")
    assert list(absence(exchange(0, status=None), "Vary", "x")) == []
