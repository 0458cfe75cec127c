"""From packets to a report in one call: what the tests of rules are made of."""

from io import BytesIO

from osspcap.analysis import Options, analyze, dissect
from osspcap.model.finding import Finding, Severity
from osspcap.model.report import Dissection, Report
from tests.build.http import oss_error, request, response
from tests.build.wire import Capture


def analyze_capture(capture: Capture | bytes, only: str | None = None, **pcap: int) -> Report:
    """Run the whole pipeline over a capture, with one rule or all; a rule that raises fails the test."""
    content = capture if isinstance(capture, bytes) else capture.pcap(**pcap)  # type: ignore[arg-type]
    options = Options() if only is None else Options(select=(only,))
    report = analyze("-", options, stdin=BytesIO(content))
    for item in report.undecided:
        assert not item.reason.startswith("internal error"), item
    return report


def dissected(capture: Capture) -> Dissection:
    """The facts of a capture, not judged."""
    return dissect("-", stdin=BytesIO(capture.pcap()))


def only_finding(capture: Capture | bytes, only: str, **pcap: int) -> Finding:
    """Return the one finding that a rule makes of a capture."""
    report = analyze_capture(capture, only, **pcap)
    assert [finding.rule for finding in report.findings] == [only], report
    return report.findings[0]


def faults(report: Report) -> list[Finding]:
    """Return the warnings and errors of a report: infos, as on HTTP in clear, stand beside any fault."""
    return [finding for finding in report.findings if finding.severity is not Severity.INFO]


def exchange_capture(*messages: tuple[bytes, bytes]) -> Capture:
    """A connection with pairs of request and response, from handshake to close."""
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    for sent, answered in messages:
        tcp.client(sent)
        tcp.server(answered)
    tcp.close()
    return capture


def refused(
    status: int, code: str, message: str, *, method: str = "GET", target: str = "/key", **elements: str
) -> Capture:
    """An exchange that OSS refuses with an error document."""
    body = oss_error(code, message, **elements)
    return exchange_capture((request(method, target), response(status, "Refused", body=body)))


def evidence_of(finding: Finding) -> list[tuple[int, str, str]]:
    """Frame, field and observed value of each piece of evidence."""
    return [(item.frame, item.field, item.observed) for item in finding.evidence]
