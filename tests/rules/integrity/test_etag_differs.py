from osspcap.model.finding import Confidence, Severity
from tests.build.analyze import analyze_capture, evidence_of, exchange_capture, only_finding
from tests.build.http import REQUEST_ID, request, response
from tests.build.uploads import complete, completed, etag_of, healthy_upload, md5_of, part, stored

BODY = b"hello world"
OTHER = "0123456789ABCDEF0123456789ABCDEF"


def test_a_tag_beside_a_crc_that_fits_is_no_md5() -> None:
    sent = request("PUT", body=BODY, Content_MD5=md5_of(BODY + b"!"))
    answer = stored(BODY, ETag=f'"{OTHER}"')
    finding = only_finding(exchange_capture((sent, answer)), "INT005")
    assert (finding.severity, finding.confidence) == (Severity.INFO, Confidence.CONFIRMED)
    assert finding.summary == (
        f'the ETag "{OTHER}" of PutObject of rokid/key is not the MD5 of the body as captured, "{etag_of(BODY)}": the '
        f"content is right by its checksum, so that the ETag is no MD5 of it (request ID {REQUEST_ID})"
    )
    assert evidence_of(finding)[0] == (6, "response header ETag", f'"{OTHER}"')


def test_without_a_crc_a_changed_body_is_possible() -> None:
    for pair in (
        (request("PUT", body=BODY), response(ETag=f'"{OTHER}"')),
        (request(), response(body=BODY * 200, ETag=f'"{OTHER}"')),
    ):
        finding = only_finding(exchange_capture(pair), "INT005")
        assert finding.confidence is Confidence.POSSIBLE
        assert "states no CRC-64 to tell" in finding.summary


def test_the_tag_of_a_multipart_object_is_held_against_its_parts() -> None:
    done = complete((1, etag_of(b"part")), answer=completed(f"{OTHER}-1"))
    finding = only_finding(exchange_capture(part(1), done), "INT005")
    assert finding.confidence is Confidence.POSSIBLE
    assert "is not the one that its parts give" in finding.summary


def test_tags_that_fit_or_say_nothing_are_silent() -> None:
    pairs = [
        (request("PUT", body=BODY), stored(BODY)),
        (request("PUT", body=BODY), response(ETag=f'"{OTHER}-1"')),
        (request("PUT", body=BODY), response(ETag=f'"{OTHER}"', x_oss_server_side_encryption="KMS")),
        *healthy_upload(b"one", b"two"),
    ]
    assert not analyze_capture(exchange_capture(*pairs), "INT005").findings
