"""D 2 and E 1: connections that time out, and what helps."""

from tests.build.analyze import exchange_capture
from tests.build.http import request, response
from tests.build.slow import shut_window
from tests.build.sources.row import Row, Without
from tests.build.troubles import lossy_upload, refused, unanswered, uploading, waiting
from tests.build.uploads import complete, etag_of, part, refusal
from tests.build.wire import Capture

SMALL = b"s" * 5_000
LISTED = [(1, etag_of(SMALL)), (2, etag_of(b"part"))]


def both(row: str) -> tuple[str, str]:
    """The places of a row that both guides have."""
    return f"D 2, {row}", f"E 1, {row}"


def given_up(seconds: float) -> Capture:
    """A client that closes after it has waited for an answer; the server was at work."""
    capture, tcp = waiting(seconds)
    tcp.close(0)
    return capture


def cut_upload(sent: int, total: int, side: int = 1) -> Capture:
    """An upload whose connection is reset in its middle."""
    capture, tcp = uploading(sent, total)
    tcp.reset(side)
    return capture


NETWORK_ROWS = (
    Row(both("network environment, requests to the carrier's network fail"), "NET001", unanswered),
    Row(both("network environment, a device refuses"), "NET002", refused),
    Row(
        both("network environment, packets are lost"),
        "NET011",
        lambda: lossy_upload(from_client=False),
        also=("PRF008",),
    ),
    Row(
        both("the error message, Connect timeout for 60000ms"),
        "NET001",
        lambda: unanswered(count=7),
    ),
    Row(both("no answer from the server in 60 seconds"), "NET005", lambda: given_up(60)),
    Row(
        both("the network is disconnected before a part is uploaded, by the client"),
        "NET014",
        lambda: cut_upload(10_000, 40_000, 0),
    ),
    Row(
        both("the network is disconnected before a part is uploaded, by the other side"),
        "NET007",
        lambda: cut_upload(10_000, 40_000),
    ),
    Row(both("poor network, a large file"), "PRF002", lambda: shut_window(upload=True)),
    Row(both("increase the timeout"), "NET006", lambda: given_up(5)),
    Row(
        both("a part is uploaded again"),
        "MPU009",
        lambda: exchange_capture(*[part(1, answer=response(500, "Internal Server Error"))] * 3, part(1)),
        also=("REQ010",),
    ),
    Row(
        both("parts from 100 KB to 1 MB, smaller ones are not taken"),
        "MPU001",
        lambda: exchange_capture(part(1, SMALL), part(2), complete(*LISTED, answer=refusal("EntityTooSmall"))),
    ),
    Row(
        both("acceleration by a CDN"),
        "PRX002",
        lambda: exchange_capture((request(), response(body=b"x", Via="cache1.cn", X_Cache="MISS TCP_MISS"))),
    ),
    Without(
        both("introduction, summary, sample program"),
        "Repeats what the other rows of this section say, and shows it as code.",
    ),
)
