from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import REQUEST_ID, oss_error, request, response
from tests.build.refusals import denied, told

CODE = "REF002"


def test_the_refusal_is_told_with_its_values() -> None:
    finding = only_finding(
        denied(
            message="You are denied by bucket referer policy.",
            key=None,
            headers={"Referer": "http://www.evil.example.net/page.html"},
        ),
        CODE,
    )
    text = f"{finding.summary} {finding.explanation} {' '.join(finding.fix)}"
    assert "http://www.evil.example.net/page.html" in text
    assert "`http://*.evil.example.net`" in text
    assert "`https://www.evil.example.net`" in text
    assert "CDN" in text
    assert finding.evidence[-1].observed == REQUEST_ID


def test_it_is_the_only_fault_told() -> None:
    assert told(
        denied(
            message="You are denied by bucket referer policy.",
            key=None,
            headers={"Referer": "http://www.evil.example.net/page.html"},
        )
    ) == ["referer-not-in-whitelist"]


def test_another_cause_is_silent() -> None:
    assert not analyze_capture(denied(message="You are denied by bucket referer policy.", key=None), CODE).findings


def test_two_pages_of_one_bucket_are_one_finding() -> None:
    def asked(referer: str) -> tuple[bytes, bytes]:
        body = oss_error("AccessDenied", "You are denied by bucket referer policy.")
        return request(Referer=referer), response(403, "Forbidden", body=body)

    finding = only_finding(exchange_capture(asked("http://a.example.net/"), asked("http://b.example.net/")), CODE)
    assert finding.occurrences == 2
    assert {"http://a.example.net/", "http://b.example.net/"} <= {item.observed for item in finding.evidence}


def test_a_request_with_authorization_is_not_judged() -> None:
    assert not analyze_capture(
        denied(
            message="You are denied by bucket referer policy.",
            headers={"Referer": "http://www.evil.example.net/page.html"},
        ),
        CODE,
    ).findings


def test_a_signed_url_is_judged() -> None:
    target = "/key?OSSAccessKeyId=LTAItest&Expires=9999999999&Signature=bgSo%3D"
    finding = only_finding(
        denied(
            message="You are denied by bucket referer policy.",
            key=None,
            target=target,
            headers={"Referer": "http://www.evil.example.net/page.html"},
        ),
        CODE,
    )
    assert finding.rule == CODE
