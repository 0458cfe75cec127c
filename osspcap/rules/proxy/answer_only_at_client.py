"""PRX309 answer-only-at-client: somebody between the two places answered."""

from collections.abc import Iterator

from osspcap.model.comparison import SightedRequest
from osspcap.model.finding import Severity, Verdict
from osspcap.rules.base import ComparisonRule
from osspcap.rules.proxy._differences import answer_evidence, evidence_of, finding_of, left_open, sighting
from osspcap.rules.wording import request_name


class AnswerOnlyAtClient(ComparisonRule):
    """Somebody between the two places answered the request.

    ## What it finds
    Requests that have an answer nearer to the client, while nearer to OSS the request was never seen, or never
    answered.

    ## Why it matters
    The answer is not OSS's. A proxy, cache or gateway made it: a block page, a login, a gateway timeout, or a copy of
    an older answer.

    ## How it decides
    The request is joined with none of the other capture, or with one that has no answer, although that capture was
    running at the time and misses nothing. Otherwise it stays undecided. An error status makes it an error, other
    answers a warning: caches answer by design.

    ## False alarms
    A capture filter on the other side that leaves out the connection.
    """

    code = "PRX309"
    name = "answer-only-at-client"
    severity = Severity.ERROR
    supersedes = ("PRX201",)
    fix = (
        "Ask those who run the device between the two captures why it answers itself: the answer is in the evidence.",
        "For gateway timeouts, raise the device's time limits or find out why OSS is not reached from there.",
        "For answers out of a cache, let it keep nothing but answers to GET of objects.",
    )
    sources = (
        "RFC 9110 sections 15.6.3 and 15.6.5",
        "RFC 9111 section 4",
    )

    def check(self, request: SightedRequest) -> Iterator[Verdict]:
        """Yield a finding for an answer that nobody gave nearer to OSS."""
        client, server = request.client, request.server
        if client is None or client.response is None or (server is not None and server.response is not None):
            return
        if request.blind_spot:
            yield left_open(self, request)
            return
        status = client.response.status
        told = "the request never got there" if server is None else "there it was never answered"
        sent = (
            []
            if server is None or server.request is None
            else [evidence_of(request, 1, server.request.seen_start_line())]
        )
        yield finding_of(
            self,
            request,
            f"the answer {status} to {request_name(sighting(request))} was not made nearer to OSS: {told}",
            *sent,
            *answer_evidence(request),
            severity=Severity.ERROR if status >= 400 else Severity.WARNING,
            cause=f"{status} {server is None}",
        )
