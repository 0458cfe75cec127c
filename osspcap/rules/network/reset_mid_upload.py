"""NET007 reset-mid-upload: the server ended the connection while the request was being sent."""

from collections.abc import Iterator

from osspcap.model.breaks import BreakKind, Breaks, Closing
from osspcap.model.finding import Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.network._breaks import broken, end_evidence, ender, progress, request_evidence
from osspcap.rules.wording import request_name


class ResetMidUpload(CaptureRule):
    """The server ended the connection while the request was being sent.

    ## What it finds
    Uploads that break off because the other side resets (RST) or closes (FIN) the connection before the body is
    through, without an answer.

    ## Why it matters
    The client reports a connection reset or a broken pipe; nothing was stored. OSS itself answers before it closes,
    so the reset usually comes from a firewall, a proxy or a load balancer with limits of its own on size or time.

    ## How it decides
    The body is shorter than announced, there is no final response, and the first packet that ends the connection
    bears the server's address. An error that arrives before the upload is through is an answer, and no reset.

    ## False alarms
    None as to the reset. Whether the server or a device in its name sent it, reset-injected may tell.
    """

    code = "NET007"
    name = "reset-mid-upload"
    severity = Severity.ERROR
    on_facts = (Breaks,)
    fix = (
        "Upload in parts (multipart, resumable), so that a break costs one part; let the program retry it.",
        "Look for a limit on size or time in proxies and gateways on the way: does it always break off at one byte?",
        "Capture on both sides of such a device: the reset of the one that cuts is missing behind it.",
    )
    sources = ("OSS guide to troubleshooting, network connection timeout handling (D 2)", "RFC 9293 section 3.5.2")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each upload that the other side ended."""
        for item, exchange in broken(dissection, BreakKind.MID_UPLOAD):
            verb = "resets" if item.closing is Closing.RST else "closes"
            yield self.finding(
                f"{ender(item, dissection)} {verb} the connection ({item.closing}) in the middle of "
                f"{request_name(exchange)}, after {progress(item.sent, item.announced)}",
                *request_evidence(exchange),
                end_evidence(item, "the whole body is taken, then a response"),
                exchanges=(exchange,),
                cause=f"{item.closing}",
            )
