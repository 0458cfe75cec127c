import base64

import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.callbacks import OK, client_leg, complete, encoded, form, parameter, refused, upload
from tests.build.http import REQUEST_ID, oss_error, request, response

BROKEN = '{"callbackUrl":"8.8.8.8:9090","callbackBody":"{"bucket":${bucket}}","callbackBodyType":"application/json"}'
MESSAGE = "The callback configuration is not json format."
REFUSED = refused(MESSAGE, "0007-00000003", ArgumentName="callback")


def test_an_unescaped_quote_is_shown_at_its_place() -> None:
    finding = only_finding(client_leg(upload(encoded(BROKEN)), REFUSED), "CBK005")
    assert (finding.severity, finding.confidence) == (Severity.ERROR, Confidence.CONFIRMED)
    assert finding.summary == (
        "PutObject of rokid/upload/pic.png is refused: request header x-oss-callback is not base64 of valid callback"
        ' JSON, byte 47: the string of callbackBody ends here: a quote inside it is not escaped as \\"'
        f" (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding) == [
        (6, "status line", "HTTP/1.1 400 Bad Request"),
        (6, "response body <Code>", "InvalidArgument"),
        (6, "response body <Message>", MESSAGE),
        (6, "response body <EC>", "0007-00000003"),
        (6, "response header x-oss-request-id", REQUEST_ID),
        (4, "request header x-oss-callback", encoded(BROKEN)),
        (
            4,
            "request header x-oss-callback decoded, byte 47",
            '....8.8:9090","callbackBody":"{>>>"<<<bucket":${bucket}}","callba...',
        ),
    ]
    assert '\\"bucket\\"' in finding.fix[0]


@pytest.mark.parametrize(
    ("callback", "words"),
    [
        (BROKEN, "JSON itself"),
        (base64.urlsafe_b64encode(b'{"callbackUrl":"http://a.example.com/??>"}').decode(), "URL-safe"),
        (encoded(encoded(BROKEN)), "encoded twice"),
        (encoded(BROKEN.encode("utf-16-le")), "UTF-16"),
        (encoded('{"callbackBody":{"bucket":${bucket}}}'), "callbackBody must be one string"),
        (parameter(callbackBody=""), "callbackBody is empty"),
        (parameter(callbackUrl=7), "callbackUrl is a JSON number"),
        ("notbase64atall", "is"),
    ],
)
def test_each_fault_of_a_refused_parameter_is_named(callback: str, words: str) -> None:
    for sent in (upload(callback), form(callback, x_my_var="1"), complete(callback)):
        finding = only_finding(client_leg(sent, REFUSED), "CBK005")
        assert words in finding.summary


def test_a_query_that_is_percent_encoded_twice_is_told() -> None:
    sent = upload(None, "/k?callback=eyJhIjoiYiJ9%253D", x_oss_callback_var="")
    finding = only_finding(client_leg(sent, REFUSED), "CBK005")
    assert "request query parameter callback" in finding.summary
    assert "percent-encoded once more" in finding.summary


def test_a_refusal_without_visible_fault_is_likely_a_change_on_the_way() -> None:
    finding = only_finding(client_leg(upload(parameter()), REFUSED), "CBK005")
    assert finding.confidence is Confidence.LIKELY
    assert "changed on the way" in finding.explanation


def test_an_upload_that_failed_otherwise_is_warned() -> None:
    denied = response(403, "Forbidden", body=oss_error("AccessDenied", "You have no right to access this object."))
    report = analyze_capture(client_leg(upload(encoded(BROKEN)), denied))
    found = {finding.rule: finding.severity for finding in report.findings}
    assert found["CBK005"] is Severity.WARNING
    assert Severity.ERROR in found.values()


def test_an_unanswered_upload_is_warned() -> None:
    capture = exchange_capture((upload(encoded(BROKEN)), b""))
    assert only_finding(capture, "CBK005").severity is Severity.WARNING


def test_retries_become_one_finding() -> None:
    finding = only_finding(exchange_capture(*[(upload(encoded(BROKEN)), REFUSED)] * 3), "CBK005")
    assert finding.occurrences == 3


def test_the_generic_rules_give_way() -> None:
    report = analyze_capture(client_leg(upload(encoded(BROKEN)), REFUSED))
    assert [finding.rule for finding in report.findings if finding.severity is Severity.ERROR] == ["CBK005"]


def test_accepted_and_other_requests_are_silent() -> None:
    for capture in (
        client_leg(answer=response(body=OK)),
        client_leg(upload(encoded(BROKEN)), response(body=OK)),
        client_leg(answer=refused("The part number is invalid.", ArgumentName="partNumber")),
        exchange_capture((request("GET", "/a.js?callback=jQuery1"), response(404, "Not Found"))),
    ):
        assert not analyze_capture(capture, "CBK005").findings
