"""CBK004 callback-unreachable: OSS cannot connect to the application, or is cut off before an answer."""

from collections.abc import Iterator

from osspcap.model.callback import CallbackCause, Callbacks
from osspcap.model.finding import Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.callback._legs import SOURCES, Legs, capture_step, legs_of


class CallbackUnreachable(CaptureRule):
    """OSS cannot connect to the application, or is cut off before an answer.

    ## What it finds
    203 CallbackFailed with "Error status : -1" ("OSS can not connect to your callbackUrl"), and callbacks whose
    connection the application reset or closed without an answer.

    ## Why it matters
    The application never learns of the upload. OSS answers it with 203 CallbackFailed and does not try again; the
    object is stored.

    ## How it decides
    Captured at the client: OSS's own message. Captured at the application: a reset or a close from its side behind
    the request, with no answer in between.

    ## False alarms
    OSS used to give this message for answers later than 5 seconds too; a capture at the application tells them apart.
    """

    code = "CBK004"
    name = "callback-unreachable"
    severity = Severity.ERROR
    on_facts = (Callbacks,)
    fix = (
        "See that the service runs and listens on the address and port of callbackUrl: `ss -ltnp`.",
        "Open the port to the internet, or to OSS, in the security group and in the host's firewall.",
        "Check that the host name of callbackUrl resolves in public DNS, to an IPv4 address: `dig +short A HOST`.",
    )
    sources = SOURCES

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each callback; those of one application become one."""
        for legs in legs_of(dissection, CallbackCause.UNREACHABLE):
            seen = "" if legs.case.fault is None else legs.case.fault.reason
            yield self.finding(
                legs.summary(seen, "OSS cannot connect to the application"),
                *legs.evidence(),
                explanation=f"{_why(legs)} {legs.consequence}",
                exchanges=legs.exchanges,
                severity=legs.severity,
                fix=self.fix if legs.callback is not None else (*self.fix, capture_step(legs)),
                cause=legs.target,
            )


def _why(legs: Legs) -> str:
    if legs.callback is not None and legs.case.fault is not None:
        return (
            "The request reached the application's host, and its end of the connection was closed without an answer:"
            " the process crashed, or a firewall or proxy there refuses the request."
        )
    if legs.callback is not None:
        return "The callback reached the application in this capture, so its answer was lost on the way back to OSS."
    return (
        "The service does not run, a firewall drops the connection, or the host name leads nowhere OSS can reach."
        " An application that takes longer than 5 s can cause the same message."
    )
