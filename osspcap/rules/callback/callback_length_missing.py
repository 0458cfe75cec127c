"""CBK011 callback-length-missing: the application's answer has no Content-Length that OSS can use."""

from collections.abc import Iterator

from osspcap.model.callback import CallbackCause, Callbacks
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.callback._legs import SOURCES, capture_step, legs_of


class CallbackLengthMissing(CaptureRule):
    """The application's answer has no Content-Length that OSS can use.

    ## What it finds
    Answers to callbacks that are chunked, end with the connection, announce more than they send, or are larger than
    1 MiB. In a capture taken at the client: 203 CallbackFailed with "User server missing content-length." and its
    relatives about too long and invalid values.

    ## Why it matters
    OSS reads as many bytes as Content-Length says. Without a usable one it takes the callback for failed and answers
    the upload with 203 CallbackFailed; the object is stored.

    ## How it decides
    Captured at the application: the framing of its answer. Captured at the client: OSS's own message.

    ## False alarms
    A release of OSS that reads chunked answers; the upload is then answered with 200, and the finding is an info if
    that leg is in the capture.
    """

    code = "CBK011"
    name = "callback-length-missing"
    severity = Severity.ERROR
    on_facts = (Callbacks,)
    fix = (
        "Set Content-Length to the number of bytes (not characters) of the body: write the whole body at once.",
        "Switch chunked transfer, streaming and compression off for this path, in the application and in the proxy.",
        "Keep the answer small: OSS takes 1 MiB.",
    )
    sources = SOURCES

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each callback; equal faults of one application become one."""
        for legs in legs_of(dissection, CallbackCause.LENGTH):
            fault = legs.case.fault
            is_proved = legs.upload is not None or (fault is not None and fault.is_certain)
            steps = () if legs.callback is not None else (capture_step(legs),)
            yield self.finding(
                legs.summary("" if fault is None else fault.reason, "the answer has no usable Content-Length"),
                *legs.evidence(),
                explanation=f"OSS needs a Content-Length, and at most 1 MiB. {legs.consequence}",
                exchanges=legs.exchanges,
                severity=legs.severity,
                confidence=Confidence.CONFIRMED if is_proved else Confidence.LIKELY,
                fix=(*self.fix, *steps),
                cause=f"{legs.target} {'' if fault is None else fault.reason}",
            )
