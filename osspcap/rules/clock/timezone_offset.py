"""CLK002 timezone-offset: the signed time is off by a time zone, as if local time were sent as GMT."""

from collections.abc import Iterator

from osspcap.model.clock import ClientClock, Clocks
from osspcap.model.finding import Confidence, Finding, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.clock._readings import (
    MAX_SHOWN,
    capture_clock_note,
    clocks_of,
    explains_refusal,
    outcome,
    reading_evidence,
    seconds,
    severity_of,
    signed_seconds,
)
from osspcap.rules.clock._zones import ZONES


class TimezoneOffset(CaptureRule):
    """The signed time is off by a time zone, as if local time were sent as GMT.

    ## What it finds
    Signed requests whose time differs from the server's by a whole number of half hours, an hour or more, to within
    two minutes, between UTC-12 and UTC+14.

    ## Why it matters
    OSS reads every signed time as GMT and refuses what is more than 15 minutes off. The clock shows the right local
    time, so that setting it does not help; the zone, or the way in which the program formats the time, is wrong.

    ## How it decides
    The times are those of CLK001: signed time against the server's, the error document's own where it states them. An
    offset ahead of GMT is that of the zones which the finding names; one behind is that of a zone in the west, or of
    a zone in the east that is subtracted twice.

    ## False alarms
    A clock that is wrong by such an amount by chance.
    """

    code = "CLK002"
    name = "timezone-offset"
    severity = Severity.ERROR
    fix = (
        (
            "Format the signed time in GMT: `datetime.now(timezone.utc)` in Python, `ZoneOffset.UTC` in Java, "
            "`toUTCString` in JavaScript, `time.Now().UTC()` in Go, `date -u` in a shell."
        ),
        (
            "Check the system's zone: `timedatectl` on Linux shows local time, universal time and zone; `date -R` must "
            "show the true offset."
        ),
        "On machines with two systems let the hardware clock run in UTC: `timedatectl set-local-rtc 0`.",
    )
    sources = (
        "OSS user guide 2019 (D): 403 errors, time of the device and GMT",
        "OSS user guide 2022, Chinese (E): 403 errors",
        "IANA time zone database",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for each client, zone and outcome."""
        clocks = clocks_of(dissection)
        for clock in clocks.clients:
            if clock.zone_minutes is not None:
                yield self._finding(dissection, clocks, clock, clock.zone_minutes)

    def _finding(self, dissection: Dissection, clocks: Clocks, clock: ClientClock, minutes: int) -> Finding:
        """Name the zone and prove the offset."""
        side = "ahead of" if minutes > 0 else "behind"
        zone = ZONES.get(minutes)
        likeness = f"as local time of {_utc(minutes)} sent as GMT would be" if zone else "a whole number of half hours"
        explanation = (
            f"The signed time {clock.readings[0].signed.value} differs from the server's "
            f"{clock.readings[0].server.value} by {signed_seconds(clock.offset_ns)}. {_meaning(minutes)} "
            f"{capture_clock_note(clocks, clock.offset_ns)}"
        ).strip()
        return self.finding(
            f"the signed time is {seconds(clock.offset_ns)} {side} the server's, {likeness}: "
            f"{outcome(dissection, clock)}",
            *(item for reading in clock.readings[:MAX_SHOWN] for item in reading_evidence(dissection, reading)),
            explanation=explanation,
            exchanges=[dissection.exchanges[number] for number in clock.exchanges],
            severity=severity_of(clock),
            confidence=Confidence.LIKELY if zone else Confidence.POSSIBLE,
            cause=f"{clock.refusal} {clock.client} {minutes}",
            occurrences=len(clock.exchanges),
        )

    def explains(self, finding: Finding) -> bool:
        """Tell whether a finding says why OSS refused: one about a request that was taken does not."""
        return explains_refusal(finding)


def _utc(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours:02d}:{rest:02d}"


def _meaning(minutes: int) -> str:
    """Say which zones an offset belongs to."""
    own, opposite = ZONES.get(minutes), ZONES.get(-minutes)
    if own is None:
        return "No zone has that offset; two zones may be mixed up, or the clock is wrong by that much."
    said = f"That is the offset of {_utc(minutes)}: {own}."
    if minutes < 0 and opposite is not None:
        said += f" A clock in {_utc(-minutes)} ({opposite}) whose zone is subtracted twice gives the same."
    return said
