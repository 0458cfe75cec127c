"""PRF002 server-receive-window: the server does not read as fast as the upload comes."""

from collections.abc import Iterator

from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.latency import Limit
from osspcap.model.report import Dissection
from osspcap.model.slowness import Slowness
from osspcap.rules.base import CaptureRule
from osspcap.rules.performance._slow import (
    is_held_up,
    line_evidence,
    rate,
    share,
    slow_exchanges,
    vantage_note,
    window_evidence,
)
from osspcap.rules.wording import request_id_note, request_name


class ServerReceiveWindow(CaptureRule):
    """The server does not read as fast as the upload comes.

    ## What it finds
    Uploads that stand still for most of their time because the server's receive window is full or shut.

    ## Why it matters
    Neither the client nor the network is slow. What ends the client's connection takes the data slowly: OSS while it
    holds the requester to a bandwidth (`x-oss-traffic-limit`, quotas), or a proxy that passes it on slowly.

    ## How it decides
    Of a second or more of sending, at least half was spent in silences at whose beginning the window that the server
    had advertised left no room for another segment. Uploads above 50 MB/s are let pass.

    ## False alarms
    A bandwidth limit that the client asked for.
    """

    code = "PRF002"
    name = "server-receive-window"
    severity = Severity.WARNING
    on_facts = (Slowness,)
    fix = (
        "If a proxy, gateway or CDN ends the connection, look at its load and at the speed of its way to OSS.",
        "Look for `x-oss-traffic-limit` in the request, and for bandwidth quotas of the bucket or account.",
        "If OSS is reached directly and no limit applies, open a ticket with the request ID.",
    )
    sources = (
        "RFC 9293 section 3.8.6 (window management)",
        "OSS documentation: bandwidth throttling",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each upload that its receiver held up."""
        for latency, exchange in slow_exchanges(dissection):
            phase = latency.sending
            if phase is None or not is_held_up(phase):
                continue
            yield self.finding(
                f"the server takes {request_name(exchange)} too slowly: its receive window is full or shut for "
                f"{share(phase, Limit.RECEIVER)}; {rate(phase)}{request_id_note(exchange)}",
                *line_evidence(exchange),
                *window_evidence(dissection, exchange, phase, of_client=False),
                exchanges=(exchange,),
                confidence=Confidence.CONFIRMED,
                explanation=(
                    "What ends the client's connection does not fetch the data as fast as it comes, so TCP makes the "
                    f"client wait. Neither the client nor the network is slow. {vantage_note(latency)}".strip()
                ),
                cause=f"{dissection.connections[exchange.stream].server.host}",
            )
