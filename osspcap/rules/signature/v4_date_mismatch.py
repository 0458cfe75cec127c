"""SIG108 v4-date-mismatch: the day in a V4 credential is not the day of the request's own date."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Verdict
from osspcap.oss.dates import parse_date
from osspcap.oss.signing_facts import SigningFacts
from osspcap.rules.signature._signing import SIGNING_SOURCES, SigningRule, refused_with
from osspcap.units import format_time

_EC = "0002-00000223"
_MESSAGE = "invalid signing date"


class V4DateMismatch(SigningRule):
    """The day in a V4 credential is not the day of the request's own date.

    ## What it finds
    V4-signed requests that OSS refused and whose credential scope names another day than x-oss-date (or Date).

    ## Why it matters
    Scope and date must agree in UTC. A program that takes the day from local time fails for the hours in which the two
    differ: from midnight to eight in the morning in China.

    ## How it decides
    The eight digits of the scope are compared with the day, in UTC, of the date that the request carries. Where both
    agree and OSS still calls the date invalid, the clock is wrong, and that is for the rules about clocks.

    ## False alarms
    None where OSS says that the signing date is invalid; otherwise the finding is likely.
    """

    code = "SIG108"
    name = "v4-date-mismatch"
    supersedes = ("SIG100", "SIG101", "SIG109", "REQ016")
    fix = (
        (
            "Take the day of the credential scope from the same UTC time as `x-oss-date`: `20231216` for "
            "`20231216T162057Z`."
        ),
        "Derive the signing key anew when the UTC day changes; do not cache it over midnight.",
        "Or leave signing to an OSS SDK.",
    )
    sources = (*SIGNING_SOURCES, "OSS documentation: EC 0002-00000223")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding if scope and date name two days; those of one pair of days become one."""
        facts, operation = exchange.facts.get(SigningFacts), exchange.operation
        auth = None if facts is None else facts.authentication
        if facts is None or operation is None or auth is None or auth.scope is None or auth.credential is None:
            return
        signed = auth.signed_at
        signed_ns = None if signed is None else parse_date(signed.raw)
        if signed is None or signed_ns is None:
            return
        day = format_time(signed_ns)[:10].replace("-", "")
        if auth.scope.date == day:
            return
        error = operation.error
        message = "" if error is None or error.message is None else error.message.value
        is_stated = operation.ec == _EC or message.lower().startswith(_MESSAGE)
        if not (is_stated or facts.is_mismatch or exchange.status == 400):
            return
        yield self.finding(
            f"{refused_with(exchange)}: the V4 credential names the day {auth.scope.date}, but the request is dated "
            f"{signed.value}",
            *self.request_evidence(exchange, None),
            self.evidence(exchange, auth.credential, f"day {day}"),
            self.evidence(exchange, signed),
            *self.error_evidence(exchange),
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED if is_stated else Confidence.LIKELY,
            cause=f"{auth.scope.date} {day}",
        )
