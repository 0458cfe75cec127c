"""A, B and C: the FAQ of the Python SDK and the article on it."""

from tests.build.analyze import exchange_capture
from tests.build.http import oss_error, request, response
from tests.build.mismatch import mismatch, v1_request, v1_string
from tests.build.pages import allowed, complete_body, denied, invalid_part, page_request, preflight
from tests.build.slow import PYTHON, paused, shut_window
from tests.build.sources.network import cut_upload, given_up
from tests.build.sources.row import Row, Without
from tests.build.troubles import unanswered
from tests.build.uploads import UPLOAD, complete, etag_of, initiate, part
from tests.build.wire import Capture

SIGNED = v1_string("POST", "/rokid/ttsservice/passwd?uploadId=D468", content_type="application/x-www-form-urlencoded")
POSTED = v1_request(
    SIGNED,
    "/ttsservice%2Fpasswd?uploadId=D468",
    method="POST",
    Content_Type="application/x-www-form-urlencoded",
    User_Agent="aliyun-sdk-python/2.6.0(Linux/4.4.0-31-generic/x86_64;3.4.3)",
)
BUSY = response(503, "Service Unavailable", body=oss_error("ServiceUnavailable", "Please reduce your request rate."))
FAQ_SAMPLE = "fixtures/faq-sample.pcap"


def serial_upload() -> Capture:
    """Four parts, one after another, half a second each."""
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    for number in range(1, 5):
        sent, answered = part(number)
        tcp.client(sent)
        capture.wait(0.5)
        tcp.server(answered)
    tcp.close()
    return capture


FAQ_ROWS = (
    Row(
        ("A multipart upload, ETag is exposed", "B multipart upload, ETag is exposed"),
        "COR004",
        lambda: exchange_capture(
            (
                page_request("PUT", f"/big.bin?partNumber=1&uploadId={UPLOAD}", body=b"x"),
                allowed(Access_Control_Expose_Headers="x-oss-request-id"),
            ),
            (page_request("POST", f"/big.bin?uploadId={UPLOAD}", body=complete_body("null")), invalid_part()),
        ),
    ),
    Row(
        ("A multipart upload, ETag through a CDN", "B multipart upload, ETag through a CDN"),
        "COR005",
        lambda: exchange_capture((part(1)[0], response(x_oss_hash_crc64ecma="12463573604890107423"))),
        also=("INT002",),
    ),
    Row(
        ("A multipart upload, Access-Control-Allow-Origin", "B multipart upload, Access-Control-Allow-Origin"),
        "COR003",
        lambda: exchange_capture((page_request("PUT", body=b"x"), response(ETag="A"))),
    ),
    Row(
        (
            "A multipart upload, Access-Control-Allow-Methods and -Headers",
            "B multipart upload, Access-Control-Allow-Methods and -Headers",
        ),
        "COR001",
        lambda: exchange_capture((preflight("PUT", "x-oss-date,authorization"), denied())),
    ),
    Row(
        ("A multipart upload, uploaded through a proxy", "B multipart upload, uploaded through a proxy"),
        "PRX001",
        lambda: exchange_capture((request("PUT", body=b"x", Via="1.1 proxy"), response(ETag="A"))),
    ),
    Row(
        ("A multipart upload, delete the parts", "B multipart upload, fragments are left"),
        "MPU007",
        lambda: exchange_capture(initiate(), part(1)),
    ),
    Row(
        ("A multipart upload, view the error", "B multipart upload, view the error"),
        "MPU002",
        lambda: exchange_capture(part(1), complete((1, "A" * 32), answer=invalid_part())),
    ),
    Row(
        ("A multipart upload, capture with tcpdump", "B multipart upload, capture with tcpdump"),
        "CAP006",
        lambda: exchange_capture((request(host="example.com"), response(server="nginx", request_id=None))),
    ),
    Row(
        ("A multipart upload, tcpdump -s0", "B multipart upload, tcpdump -s0"),
        "CAP001",
        lambda: exchange_capture((request("PUT", body=b"x" * 9000), response())).pcap(snaplen=96),
    ),
    Row(
        (
            "A multipart upload, failed because of timeout",
            "B multipart upload, failed because of timeout",
        ),
        "NET001",
        unanswered,
    ),
    Row(
        (
            "A multipart upload, failed because of timeout, no answer",
            "B multipart upload, failed because of timeout, no answer",
        ),
        "NET006",
        lambda: given_up(5),
    ),
    Row(
        (
            "A ossutil is faster, crcmod is not installed: downloads",
            "B ossutil is faster, crcmod is not installed: downloads",
            "C ossutil is faster, enable_crc",
            "C crcmod import, it cannot be imported",
        ),
        "PRF001",
        lambda: shut_window(agent=PYTHON),
    ),
    Row(
        (
            "A ossutil is faster, crcmod is not installed: uploads",
            "B ossutil is faster, crcmod is not installed: uploads",
            "C crcmod import, the path is another",
        ),
        "PRF004",
        lambda: paused(agent=PYTHON),
    ),
    Row(
        ("A ossutil is faster, concurrent upload", "B ossutil is faster, concurrent upload"),
        "MPU010",
        serial_upload,
    ),
    Row(
        (
            "A 403 on another system, the sample",
            "B 403 on another system, the sample",
            "C 403 on another system, the sample",
        ),
        "SIG111",
        lambda: FAQ_SAMPLE,
        also=("SIG101",),
    ),
    Row(
        ("A 403 on another system, signatures agree", "B 403 on another system, signatures agree"),
        "SIG101",
        lambda: exchange_capture((POSTED, mismatch(SIGNED))),
    ),
    Row(
        (
            "A 403 on another system, the request was modified",
            "B 403 on another system, the request was modified",
            "C 403 on another system, the request was modified",
        ),
        "PRX101",
        lambda: exchange_capture((POSTED, mismatch(SIGNED.replace("x-www-form-urlencoded", "xml")))),
    ),
    Row(
        (
            "A 403 on another system, use HTTPS",
            "B 403 on another system, use HTTPS",
            "C 403 on another system, use HTTPS",
        ),
        "END011",
        lambda: exchange_capture((v1_request(v1_string()), response(ETag="A"))),
    ),
    Row(
        ("A 403 on another system, fragments are left", "C 403 on another system, fragments are left"),
        "MPU007",
        lambda: exchange_capture(
            initiate(), part(1), (POSTED.replace(b"D468", UPLOAD.encode()), mismatch(SIGNED.replace("D468", UPLOAD)))
        ),
        also=("SIG101",),
    ),
    Row(
        ("A retry policies, a request that fails once",),
        "REQ010",
        lambda: exchange_capture((request(), BUSY), (request(), response(body=b"x"))),
    ),
    Row(
        ("A retry policies, poor network",),
        "NET007",
        lambda: cut_upload(10_000, 40_000),
    ),
    Row(
        ("A retry policies, parts",),
        "MPU009",
        lambda: exchange_capture(*[part(1, answer=BUSY)] * 3, part(1), complete((1, etag_of(b"part")))),
        also=("REQ010",),
    ),
    Without(
        ("A macOS fork", "B macOS fork"),
        "The interpreter dies before it sends anything: a setting of macOS on the client that leaves no trace.",
    ),
    Without(
        ("B other errors",),
        "Points to the page on installing the SDK: nothing is sent while packages are installed.",
    ),
    Without(
        ("C installation, pip and versions", "C installation, dependencies", "C installation, verify oss2"),
        "Packages on the client; nothing is sent while they are installed.",
    ),
    Without(
        ("C urllib3, module is missing",),
        "The program does not start without the module, so that nothing is sent.",
    ),
)
