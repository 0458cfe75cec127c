"""NET010 response-truncated: the connection was closed before the response was whole."""

from collections.abc import Iterator

from osspcap.model.breaks import BreakKind, Breaks
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.network._breaks import answer_evidence_of, broken, end_evidence, ender, progress, request_evidence
from osspcap.rules.wording import request_id_note, request_name


class ResponseTruncated(CaptureRule):
    """The connection was closed before the response was whole.

    ## What it finds
    Responses with fewer bytes than Content-Length announces, or chunked ones without their last chunk, on connections
    that the server's side closed in order (FIN).

    ## Why it matters
    To the client's system the connection ended well. A program that does not compare lengths takes a part of the
    object for the whole.

    ## How it decides
    The head of the response is there, its framing says that more must come, and a FIN from the server's address ends
    the direction, with no byte missing in the capture.

    ## False alarms
    None: by RFC 9112 such a message is incomplete.
    """

    code = "NET010"
    name = "response-truncated"
    severity = Severity.ERROR
    on_facts = (Breaks,)
    fix = (
        "Let the program compare the bytes it got with Content-Length, and read the rest with a Range request.",
        "Look for a proxy, CDN or gateway on the way: OSS sends what it announces, devices with time limits do not.",
        "If OSS is reached directly, open a ticket with the request ID.",
    )
    sources = ("RFC 9112 section 8", "RFC 9110 section 8.6")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each response that was closed too early."""
        for item, exchange in broken(dissection, BreakKind.TRUNCATED):
            announced = "its last chunk" if item.announced is None else f"{item.announced}"
            yield self.finding(
                f"{ender(item, dissection)} closes the connection (FIN) before the response to "
                f"{request_name(exchange)} is whole: {progress(item.received, item.announced)} arrived"
                f"{request_id_note(exchange)}",
                *request_evidence(exchange),
                *answer_evidence_of(exchange),
                Evidence(item.frame, item.stream, item.exchange, "response body bytes", f"{item.received}", announced),
                end_evidence(item, "FIN behind the whole body"),
                exchanges=(exchange,),
                cause="FIN",
            )
