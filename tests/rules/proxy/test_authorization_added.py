from typing import Any

import pytest

from osspcap.model.finding import Confidence
from tests.build.http import REQUEST_ID
from tests.build.mismatch import found, mismatch, only, report_on, shown, v1_request, v1_signature, v1_string

SAME = v1_string()
SENT = v1_request(SAME)
REFUSED = f"; OSS refused PutObject of rokid/dir/a.txt with 403 SignatureDoesNotMatch (request ID {REQUEST_ID})"
GATEWAY = "LTAI5tGatewaysOwnKey0001"


@pytest.mark.parametrize(
    ("sent", "elements", "told"),
    [
        (SENT, {"OSSAccessKeyId": GATEWAY}, "on the way the client's access key ID gave way to another"),
        (SENT, {"SignatureProvided": v1_signature("x")}, "on the way the client's signature gave way to another"),
        (
            v1_request(SAME, Authorization=""),
            {"OSSAccessKeyId": GATEWAY},
            "the captured request has no signature, but OSS received one: a device on the way added it",
        ),
    ],
)
def test_what_was_added_or_replaced(sent: bytes, elements: dict[str, Any], told: str) -> None:
    report = report_on((sent, mismatch(SAME, **elements)))
    assert found(report) == ["PRX109"]
    finding = only(report, "PRX109")
    assert finding.summary == told + REFUSED
    assert finding.confidence is Confidence.CONFIRMED
    assert all(value in shown(finding) for value in elements.values())


def test_a_gateway_that_signs_anew_is_not_blamed_for_its_date_as_well() -> None:
    changed = v1_string("POST", "/other/dir/a.txt", date="Sat, 29 Dec 2018 07:32:40 GMT")
    assert found(report_on((SENT, mismatch(changed, OSSAccessKeyId=GATEWAY)))) == ["PRX109"]


@pytest.mark.parametrize(
    "elements",
    [
        {"SignatureProvided": v1_signature(SAME)},
        {"SignatureProvided": v1_signature(SAME)[:24] + "****"},
        {"OSSAccessKeyId": "LTAXXX"},
        {"OSSAccessKeyId": " LTAI5tTestAccessKeyId001 "},
    ],
    ids=["same", "masked", "replaced by X", "blanks"],
)
def test_the_same_and_masked_values_are_silent(elements: dict[str, Any]) -> None:
    assert not report_on((SENT, mismatch(SAME, **elements)), only="PRX109").findings


def test_an_anonymous_request_without_a_string_is_silent() -> None:
    sent = v1_request(SAME, Authorization="")
    assert not report_on((sent, mismatch("", StringToSignBytes="", OSSAccessKeyId="")), only="PRX109").findings
