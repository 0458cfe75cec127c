"""CBK003 callback-timeout: the application does not answer OSS's callback within 5 seconds."""

from collections.abc import Iterator

from osspcap.model.callback import CallbackCause, Callbacks
from osspcap.model.finding import Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.callback._legs import SOURCES, capture_step, legs_of


class CallbackTimeout(CaptureRule):
    """The application does not answer OSS's callback within 5 seconds.

    ## What it finds
    Callbacks whose answer came later than 5 seconds, or not at all while OSS waited. In a capture taken at the client:
    203 CallbackFailed with "reply timeout" or "Cost too long time.".

    ## Why it matters
    OSS waits 5 seconds, a limit that cannot be changed, closes the connection and answers the upload with
    203 CallbackFailed. It does not try again. The object is stored, and the application may well finish its work on a
    callback that counts as failed.

    ## How it decides
    Captured at the application: the time from the last byte of the request to the answer, or to OSS giving up.
    Captured at the client: OSS's own message.

    ## False alarms
    None if the upload is answered 203; without that leg an answer a few milliseconds late may have been in time.
    """

    code = "CBK003"
    name = "callback-timeout"
    severity = Severity.ERROR
    on_facts = (Callbacks,)
    fix = (
        "Answer at once, and do the work (database, thumbnails, other services) afterwards in a queue.",
        "Look in the application's log for the time that the callback took, by the request ID.",
    )
    sources = SOURCES

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each callback; those of one application become one."""
        for legs in legs_of(dissection, CallbackCause.TIMEOUT):
            seen = "" if legs.case.fault is None else f"{legs.case.fault.reason}, and OSS waits 5 s"
            steps = () if legs.callback is not None else (capture_step(legs),)
            yield self.finding(
                legs.summary(seen, "the application did not answer within 5 s"),
                *legs.evidence(),
                explanation=f"OSS waits 5 seconds and then gives up; the address in its message is one of its own"
                f" network and tells nothing. {legs.consequence}",
                exchanges=legs.exchanges,
                severity=legs.severity,
                fix=(*self.fix, *steps),
                cause=legs.target,
            )
