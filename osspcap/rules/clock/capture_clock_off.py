"""CLK004 capture-clock-off: the time stamps of the capture lie off the server's time."""

from collections.abc import Iterator

from osspcap.model.clock import CaptureClock
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, evidence_at
from osspcap.rules.clock._readings import SAME_NS, clocks_of, seconds, signed_seconds
from osspcap.rules.wording import counted
from osspcap.units import NS_PER_S, format_time

MIN_OFFSET_NS = 120 * NS_PER_S
"""Two minutes: less does not mislead anyone who searches a log for the same moment."""


class CaptureClockOff(CaptureRule):
    """The time stamps of the capture lie off the server's time.

    ## What it finds
    Captures whose time stamps differ from the Date of OSS's answers by two minutes or more, in most of the answers and
    by the same amount.

    ## Why it matters
    Times in this report are those of the capture; in the logs of OSS and of the application the same requests stand at
    other times. Requests do not fail for it: OSS compares signed times, not packets.

    ## How it decides
    Each answer's Date, with its Age, is held against the time stamps of its exchange; the median counts. The finding
    says how the client's clock, by its signed times, stands to both.

    ## False alarms
    A device that answers with a Date of its own; files whose time stamps were shifted on purpose.
    """

    code = "CLK004"
    name = "capture-clock-off"
    severity = Severity.INFO
    fix = (
        "Set the capturing host's clock by NTP before capturing.",
        "Shift the file for comparison with logs: `editcap -t SECONDS in.pcap out.pcap`.",
    )
    sources = ("RFC 9110 section 6.6.1", "editcap(1)")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding if most answers agree on an offset."""
        capture = clocks_of(dissection).capture
        if capture is None or abs(capture.offset_ns) < MIN_OFFSET_NS or capture.agreeing * 2 <= capture.compared:
            return
        exchange = dissection.exchanges[capture.example]
        response = exchange.response
        if response is None:
            return
        side = "ahead of" if capture.offset_ns > 0 else "behind"
        stamp = Evidence(
            response.frame,
            exchange.stream,
            exchange.id,
            "packet time stamp",
            format_time(response.ts_ns),
            f"close to {capture.example_date.value}",
        )
        yield self.finding(
            f"the time stamps of the capture are {seconds(capture.offset_ns)} {side} the server's time in "
            f"{capture.agreeing} of {counted(capture.compared, 'answer')}; {_relation(capture)}",
            stamp,
            evidence_at(exchange, capture.example_date),
            exchanges=(exchange,),
            confidence=Confidence.LIKELY,
        )


def _relation(capture: CaptureClock) -> str:
    """Say how the client's clock stands to the other two."""
    client_ns = capture.client_offset_ns
    if client_ns is None:
        return "no signed request tells the client's own time"
    if abs(client_ns) < SAME_NS:
        return "the client's signed times agree with the server, so only the capturing host's clock is off"
    if abs(client_ns - capture.offset_ns) < SAME_NS:
        return "the client's signed times are off by the same amount: the capture was taken on the client's host"
    return f"the client's signed times are off by {signed_seconds(client_ns)}, which is another clock's fault"
