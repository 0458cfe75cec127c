from collections.abc import Callable

import pytest

from osspcap.analysis import dissect
from osspcap.model.cors import CrossOriginTraffic
from tests.build.analyze import exchange_capture
from tests.build.http import request, response
from tests.build.pages import allowed, complete_body, invalid_part, page_request
from tests.build.wire import Capture

UPLOAD = "0444AE922999AADAB6E40855B9ACD42A"
PART = f"/big.bin?partNumber=1&uploadId={UPLOAD}"
DONE = f"/big.bin?uploadId={UPLOAD}"
HIDDEN = allowed(Access_Control_Expose_Headers="x-oss-request-id")
Gather = Callable[[Capture], CrossOriginTraffic]


@pytest.fixture
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Gather:
    def gather(capture: Capture) -> CrossOriginTraffic:
        path = capture.write(tmp_path_factory.mktemp("cors") / "x.pcap")
        return dissect(path).facts.get(CrossOriginTraffic) or CrossOriginTraffic()

    return gather


def part(answer: bytes = HIDDEN) -> tuple[bytes, bytes]:
    return page_request("PUT", PART, body=b"x" * 100), answer


def completion(etag: str = "null", answer: bytes | None = None) -> tuple[bytes, bytes]:
    return page_request("POST", DONE, body=complete_body(etag)), invalid_part() if answer is None else answer


@pytest.mark.parametrize("etag", ["null", "undefined", "", '"null"', "&quot;&quot;", " null "])
def test_a_completion_with_no_etag_is_noticed(traffic: Gather, etag: str) -> None:
    (upload,) = traffic(exchange_capture(part(), completion(etag))).unreadable
    assert (upload.upload_id, upload.part_count, upload.completion, upload.is_refused) == (UPLOAD, 1, 1, True)
    assert upload.sent_etag is not None


def test_a_refused_completion_with_wrong_etags_is_noticed_too(traffic: Gather) -> None:
    (upload,) = traffic(exchange_capture(part(), completion("ABC"))).unreadable
    assert upload.sent_etag is None
    assert upload.is_refused


def test_parts_without_a_completion_are_kept(traffic: Gather) -> None:
    (upload,) = traffic(exchange_capture(part(), part())).unreadable
    assert (upload.part_count, upload.completion) == (2, None)


@pytest.mark.parametrize(
    "messages",
    [
        (part(allowed()), completion()),
        (part(allowed(Access_Control_Expose_Headers="etag")), completion()),
        (part(allowed(Access_Control_Expose_Headers="*")), completion()),
        (part(), completion("ABC", allowed())),
        (part(), completion("null", allowed())),
        (part(response(ETag='"A"')), completion()),
        (part(), completion("ABC", response(403, "Forbidden"))),
        ((page_request("PUT", "/a.txt", body=b"x"), HIDDEN),),
        ((request("PUT", PART, body=b"x"), response(ETag='"A"')),),
    ],
    ids=[
        "exposed",
        "lower-case",
        "star",
        "succeeded",
        "taken-with-null",
        "not-allowed",
        "other-reason",
        "no-part",
        "no-browser",
    ],
)
def test_other_uploads_are_left_alone(traffic: Gather, messages: tuple[tuple[bytes, bytes], ...]) -> None:
    assert traffic(exchange_capture(*messages)).unreadable == ()


def test_a_star_exposes_nothing_to_requests_with_cookies(traffic: Gather) -> None:
    sent = page_request("PUT", PART, body=b"x", Cookie="a=b")
    found = traffic(exchange_capture((sent, allowed(Access_Control_Expose_Headers="*")), completion()))
    assert len(found.unreadable) == 1


def test_an_upload_without_etag_in_its_answer_is_kept_with_what_it_should_be(traffic: Gather) -> None:
    answer = response(Content_MD5="XUFAKrxLKna5cZ2REBfFkg==", Via="1.1 squid")
    (missing,) = traffic(exchange_capture((request("PUT", body=b"hello"), answer))).missing_etags
    assert missing.expected == '"5D41402ABC4B2A76B9719D911017C592"'
    assert missing.trace is not None
    assert missing.trace.value == "1.1 squid"


@pytest.mark.parametrize("md5", ["", "nonsense", "AAAA"])
def test_what_is_no_md5_names_no_etag(traffic: Gather, md5: str) -> None:
    (missing,) = traffic(exchange_capture((request("PUT", body=b"x"), response(Content_MD5=md5)))).missing_etags
    assert missing.expected == ""


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (request("PUT", body=b"x"), response(ETag='"A"')),
        (request("PUT", body=b"x"), response(etag='"A"')),
        (request("PUT", body=b"x"), response(ETAG='"A"')),
        (request("PUT", body=b"x"), response(403, "Forbidden")),
        (request("PUT", body=b"x"), response(server="nginx", request_id=None)),
        (request("GET"), response()),
        (request("PUT", "/key?acl"), response()),
    ],
)
def test_other_answers_lack_no_etag(traffic: Gather, sent: bytes, answer: bytes) -> None:
    assert traffic(exchange_capture((sent, answer))).missing_etags == ()
