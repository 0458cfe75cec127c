"""PRX310 answer-lost-between-captures: an answer was given and never reached the client."""

from collections.abc import Iterator

from osspcap.model.comparison import SightedRequest
from osspcap.model.finding import Severity, Verdict
from osspcap.rules.base import ComparisonRule
from osspcap.rules.proxy._differences import answer_evidence, evidence_of, finding_of, left_open, sighting
from osspcap.rules.wording import request_name


class AnswerLostBetweenCaptures(ComparisonRule):
    """An answer was given and never reached the client.

    ## What it finds
    Requests that were answered nearer to OSS and have no answer nearer to the client.

    ## Why it matters
    OSS did its work: an upload may be stored although the client believes that it failed. The fault lies between the
    two captures.

    ## How it decides
    Both captures hold the request, only the one nearer to OSS holds an answer, and the other one misses nothing and
    goes on after it. Otherwise it stays undecided.

    ## False alarms
    A client that gave up before the answer came; then its own reset or close is in the capture.
    """

    code = "PRX310"
    name = "answer-lost-between-captures"
    severity = Severity.ERROR
    fix = (
        "Look into the log of the device between the two captures for this request, and for its time and size limits.",
        "Let the client wait longer than the device and OSS need together.",
        "Make the client's retries safe: the first attempt may have succeeded.",
    )
    sources = (
        "RFC 9110 section 9.2.2",
        "OSS FAQ, Python SDK, timeouts (A)",
    )

    def check(self, request: SightedRequest) -> Iterator[Verdict]:
        """Yield a finding for an answer that only the server's capture holds."""
        client, server = request.client, request.server
        if client is None or client.request is None or client.response is not None:
            return
        if server is None or server.response is None:
            return
        if request.blind_spot:
            yield left_open(self, request)
            return
        yield finding_of(
            self,
            request,
            f"the answer {server.response.status} to {request_name(sighting(request))} never reached the client",
            evidence_of(request, 0, client.request.seen_start_line()),
            *answer_evidence(request),
            cause="lost",
        )
