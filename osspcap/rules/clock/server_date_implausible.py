"""CLK005 server-date-implausible: an answer states a time that OSS's clock cannot have stated."""

from collections.abc import Iterator

from osspcap.model.clock import ImplausibleTime
from osspcap.model.finding import Confidence, Finding, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, evidence_at
from osspcap.rules.clock._readings import clocks_of
from osspcap.rules.wording import request_id_note, request_name, shortened


class ServerDateImplausible(CaptureRule):
    """An answer states a time that OSS's clock cannot have stated.

    ## What it finds
    Answers with the marks of OSS whose Date lies before 2011, or more than 15 minutes off the time of a signed request
    that they accept, or whose x-oss-server-time is a day or more, negative, or no number.

    ## Why it matters
    A gateway, a proxy or an emulation of OSS made or changed the answer. Clients that correct their clock by it, and
    caches that count from it, go wrong; findings that rest on the server's time are worth less.

    ## How it decides
    OSS did not exist before 2011. It refuses requests signed more than 15 minutes off its clock, so that a Date further
    off on an answer that accepts a signed request is not from that clock. Answers from a cache are put right by their
    Age, or left out.

    ## False alarms
    Private deployments that do not check the time of requests.
    """

    code = "CLK005"
    name = "server-date-implausible"
    severity = Severity.WARNING
    explains_error = False
    fix = (
        (
            "Find the device between client and OSS that answers or rewrites headers: repeat the request by HTTPS, or "
            "capture on its other side."
        ),
        "Set the clock of that device by NTP, and let it pass on the Date and the x-oss headers of OSS as they are.",
    )
    sources = ("RFC 9110 section 6.6.1", "OSS error catalogue: RequestTimeTooSkewed")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each such answer; equal faults become one."""
        for implausible in clocks_of(dissection).implausible:
            yield self._finding(dissection, implausible)

    def _finding(self, dissection: Dissection, implausible: ImplausibleTime) -> Finding:
        exchange = dissection.exchanges[implausible.exchange]
        operation, stated = exchange.operation, implausible.stated
        request_id = None if operation is None else operation.request_id
        return self.finding(
            f"the {stated.field} {shortened(stated.value, 60)} in the answer to {request_name(exchange)} "
            f"{implausible.reason}{request_id_note(exchange)}",
            evidence_at(exchange, stated, implausible.expected),
            *(() if request_id is None else (evidence_at(exchange, request_id),)),
            exchanges=(exchange,),
            confidence=Confidence.LIKELY,
            cause=f"{stated.field} {implausible.reason}",
        )
