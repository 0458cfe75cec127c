"""PRX308 request-lost-between-captures: a request was sent and never arrived."""

from collections.abc import Iterator

from osspcap.model.comparison import SightedRequest
from osspcap.model.finding import Severity, Verdict
from osspcap.rules.base import ComparisonRule
from osspcap.rules.proxy._differences import evidence_of, finding_of, left_open, sighting
from osspcap.rules.wording import request_name


class RequestLostBetweenCaptures(ComparisonRule):
    """A request was sent and never arrived.

    ## What it finds
    Requests that were captured nearer to the client, have no answer there, and were never seen nearer to OSS.

    ## Why it matters
    The fault lies between the two captures: OSS never got the request, so that nothing on its side can explain it.

    ## How it decides
    The request is joined with none of the other capture by request ID, signature, content or order, although that
    capture was running at the time and misses nothing. Otherwise it stays undecided.

    ## False alarms
    A capture filter on the other side that leaves out the connection, for instance because the device reaches OSS by
    another address.
    """

    code = "PRX308"
    name = "request-lost-between-captures"
    severity = Severity.ERROR
    fix = (
        "Look into the log of the device between the two captures for this request, by its time and target.",
        "Capture on the device itself, with `-i any`, to see which of its two sides loses the request.",
        "Check that the filter of the capture nearer to OSS covers all addresses by which the device reaches OSS.",
    )
    sources = (
        "tcpdump(1); pcap-filter(7)",
        "OSS FAQ, Python SDK (A)",
    )

    def check(self, request: SightedRequest) -> Iterator[Verdict]:
        """Yield a finding for a request that only the client's capture holds, unanswered."""
        client = request.client
        if client is None or client.request is None or request.server is not None or client.response is not None:
            return
        if request.blind_spot:
            yield left_open(self, request)
            return
        yield finding_of(
            self,
            request,
            f"{request_name(sighting(request))} was sent, was not answered, and was never seen nearer to OSS",
            evidence_of(request, 0, client.request.seen_start_line()),
            cause="lost",
        )
