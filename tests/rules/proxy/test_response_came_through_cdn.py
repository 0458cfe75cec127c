from typing import Any

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.http import request, response

CDN: dict[str, Any] = {"Via": "cache45.l2cn1832[53,0]", "X_Cache": "HIT TCP_MEM_HIT dirn:2", "EagleId": "7cb2a9"}


def test_message_and_evidence_in_full() -> None:
    finding = only_finding(exchange_capture((request(), response(server="Tengine", **CDN))), "PRX002")
    assert finding.severity is Severity.INFO
    assert finding.summary == (
        "the answer to GetObject of rokid/key came through Alibaba Cloud CDN (cache45.l2cn1832): "
        "Via cache45.l2cn1832[53,0], X-Cache HIT TCP_MEM_HIT dirn:2, EagleId 7cb2a9"
    )
    assert [field for _, field, _ in evidence_of(finding)] == [
        "response header Via",
        "response header X-Cache",
        "response header EagleId",
    ]


def test_other_caches_of_the_same_cdn_are_the_same_finding() -> None:
    other = response(**CDN | {"Via": "cache7.l2cn1[1,0]"})
    report = analyze_capture(exchange_capture((request(), response(**CDN)), (request(), other)), "PRX002")
    assert [finding.occurrences for finding in report.findings] == [2]


def test_an_answer_of_oss_itself_is_silent() -> None:
    answer = response(ETag='"1"', x_oss_hash_crc64ecma="1", x_oss_cdn_auth="success")
    assert not analyze_capture(exchange_capture((request(), answer)), "PRX002").findings
