import json
from io import BytesIO
from pathlib import Path

import pytest

from osspcap.analysis import analyze
from osspcap.report.view import ReportView
from osspcap.scan import summary
from osspcap.scan.outcome import Found, Outcome, State
from osspcap.scan.summary import storable, summarize
from tests.build.analyze import exchange_capture
from tests.build.http import REQUEST_ID, oss_error, request, response
from tests.build.refusals import SIGNATURE, TOKEN, signed
from tests.build.scans import AGENT, numbered, refusal
from tests.build.story import AUTHORIZATION
from tests.build.wire import Capture


def summary_of(capture: Capture | bytes) -> Outcome:
    content = capture if isinstance(capture, bytes) else capture.pcap()
    return summarize(ReportView(analyze("-", stdin=BytesIO(content))), Outcome(Found(1, "x", 0), State.DONE))


def test_a_finding_says_where_it_was_seen() -> None:
    outcome = summary_of(refusal(3))
    [finding] = [finding for finding in outcome.findings if finding.severity == "error"]
    [place] = finding.places
    assert (place.endpoint, place.bucket, place.sdk) == (
        "oss-cn-hangzhou.aliyuncs.com",
        "rokid",
        "aliyun-sdk-python/2.19.1",
    )
    assert (place.exchange, place.frame, place.request_id) == (0, 4, numbered(3))
    assert place.first_ns == place.last_ns
    assert place.occurrences == finding.occurrences == 1


def test_a_finding_in_two_buckets_has_two_places() -> None:
    pairs = []
    for number, bucket in enumerate(("one", "two", "one")):
        host = f"{bucket}.oss-cn-hangzhou.aliyuncs.com"
        body = oss_error("NoSuchKey", "gone", RequestId=numbered(number))
        answer = response(404, "Not Found", body=body, request_id=numbered(number))
        pairs.append((request("GET", f"/{number}", host=host, User_Agent=AGENT), answer))
    findings = [finding for finding in summary_of(exchange_capture(*pairs)).findings if finding.severity != "info"]
    places = sorted((p.bucket, p.occurrences, p.exchange) for finding in findings for p in finding.places)
    assert places == [("one", 2, 0), ("two", 1, 1)]


def test_request_ids_of_all_exchanges_are_kept() -> None:
    pairs = [(request("GET", f"/{n}"), response(request_id=numbered(n))) for n in (2, 1)]
    outcome = summary_of(exchange_capture(*pairs))
    assert outcome.request_ids == ((numbered(1), 1, 8), (numbered(2), 0, 4))
    assert outcome.exchanges == ()


def test_exchanges_that_failed_are_kept_in_short() -> None:
    [row] = summary_of(refusal(3)).exchanges
    assert (row.id, row.stream, row.frame, row.method, row.status) == (0, 0, 4, "PUT", 404)
    assert (row.place, row.code, row.request_id) == ("rokid/a3.txt", "NoSuchBucket", numbered(3))
    assert (row.operation, row.endpoint, row.bucket) == ("PutObject", "oss-cn-hangzhou.aliyuncs.com", "rokid")


def test_numbers_are_those_of_the_report() -> None:
    facts = summary_of(refusal(3)).facts
    assert facts is not None
    assert (facts.format, facts.packets, facts.connections, facts.exchanges, facts.oss_exchanges) == (
        "pcap",
        10,
        1,
        1,
        1,
    )
    assert (facts.errors, facts.left_out) == (1, 0)
    assert facts.verdict.startswith("OSS") or "NoSuchBucket" in facts.verdict or "bucket" in facts.verdict


def test_nothing_secret_is_kept() -> None:
    target = (
        f"/a?security-token={TOKEN}&Signature=bgSoShwVkWjyExCM%2FtZGiAt%2B6t8%3D&OSSAccessKeyId=LTAI5tTestPermanentKey1"
    )
    body = oss_error("SignatureDoesNotMatch", "no", SignatureProvided=SIGNATURE, StringToSign=f"GET\n\n\n\n{TOKEN}")
    headers = signed() | {"x_oss_security_token": TOKEN, "Cookie": "sid=abcdefabcdef0123456789"}
    outcome = summary_of(exchange_capture((request("GET", target, **headers), response(403, "Forbidden", body=body))))
    told = json.dumps([repr(outcome.findings), repr(outcome.exchanges), repr(outcome.facts), repr(outcome.request_ids)])
    assert outcome.findings
    for secret in (TOKEN, SIGNATURE, "bgSoShwVkWjyExCM", "abcdefabcdef0123456789", "LTAI5tTestPermanentKey1"):
        assert secret not in told


def test_a_finding_about_the_file_has_one_unknown_place() -> None:
    capture = exchange_capture((request("GET", "/a"), response(body=b"x" * 900)))
    for packet in capture.packets:
        packet.original_length = len(packet.data)
        packet.data = packet.data[:96]
    outcome = summary_of(capture)
    [cut] = [finding for finding in outcome.findings if finding.rule == "CAP001"]
    assert all((place.exchange, place.sdk) == (None, "") for place in cut.places)


@pytest.mark.parametrize(
    ("limit", "left"),
    [("MAX_FINDINGS", "findings"), ("MAX_EXCHANGES", "exchanges"), ("MAX_REQUEST_IDS", "request_ids")],
)
def test_limits_leave_out_and_count(monkeypatch: pytest.MonkeyPatch, limit: str, left: str) -> None:
    pairs = []
    for number in range(3):
        body = oss_error("NoSuchBucket", "no", BucketName="rokid", RequestId=numbered(number))
        pairs.append(
            (
                request("GET", f"/{number}", Authorization=AUTHORIZATION),
                response(404, "Not Found", body=body, request_id=numbered(number)),
            )
        )
    capture = exchange_capture(*pairs)
    whole = summary_of(capture)
    monkeypatch.setattr(summary, limit, 1)
    cut = summary_of(capture)
    assert len(getattr(cut, left)) == 1
    assert cut.facts is not None
    assert cut.facts.left_out == len(getattr(whole, left)) - 1 > 0


def test_texts_fit_every_store() -> None:
    assert storable("a\udcff\0b") == r"a\udcff\x00b"
    assert storable("é") == "é"
    assert len(storable("x" * 100_000)) < summary.MAX_TEXT + 100
    assert REQUEST_ID.isalnum()


def test_times_no_store_takes_are_unknown(tmp_path: Path) -> None:
    capture = exchange_capture((request("GET", "/a"), response(404, "Not Found", body=oss_error("NoSuchKey", "no"))))
    outcome = summary_of(capture.pcap())
    assert tmp_path.exists()
    assert summary._time(2**63) is None
    assert summary._time(2**63 - 1) == 2**63 - 1
    assert outcome.exchanges[0].start_ns > 0
