from tests.build.analyze import analyze_capture, exchange_capture, faults, only_finding
from tests.build.http import request, response
from tests.build.media import H264, mp4
from tests.build.wire import Capture


def fetched(body: bytes) -> Capture:
    return exchange_capture((request("GET", "/a.mp4"), response(body=body, Content_Type="video/mp4")))


def test_an_index_at_the_end_is_a_note_with_its_place() -> None:
    body = mp4(*H264, layout="end")
    finding = only_finding(fetched(body), "MED005")
    assert finding.severity == "info"
    assert f"at byte {body.index(b'moov') - 4:,} of {len(body):,}" in finding.summary


def test_it_is_known_from_the_beginning_alone() -> None:
    finding = only_finding(fetched(mp4(*H264, layout="end", data=300_000)), "MED005")
    assert "behind the media data at byte 300," in finding.summary


def test_a_file_without_an_index_is_a_warning() -> None:
    assert only_finding(fetched(mp4(layout="missing")), "MED005").severity == "warning"


def test_an_index_in_front_and_a_healthy_download_are_silent() -> None:
    assert not analyze_capture(fetched(mp4(*H264)), "MED005").findings
    assert not analyze_capture(fetched(mp4(*H264, layout="fragmented")), "MED005").findings
    assert not faults(analyze_capture(fetched(mp4(*H264, layout="end"))))
