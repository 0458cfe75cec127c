"""CAP007 packets-undecoded: packets whose link type or encapsulation is not decoded."""

from collections.abc import Iterator

from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.wording import counted, shortened


class PacketsUndecoded(CaptureRule):
    """Packets whose link type or encapsulation is not decoded.

    ## What it finds
    Packets in which no IP header could be found, by the reason.

    ## Why it matters
    OSS traffic inside them is invisible to this report.

    ## How it decides
    The capture stage counts what it cannot decode down to IP: unknown link types, tunnels, broken headers. Packets
    of other known protocols (ARP, UDP, ICMP) are decoded and do not count.

    ## False alarms
    Captures on `any` or of a switch port hold traffic of other protocols; a few such packets are normal.
    """

    code = "CAP007"
    name = "packets-undecoded"
    severity = Severity.INFO
    fix = ("If OSS traffic is missing from the report, capture on the client itself, with `-i any`.",)
    sources = ("pcap-linktype(7)",)

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for all reasons."""
        undecoded = dissection.capture.undecoded
        if not undecoded:
            return
        total = sum(part.count for part in undecoded.values())
        ordered = sorted(undecoded.items(), key=lambda item: (-item[1].count, item[1].first_frame))
        reasons = ", ".join(f"{shortened(reason, 80)} ({part.count:,})" for reason, part in ordered[:5])
        more = f" and {counted(len(ordered) - 5, 'further reason')}" if len(ordered) > 5 else ""
        yield self.finding(
            f"{total:,} of {counted(dissection.capture.packets, 'packet')} could not be decoded: {reasons}{more}",
            *(
                Evidence(part.first_frame, None, None, "packet", f"{reason}: {counted(part.count, 'packet')}")
                for reason, part in ordered[:50]
            ),
            occurrences=total,
        )
