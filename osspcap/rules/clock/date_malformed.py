"""CLK003 date-malformed: the signed date is in no form that OSS reads."""

from collections.abc import Iterator

from osspcap.model.clock import MalformedDate
from osspcap.model.finding import Confidence, Finding, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.clock._readings import clocks_of
from osspcap.rules.wording import request_id_note, request_name, shortened

_EXAMPLE = "Fri, 20 Nov 2026 21:29:08 GMT"


class DateMalformed(CaptureRule):
    """The signed date is in no form that OSS reads.

    ## What it finds
    Signed requests whose x-oss-date or Date is neither the date of HTTP nor the basic form of ISO 8601: names of days
    or months in another language, a missing or other zone than GMT, years of two digits, numbers of seconds, the
    extended form of ISO 8601, times that do not exist.

    ## Why it matters
    OSS answers that it needs a valid date and never looks at the signature. Programs that format the date by the
    language of the system work on one machine and fail on the next.

    ## How it decides
    The text is held against both forms. An answer about the date proves the fault; a refusal that states no reason, or
    no answer at all, leaves it likely. Where OSS took the date, or went on to another question, this is information.

    ## False alarms
    None are known: what OSS takes is reported as information only.
    """

    code = "CLK003"
    name = "date-malformed"
    severity = Severity.ERROR
    fix = (
        (
            "Format the date in GMT with English names, whatever the language of the system: "
            "`email.utils.formatdate(usegmt=True)` in Python, `DateTimeFormatter.RFC_1123_DATE_TIME` or "
            "`SimpleDateFormat(pattern, Locale.US)` in Java, `new Date().toUTCString()` in JavaScript, "
            '`ToString("r")` in .NET, `http.TimeFormat` in Go, `LC_ALL=C date -u` in a shell.'
        ),
        "For V4 write x-oss-date as `yyyymmddThhmmssZ`, without hyphens, colons and fractions.",
        "Sign the very text that is sent.",
    )
    sources = (
        "RFC 9110 section 5.6.7",
        "OSS error catalogue: AccessDenied, InvalidArgument (EC 0002-00000502, 0002-00000503, 0002-00000505)",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each malformed date; equal faults become one."""
        for malformed in clocks_of(dissection).malformed:
            yield self._finding(dissection, malformed)

    def _finding(self, dissection: Dissection, malformed: MalformedDate) -> Finding:
        """Show the date, what is wrong with it, and what came of it."""
        exchange = dissection.exchanges[malformed.exchange]
        status = exchange.status
        if malformed.is_accepted:
            severity, confidence = Severity.INFO, Confidence.CONFIRMED
            came_of_it = f"OSS takes it all the same in {request_name(exchange)}{request_id_note(exchange)}"
        else:
            is_failure = status is not None and status >= 400
            severity = Severity.ERROR if malformed.is_refused or is_failure else Severity.WARNING
            confidence = Confidence.CONFIRMED if malformed.is_refused else Confidence.LIKELY
            came_of_it = f"{request_name(exchange)} is answered with {status}{request_id_note(exchange)}"
        example = _EXAMPLE if malformed.server is None else malformed.server.value
        return self.finding(
            f"the signed date {shortened(malformed.date.value, 80)!r} {malformed.fault}: {came_of_it}",
            evidence_at(exchange, malformed.date, f"like {example}, or yyyymmddThhmmssZ in x-oss-date"),
            *answer_evidence(exchange),
            exchanges=(exchange,),
            severity=severity,
            confidence=confidence,
            cause=f"{severity} {malformed.date.field} {malformed.fault}",
        )
