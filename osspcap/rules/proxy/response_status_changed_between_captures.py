"""PRX305 response-status-changed-between-captures: the client got another status than OSS gave."""

from osspcap.model.comparison import Difference, Place, SightedRequest
from osspcap.model.finding import Severity
from osspcap.rules.proxy._differences import DifferenceRule


class ResponseStatusChangedBetweenCaptures(DifferenceRule):
    """The client got another status than OSS gave.

    ## What it finds
    Requests that were answered with one status nearer to OSS and with another nearer to the client.

    ## Why it matters
    The client acts on an answer that OSS did not give: a retry of what succeeded, or no retry of what failed. The
    error document that says what is wrong may be lost with it.

    ## How it decides
    The status codes of the two final responses to one request are compared. Headers and body of an answer that was
    replaced are not told again.

    ## False alarms
    A cache that revalidates: it asks OSS, gets 304 and answers 200 itself.
    """

    code = "PRX305"
    name = "response-status-changed-between-captures"
    supersedes = ("PRX306", "PRX307")
    places = (Place.STATUS,)
    fix = (
        "Switch off what replaces answers on the device: error pages, `proxy_intercept_errors`, caching of answers.",
        "Look at the answer nearer to OSS for what really happened: its request ID is the one to give to support.",
    )
    sources = (
        "RFC 9110 section 15",
        "nginx documentation, proxy_intercept_errors",
    )

    def weight(self, request: SightedRequest, difference: Difference) -> Severity:
        """An error that the client got in the place of another answer is one, whatever the server's status was."""
        del difference
        status = None if request.client is None else request.client.status
        return Severity.ERROR if status is not None and status >= 400 else Severity.WARNING
