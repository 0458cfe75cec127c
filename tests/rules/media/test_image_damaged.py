import sys

import pytest

from tests.build.analyze import analyze_capture, exchange_capture, faults, only_finding
from tests.build.http import oss_error, request, response
from tests.build.media import png
from tests.build.wire import Capture

REFUSED = response(403, "Forbidden", body=oss_error("ImageDamage", "The image file may be damaged."))
PROCESS = request("GET", "/a.png?x-oss-process=image/resize,w_10")


def uploaded(picture: bytes) -> Capture:
    return exchange_capture(
        (request("PUT", "/a.png", body=picture, Content_Type="image/png"), response()), (PROCESS, REFUSED)
    )


def test_a_picture_that_was_damaged_when_it_was_uploaded() -> None:
    finding = only_finding(uploaded(png(40, 40, damaged=True)), "MED007")
    assert (finding.severity, "does not decode either" in finding.explanation) == ("error", True)
    assert finding.exchanges == (1,)


def test_a_picture_that_was_sound() -> None:
    assert "is sound" in only_finding(uploaded(png(40, 40)), "MED007").explanation


def test_a_large_picture_is_kept_as_well() -> None:
    picture = png(400, 400) + bytes(100_000)
    assert "is sound" in only_finding(uploaded(picture), "MED007").explanation


def test_without_the_library_the_rest_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    report = analyze_capture(uploaded(png()), "MED007")
    assert [finding.severity for finding in report.findings] == ["error"]
    (item,) = report.undecided
    assert "osspcap[media]" in item.reason


def test_nothing_else_is_told_of_it() -> None:
    report = analyze_capture(exchange_capture((PROCESS, REFUSED)))
    assert [finding.name for finding in faults(report)] == ["image-damaged"]
    assert not report.undecided


def test_a_picture_that_oss_processes_is_silent() -> None:
    capture = exchange_capture((PROCESS, response(body=png(), Content_Type="image/png")))
    assert not faults(analyze_capture(capture))
