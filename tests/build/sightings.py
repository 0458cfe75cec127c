"""One request at two places: as two captures, or as two connections of one capture taken on the proxy."""

from io import BytesIO

from osspcap.analysis import dissect
from osspcap.compare import join
from osspcap.model.comparison import Comparison, ComparisonReport, Difference
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Finding
from osspcap.model.report import Dissection
from osspcap.oss.differences import NotCompared, differences_of
from osspcap.rules.comparing import judge_comparison
from osspcap.rules.registry import select_rules
from tests.build.analyze import exchange_capture
from tests.build.http import request, response
from tests.build.wire import Capture, Tcp

CLIENT, PROXY, SERVER = "192.0.2.10", "192.0.2.50", "203.0.113.10"
DATE = "Sat, 29 Dec 2018 07:32:34 GMT"
AUTHORIZATION = "OSS LTAI5tLabUserMain00001a:dGhpc0lzQVNpZ25hdHVyZTEyMzQ="


def put(target: str = "/key", *, body: bytes = b"hello", method: str = "PUT", **headers: str) -> bytes:
    """A signed upload."""
    return request(method, target, body=body, **{"Date": DATE, "Authorization": AUTHORIZATION} | headers)


def dissected(capture: Capture) -> Dissection:
    """A capture up to its facts."""
    return dissect("-", stdin=BytesIO(capture.pcap()))


def exchange_of(sent: bytes, answered: bytes | None = None) -> Exchange:
    """The one exchange of a connection."""
    if answered is not None:
        return dissected(exchange_capture((sent, answered))).exchanges[0]
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(sent)
    return dissected(capture).exchanges[0]


def differences(client: tuple[bytes, bytes], server: tuple[bytes, bytes]) -> tuple[tuple[Difference, ...], NotCompared]:
    """What differs between two sightings, each of a request and its answer."""
    return differences_of(exchange_of(*client), exchange_of(*server))


def compared(client: Capture, server: Capture) -> Comparison:
    """Two captures with their requests joined."""
    return join(dissected(client), dissected(server))


def judged(client: Capture, server: Capture, only: str = "PRX") -> ComparisonReport:
    """Two captures compared and judged; a rule that raises fails the test."""
    report = judge_comparison(compared(client, server), select_rules((only,)))
    assert not [item for item in report.undecided if item.reason.startswith("internal error")], report.undecided
    return report


def only_difference(
    only: str, sent: bytes, arrived: bytes, given: bytes | None = None, received: bytes | None = None
) -> Finding:
    """The one finding that a rule makes of a request on its way; the answer is the same at both places unless told."""
    answer = response(403, "Forbidden") if given is None else given
    ours = answer if received is None else received
    report = judged(exchange_capture((sent, ours)), exchange_capture((arrived, answer)), only)
    assert [finding.rule for finding in report.findings] == [only], report.findings
    return report.findings[0]


def codes(sent: bytes, arrived: bytes, given: bytes | None = None, received: bytes | None = None) -> list[str]:
    """Codes of all findings that a request on its way gets."""
    answer = response(403, "Forbidden") if given is None else given
    ours = answer if received is None else received
    report = judged(exchange_capture((sent, ours)), exchange_capture((arrived, answer)))
    return [finding.rule for finding in report.findings]


def open_legs(capture: Capture, *, number: int = 0) -> tuple[Tcp, Tcp]:
    """Begin the connection from client to proxy and the one from proxy to server."""
    outer = capture.tcp(CLIENT, 50000 + number, PROXY, 8080)
    inner = capture.tcp(PROXY, 40000 + number, SERVER, 80)
    outer.handshake()
    inner.handshake()
    return outer, inner


def legs_capture(sent: bytes, passed_on: bytes, given: bytes | None, received: bytes | None) -> Capture:
    """A capture taken on a proxy: what it got, what it passed on, what it was answered, and what it answered."""
    capture = Capture()
    outer, inner = open_legs(capture)
    outer.client(sent)
    inner.client(passed_on)
    if given is not None:
        inner.server(given)
    inner.close(1)
    if received is not None:
        outer.server(received)
    outer.close()
    return capture
