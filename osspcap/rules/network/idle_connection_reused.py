"""NET013 idle-connection-reused: a request went out on a kept connection that the server was closing."""

from collections.abc import Iterator

from osspcap.model.breaks import Break, BreakKind, Breaks, Closing
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.network._breaks import broken, end_evidence, ender, request_evidence
from osspcap.rules.wording import request_name
from osspcap.units import format_duration


class IdleConnectionReused(CaptureRule):
    """A request went out on a kept connection that the server was closing.

    ## What it finds
    Requests on a connection that had served others before, and that the server's side closed (FIN) or reset (RST)
    before the request, or right after it, without an answer.

    ## Why it matters
    Servers, load balancers and NAT devices end idle connections after a while, without asking. A client that takes
    such a connection from its pool gets a reset, or an empty answer, that has nothing to do with its request. It comes
    now and then, and more often with little traffic.

    ## How it decides
    An exchange on the same connection was answered in full before; then a FIN of the server came before the request
    or within a second (and four round trips) of it, or a RST within that time on a connection that had been idle for a
    second or more. The idle time is measured.

    ## False alarms
    A server that refuses this one request by hanging up looks the same, if it does so each time.
    """

    code = "NET013"
    name = "idle-connection-reused"
    severity = Severity.WARNING
    on_facts = (Breaks,)
    fix = (
        "Let the program repeat a request that fails this way at once, on a new connection, if it can be repeated.",
        "Let its connection pool drop connections that were idle for longer than the idle time measured here.",
        "If a NAT device or firewall in between drops idle connections, raise its timeout or use TCP keep-alive.",
    )
    sources = ("RFC 9112 section 9.3.1 and 9.5", "OSS error code RequestTimeout: idle connections are closed")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each request that met a closed connection."""
        for item, exchange in broken(dissection, BreakKind.IDLE_REUSED):
            idle = format_duration(item.idle_ns or 0)
            is_repeated = item.closing is Closing.RST and (item.idle_ns or 0) > 0
            yield self.finding(
                f"{request_name(exchange)} is sent on a connection that was idle for {idle}, and "
                f"{_reaction(item, dissection)}",
                *request_evidence(exchange),
                end_evidence(item, "a response on a connection that stays open"),
                exchanges=(exchange,),
                confidence=Confidence.LIKELY if is_repeated else Confidence.CONFIRMED,
                cause=f"{dissection.connections[item.stream].server.host} {item.closing}",
            )


def _reaction(item: Break, dissection: Dissection) -> str:
    exchange = dissection.exchanges[item.exchange or 0]
    who = ender(item, dissection)
    if item.closing is Closing.RST:
        return f"{who} answers with a reset"
    is_before = exchange.request is not None and item.frame < exchange.request.frame
    return f"{who} had closed it before (FIN)" if is_before else f"{who} closes it without an answer (FIN)"
