"""NET014 client-aborted: the client ended the connection in the middle of an exchange."""

from collections.abc import Iterator

from osspcap.model.breaks import Break, BreakKind, Breaks
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.network._breaks import answer_evidence_of, broken, end_evidence, progress, request_evidence
from osspcap.rules.wording import request_id_note, request_name
from osspcap.units import format_duration


class ClientAborted(CaptureRule):
    """The client ended the connection in the middle of an exchange.

    ## What it finds
    Exchanges that the client itself breaks off: while it sends its request, right after it, or while the response is
    still coming in.

    ## Why it matters
    The server only sees that the client went away. The cause lies in the program: it was ended or cancelled, ran into
    an error of its own, or has what it needs (a browser that stops a video, a head that was enough).

    ## How it decides
    The first packet that ends the connection is a FIN or RST of the client, less than a second after its request, or
    with bytes of the body on the way. After longer waiting it counts as client-timeout-too-short.

    ## False alarms
    Players and browsers break downloads off by design; a device may reset in the name of the client (reset-injected).
    """

    code = "NET014"
    name = "client-aborted"
    severity = Severity.WARNING
    on_facts = (Breaks,)
    fix = (
        "Look into the program's log at this time: an exception, a cancelled task, a process that was ended.",
        "If a user or a player stops on purpose, nothing is to be done.",
        "If the program knows of nothing, capture on the client's host: a device on the way may have sent the reset.",
    )
    sources = ("RFC 9112 section 9.6", "RFC 9293 section 3.5.2")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each exchange that the client broke off."""
        for item, exchange in broken(dissection, BreakKind.CLIENT_ABORTED):
            yield self.finding(
                f"the client ends the connection ({item.closing}) {_where(item, exchange)}{request_id_note(exchange)}",
                *request_evidence(exchange),
                *answer_evidence_of(exchange),
                end_evidence(item, "the exchange is completed"),
                exchanges=(exchange,),
                confidence=Confidence.CONFIRMED,
                cause=f"{item.closing} {exchange.response is None}",
            )


def _where(item: Break, exchange: Exchange) -> str:
    name = request_name(exchange)
    if exchange.response is not None:
        return f"in the middle of the response to {name}, after {progress(item.received, item.announced)}"
    if exchange.request is not None and not exchange.request.body.ended:
        return f"in the middle of {name}, after {progress(item.sent, item.announced)}"
    return f"{format_duration(item.silent_ns)} after it sent {name}, before any answer"
