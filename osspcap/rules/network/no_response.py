"""NET005 no-response: a request was sent, and no answer came."""

from collections.abc import Iterator

from osspcap.model.breaks import Break, BreakKind, Breaks, Closing
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.network._breaks import broken, end_evidence, ender, request_evidence
from osspcap.rules.wording import counted, request_name
from osspcap.units import format_duration


class NoResponse(CaptureRule):
    """A request was sent, and no answer came.

    ## What it finds
    Requests to OSS that the server answers with nothing: it closes or resets the connection, it stays silent until
    the client gives up after a long time, or it does not even acknowledge what the client sends.

    ## Why it matters
    Whether OSS carried the request out cannot be told. OSS answers every request that it reads, errors included; one
    without an answer usually never reached it, or the answer was lost on the way.

    ## How it decides
    The request is complete and has no final response. The server ended the connection; or the client did, with its
    last bytes unacknowledged, or after 45 s and more; or the capture goes on for ten seconds without an answer. A
    client that gives up sooner is client-timeout-too-short; a kept connection that was being closed is
    idle-connection-reused. Where the capture has a hole or ends too early, it is undecided.

    ## False alarms
    A capture filter that drops the answers of one address.
    """

    code = "NET005"
    name = "no-response"
    severity = Severity.ERROR
    on_facts = (Breaks,)
    fix = (
        "Capture at the client and, if there is a proxy, firewall or load balancer, behind it at the same time.",
        "Send the request again; before repeating a write that must not happen twice, look whether it took effect.",
        "If OSS is reached directly, open a ticket with time, endpoint, and both addresses and ports.",
    )
    sources = ("OSS guide to troubleshooting, network connection timeout handling (D 2)", "RFC 9112 section 9.3.1")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each request without an answer."""
        for item, exchange in broken(dissection, BreakKind.NO_RESPONSE):
            yield self.finding(
                f"{request_name(exchange)} gets no answer: {_how(item, dissection)}",
                *request_evidence(exchange),
                end_evidence(item, "a response"),
                exchanges=(exchange,),
                confidence=Confidence.LIKELY if item.closing is Closing.NONE else Confidence.CONFIRMED,
                cause=f"{item.closing} {item.by_client} {item.is_acknowledged}",
            )
        breaks = dissection.facts.get(Breaks)
        left_open = () if breaks is None else breaks.open_requests
        without = [e for e in map(dissection.exchanges.__getitem__, left_open) if e.response is None]
        if without:
            yield self.undecided("the capture ends, or has a hole, where the answer would be", *without)


def _how(item: Break, dissection: Dissection) -> str:
    waited = format_duration(item.silent_ns)
    if not item.is_acknowledged:
        again = f", sent again {counted(item.repeats, 'time')}," if item.repeats else ""
        return f"its last bytes{again} are not acknowledged for {waited}"
    if item.closing is Closing.NONE:
        return f"the capture shows {waited} of silence and then ends"
    if item.by_client:
        return f"the server stays silent for {waited}, then the client closes ({item.closing})"
    verb = "resets" if item.closing is Closing.RST else "closes"
    return f"{ender(item, dissection)} {verb} the connection {waited} after the request ({item.closing})"
