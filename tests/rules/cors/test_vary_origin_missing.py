from typing import Any

import pytest

from osspcap.model.finding import Severity
from tests.build.analyze import analyze_capture, exchange_capture, only_finding
from tests.build.http import request
from tests.build.pages import PAGE, allowed, page_request, preflight


def unvaried(origin: str = PAGE, **headers: Any) -> bytes:
    return allowed(origin=origin, Vary="", **headers)


@pytest.mark.parametrize(
    "headers", [{"Age": "31"}, {"X-Cache": "HIT TCP_MEM_HIT dirn:1:2"}, {"Cache-Control": "public, max-age=3600"}]
)
def test_permission_for_one_page_in_a_cache_is_a_warning(headers: dict[str, Any]) -> None:
    finding = only_finding(exchange_capture((page_request(), unvaried(**headers))), "COR008")
    assert finding.severity is Severity.WARNING
    assert "may be kept" in finding.summary
    assert next(iter(headers.values())) in {item.observed for item in finding.evidence}


def test_permission_for_another_page_is_told_once() -> None:
    report = analyze_capture(exchange_capture((page_request(), unvaried("http://other.example"))), "COR")
    (finding,) = report.findings
    assert finding.rule == "COR008"
    assert "allows http://other.example instead" in finding.summary


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (page_request(), unvaried()),
        (page_request(), allowed(Age="31")),
        (page_request(), allowed(Age="31", Vary="Accept-Encoding, Origin")),
        (page_request(), unvaried("*", Age="31")),
        (page_request(), unvaried(Cache_Control="no-store")),
        (page_request("PUT"), unvaried(Cache_Control="max-age=60")),
        (preflight(), unvaried(Cache_Control="max-age=60")),
        (request(), unvaried(Age="31")),
    ],
    ids=["plain", "varied", "among-others", "star", "not-kept", "put", "preflight", "no-origin"],
)
def test_what_no_cache_mixes_up_is_silent(sent: bytes, answer: bytes) -> None:
    assert not analyze_capture(exchange_capture((sent, answer)), "COR008").findings
