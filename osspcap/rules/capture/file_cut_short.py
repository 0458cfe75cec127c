"""CAP005 file-cut-short: the capture file ends in the middle of a packet."""

from collections.abc import Iterator

from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.wording import counted
from osspcap.units import FrameNumber


class FileCutShort(CaptureRule):
    """The capture file ends in the middle of a packet.

    ## What it finds
    A file whose last record is incomplete.

    ## Why it matters
    Packets behind the break are lost. If the fault happened late, it may be among them.

    ## How it decides
    The file ends before the length that its last record announces. All complete records in front of it were
    analyzed.

    ## False alarms
    A file that is still being written, and was read at that moment.
    """

    code = "CAP005"
    name = "file-cut-short"
    severity = Severity.WARNING
    fix = (
        "End tcpdump with Ctrl-C (SIGINT), not with SIGKILL, and copy the file after it has ended.",
        "Compare the size or checksum of the file with the original's; transfer it in binary mode.",
    )
    sources = ("pcap-savefile(5)", "tcpdump(1), option -U")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding if the file breaks off."""
        capture = dissection.capture
        if capture.truncated_at is None:
            return
        what = capture.truncation or "the last record is incomplete"
        yield self.finding(
            f"the capture file breaks off at byte {capture.truncated_at:,}: "
            f"the {counted(capture.packets, 'packet')} in front of that were analyzed",
            Evidence(FrameNumber(capture.packets), None, None, "capture file", what, "a complete last record"),
        )
