"""What the rules about one error code have in common; no rule of its own, so REQ codes stand for the base."""

import pytest

from osspcap.model.finding import Confidence
from tests.build.analyze import analyze_capture, exchange_capture, only_finding, refused
from tests.build.http import REQUEST_ID, oss_error, request, response

PUT = request("PUT", "/?cors", body=b"<a")


def test_the_answer_and_its_request_id_end_every_summary() -> None:
    finding = only_finding(refused(409, "BucketNotEmpty", "no", method="DELETE", target="/"), "REQ014")
    assert finding.summary.endswith(f"is answered with 409 BucketNotEmpty (request ID {REQUEST_ID})")
    assert finding.evidence[-1].observed == REQUEST_ID


def test_a_status_that_stands_alone_is_likely_and_explained() -> None:
    finding = only_finding(exchange_capture((request("HEAD"), response(412, "Precondition Failed"))), "REQ009")
    assert finding.confidence is Confidence.LIKELY
    assert finding.explanation.startswith("The answer states no error code; the status 412 stands for")


def test_an_ec_header_stands_for_its_code() -> None:
    answer = response(400, "Bad Request", x_oss_ec="0002-00000066")
    finding = only_finding(exchange_capture((request("HEAD"), answer)), "REQ011")
    assert finding.confidence is Confidence.LIKELY
    assert "the EC code stands for InvalidArgument" in finding.explanation


def test_a_known_code_in_a_cut_document_is_enough() -> None:
    whole = response(400, "Bad Request", body=oss_error("MalformedXML", "no"))
    report = analyze_capture(exchange_capture((PUT, whole[: whole.index(b"</Message>")])), "REQ007")
    assert len(report.findings) == 1
    assert not report.undecided


def test_a_cut_document_without_a_code_is_undecided_and_says_why() -> None:
    cut = response(400, "Bad Request", Content_Length="300")
    (item,) = analyze_capture(exchange_capture((PUT, cut)), "REQ007").undecided
    assert item.reason == "the answer 400 fits, but its error document is not in the capture"
    assert item.exchanges == (0,)


@pytest.mark.parametrize("code", ["REQ003", "REQ007", "REQ011", "REQ013"])
def test_an_answer_that_oss_did_not_give_is_silent(code: str) -> None:
    answer = response(400, "Bad Request", request_id=None, server="nginx", Content_Length="300")
    report = analyze_capture(exchange_capture((PUT, answer)), code)
    assert not report.findings
    assert not report.undecided


def test_a_whole_answer_without_an_error_document_leaves_nothing_undecided() -> None:
    for asked in (PUT, request("HEAD")):
        report = analyze_capture(exchange_capture((asked, response(400, "Bad Request"))), "REQ")
        assert [finding.name for finding in report.findings] == ["oss-error"]
        assert not report.undecided
