"""NET008 reset-mid-download: the server reset the connection inside its response."""

from collections.abc import Iterator

from osspcap.model.breaks import BreakKind, Breaks
from osspcap.model.finding import Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.network._breaks import answer_evidence_of, broken, end_evidence, ender, progress, request_evidence
from osspcap.rules.wording import request_id_note, request_name


class ResetMidDownload(CaptureRule):
    """The server reset the connection inside its response.

    ## What it finds
    Responses that break off because the side of the server resets the connection (RST).

    ## Why it matters
    The client has a part of the object and an error. A program that does not check the length may take the part for
    the whole.

    ## How it decides
    The head of the response is there, its body is not complete, and the first packet that ends the connection is a
    reset from the server's address. Bytes that only the capture lacks do not count.

    ## False alarms
    None as to the reset. Whether the server or a device in its name sent it, reset-injected may tell.
    """

    code = "NET008"
    name = "reset-mid-download"
    severity = Severity.ERROR
    on_facts = (Breaks,)
    fix = (
        "Let the program resume with a Range request from the last byte it has, or use the SDK's resumable download.",
        "Compare the length, or the CRC-64, of what was received with the response's header before using it.",
        "Look for proxies and firewalls on the way that limit time or size, and capture on both sides of them.",
    )
    sources = ("RFC 9293 section 3.5.2", "RFC 9112 section 8")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each response that was reset."""
        for item, exchange in broken(dissection, BreakKind.MID_DOWNLOAD):
            yield self.finding(
                f"{ender(item, dissection)} resets the connection (RST) in the middle of the response to "
                f"{request_name(exchange)}, after {progress(item.received, item.announced)}{request_id_note(exchange)}",
                *request_evidence(exchange),
                *answer_evidence_of(exchange),
                end_evidence(item, "the whole body, then FIN"),
                exchanges=(exchange,),
                cause="RST",
            )
