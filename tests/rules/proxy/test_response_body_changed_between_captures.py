import gzip

from osspcap.model.finding import Severity
from tests.build.analyze import exchange_capture
from tests.build.http import oss_error, response
from tests.build.sightings import codes, judged, only_difference, put


def test_a_changed_download_is_a_warning_and_a_changed_error_an_error() -> None:
    get = put(method="GET", body=b"")
    finding = only_difference("PRX307", get, get, response(body=b"abc"), response(body=b"abX"))
    assert finding.severity is Severity.WARNING
    assert "first difference at byte 2" in finding.summary
    refused = response(403, body=oss_error("AccessDenied", "no"))
    page = response(403, body=oss_error("AccessDenied", "NO"))
    assert only_difference("PRX307", get, get, refused, page).severity is Severity.ERROR


def test_equal_bodies_are_silent() -> None:
    assert codes(put(), put(), response(body=b"abc"), response(body=b"abc")) == []


def test_a_body_that_was_only_compressed_is_silent() -> None:
    text = b"<ListBucketResult/>" * 20
    packed = response(body=gzip.compress(text, mtime=0), Content_Encoding="gzip")
    assert "PRX307" not in codes(put(), put(), response(body=text), packed)


def test_a_body_that_was_not_kept_is_undecided() -> None:
    listing = response(body=b"<List/>" * 1000)
    report = judged(exchange_capture((put(), listing)), exchange_capture((put(), listing)), "PRX307")
    assert (len(report.findings), len(report.undecided)) == (0, 1)
