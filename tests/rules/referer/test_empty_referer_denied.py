from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import REQUEST_ID, request, response
from tests.build.refusals import denied, told

CODE = "REF001"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(denied(message="You are denied by bucket referer policy.", key=None), CODE)
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "rokid" in text
    assert "Allow Empty Referer" in text
    assert "CDN" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(denied(message="You are denied by bucket referer policy.", key=None)) == ["empty-referer-denied"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(
        denied(
            message="You are denied by bucket referer policy.",
            key=None,
            headers={"Referer": "http://evil.example.net/"},
        ),
        CODE,
    ).findings


def test_a_request_with_authorization_is_not_judged() -> None:
    assert not analyze_capture(denied(message="You are denied by bucket referer policy."), CODE).findings


def test_an_empty_field_is_as_good_as_none() -> None:
    finding = only_finding(
        denied(message="You are denied by bucket referer policy.", key=None, headers={"Referer": ""}), CODE
    )
    assert finding.rule == CODE


def test_head_is_told_by_its_ec() -> None:
    capture = exchange_capture((request("HEAD"), response(403, "Forbidden", x_oss_ec="0003-00000501")))
    assert only_finding(capture, CODE).confidence == "likely"
