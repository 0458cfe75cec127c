"""CAP008 capture-clock-unreliable: the time stamps of the capture cannot be trusted."""

from collections.abc import Iterator

from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.wording import counted


class CaptureClockUnreliable(CaptureRule):
    """The time stamps of the capture cannot be trusted.

    ## What it finds
    Packets stamped more than a second before the packet in front of them, or before the year 2000.

    ## Why it matters
    Durations (slow answers, timeouts, idle time) and the comparison with the server's clock rest on these stamps;
    findings about time may be wrong.

    ## How it decides
    A capture is written in the order of arrival, so time does not run backwards by seconds; small steps back, as
    several processors or interfaces produce them, are not counted. A stamp before 2000 means a clock that was
    never set or a writer that stored none.

    ## False alarms
    Files glued together in the wrong order; the packets themselves are then sound.
    """

    code = "CAP008"
    name = "capture-clock-unreliable"
    severity = Severity.WARNING
    fix = (
        "Set the capturing host's clock by NTP before capturing.",
        "Sort a merged file by time: `reordercap in.pcap out.pcap`.",
    )
    sources = ("pcap-savefile(5)", "reordercap(1)")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for each of the two faults."""
        backwards, implausible = dissection.capture.time_reversals, dissection.capture.implausible_times
        if backwards is not None:
            yield self.finding(
                f"time runs backwards by more than a second at {counted(backwards.count, 'packet')} of the capture",
                Evidence(
                    backwards.first_frame,
                    None,
                    None,
                    "packet time stamp",
                    "more than 1 s before the previous packet's",
                    "not before the previous packet's",
                ),
                cause="backwards",
                occurrences=backwards.count,
            )
        if implausible is not None:
            yield self.finding(
                f"{counted(implausible.count, 'packet')} of the capture {'is' if implausible.count == 1 else 'are'} "
                "stamped before the year 2000",
                Evidence(
                    implausible.first_frame, None, None, "packet time stamp", "before 2000-01-01", "the real time"
                ),
                cause="implausible",
                occurrences=implausible.count,
            )
