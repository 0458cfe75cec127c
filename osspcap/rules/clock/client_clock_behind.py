"""CLK001 client-clock-behind: the client signs with a time that lies behind the server's."""

from collections.abc import Iterator

from osspcap.model.finding import Finding, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.clock._readings import clock_findings, clocks_of, explains_refusal


class ClientClockBehind(CaptureRule):
    """The client signs with a time that lies behind the server's.

    ## What it finds
    Signed requests whose time is a minute or more behind the server's: an error where OSS refused them for it
    (403 RequestTimeTooSkewed, or 400 InvalidArgument about the signing date for V4), a warning from five minutes on
    or where the client corrected itself, else information.

    ## Why it matters
    OSS refuses requests signed more than 15 minutes off its own clock, and a retry that signs with the same clock
    fails in the same way. A clock that is off by less tends to drift on.

    ## How it decides
    The signed time is x-oss-date, else Date; the error document's RequestTime is the same as the server read it. The
    server's time is the error document's ServerTime, else the response's Date with its Age. The time that the
    exchange took counts for the client. The time stamps of the capture never decide; times in signed URLs are not
    looked at, because they say when the URL was made.

    ## False alarms
    A request that was signed long before it was sent (a queue, a retry that is not signed anew) looks the same; the
    finding says so where the capture shows it.
    """

    code = "CLK001"
    name = "client-clock-behind"
    severity = Severity.ERROR
    fix = (
        (
            "On the client's host compare `date -u` with the server's time; set the clock by NTP: "
            "`timedatectl set-ntp true` or `chronyc makestep` on Linux, `w32tm /resync` on Windows."
        ),
        "In containers and virtual machines set the host's clock; resuming from sleep or a snapshot leaves it behind.",
        "If the clock is right, sign right before sending, and again for every retry.",
        (
            "SDKs that correct the time themselves (Go V2, C++, Android, iOS, browser JavaScript; Java with "
            "enableAutoCorrectClockSkew) only hide a wrong clock."
        ),
    )
    sources = (
        "OSS user guide 2019 (D): 403 errors, RequestTimeTooSkewed",
        "OSS user guide 2022, Chinese (E): 403 errors",
        "OSS error catalogue: RequestTimeTooSkewed, InvalidArgument",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for each client and outcome."""
        yield from clock_findings(self, dissection, is_behind=True)
        for number in clocks_of(dissection).untold:
            yield self.undecided(
                "OSS refused the signed time, but the capture does not hold both times, so that neither the amount nor "
                "the direction can be told",
                dissection.exchanges[number],
            )

    def explains(self, finding: Finding) -> bool:
        """Tell whether a finding says why OSS refused: a warning about an allowed offset does not."""
        return explains_refusal(finding)
