"""CLK011 client-clock-ahead: the client signs with a time that lies ahead of the server's."""

from collections.abc import Iterator

from osspcap.model.finding import Finding, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.clock._readings import clock_findings, explains_refusal


class ClientClockAhead(CaptureRule):
    """The client signs with a time that lies ahead of the server's.

    ## What it finds
    Signed requests whose time is a minute or more ahead of the server's: an error where OSS refused them for it
    (403 RequestTimeTooSkewed, or 400 InvalidArgument about the signing date for V4), a warning from five minutes on
    or where the client corrected itself, else information.

    ## Why it matters
    OSS refuses requests signed more than 15 minutes off its own clock, and a retry that signs with the same clock
    fails in the same way. Nothing but the clock can be the reason: no request waits backwards.

    ## How it decides
    The signed time is x-oss-date, else Date; the error document's RequestTime is the same as the server read it. The
    server's time is the error document's ServerTime, else the response's Date with its Age. The time stamps of the
    capture never decide; times in signed URLs are not looked at unless OSS refuses them.

    ## False alarms
    A device that rewrites the Date of requests or responses.
    """

    code = "CLK011"
    name = "client-clock-ahead"
    severity = Severity.ERROR
    fix = (
        (
            "On the client's host compare `date -u` with the server's time; set the clock by NTP: "
            "`timedatectl set-ntp true` or `chronyc makestep` on Linux, `w32tm /resync` on Windows."
        ),
        "In containers and virtual machines set the host's clock, and switch off a second source of time.",
        "If the program computes the time itself, let it format the system's UTC time instead.",
    )
    sources = (
        "OSS user guide 2019 (D): 403 errors, RequestTimeTooSkewed",
        "OSS user guide 2022, Chinese (E): 403 errors",
        "OSS error catalogue: RequestTimeTooSkewed, InvalidArgument",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for each client and outcome."""
        yield from clock_findings(self, dissection, is_behind=False)

    def explains(self, finding: Finding) -> bool:
        """Tell whether a finding says why OSS refused: a warning about an allowed offset does not."""
        return explains_refusal(finding)
