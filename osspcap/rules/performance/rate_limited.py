"""PRF005 rate-limited: OSS holds requests back, or refuses them, because there are too many."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.model.slowness import Slowness, Throttled
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.retries import NOT_RETRIED, retried, retry_evidence
from osspcap.rules.wording import request_id_note, request_name


class RateLimited(CaptureRule):
    """OSS holds requests back, or refuses them, because there are too many.

    ## What it finds
    Answers that say that a limit on requests or bandwidth is exceeded, and answers that OSS delayed for it.

    ## Why it matters
    Limits hold for an account, a bucket, or names that begin alike. Refused requests fail unless they are repeated;
    repeated at once, they keep the limit exceeded.

    ## How it decides
    A 503 or 429 with one of the codes of OSS's limits is an error, or a warning if the same request got through later.
    `x-oss-qos-delay-time` above 0 on an answer says for how many milliseconds OSS held it back: a warning.

    ## False alarms
    None: OSS says so itself.
    """

    code = "PRF005"
    name = "rate-limited"
    severity = Severity.WARNING
    on_facts = (Slowness,)
    explains_error = True
    supersedes = ("PRF003",)
    fix = (
        "Send fewer requests at once, and repeat refused ones with pauses that grow and vary (exponential backoff).",
        "Spread the names of objects: begin them with a hash instead of a date or a counter.",
        "Ask for a higher limit by a ticket that names the bucket, the region, and the rate that is needed.",
    )
    sources = ("OSS documentation: limits and performance best practices", "OSS error catalogue: ...LimitExceeded")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each exchange; equal ones become one."""
        slowness = dissection.facts.get(Slowness)
        for item in () if slowness is None else slowness.throttled:
            exchange = dissection.exchanges[item.exchange]
            is_refused = item.delay_ms is None
            note, success = retried(exchange)
            yield self.finding(
                f"OSS {_what(item, exchange)} {request_name(exchange)} for its rate{request_id_note(exchange)}"
                f"{f'; {note}' if is_refused and note != NOT_RETRIED else ''}",
                *answer_evidence(exchange),
                *retry_evidence(success),
                *_delay(exchange),
                exchanges=(exchange,),
                severity=Severity.ERROR if is_refused and success is None else Severity.WARNING,
                cause=f"{'refused' if is_refused else 'delayed'} {success is None}",
            )


def _what(item: Throttled, exchange: Exchange) -> str:
    if item.delay_ms is not None:
        return f"holds back, for {item.delay_ms} ms,"
    error = None if exchange.operation is None else exchange.operation.error
    return "refuses" if error is None else f"refuses ({exchange.status} {error.code.value})"


def _delay(exchange: Exchange) -> Iterator[Evidence]:
    response = exchange.response
    line = None if response is None else response.fields().first("x-oss-qos-delay-time")
    if response is not None and line is not None:
        yield evidence_at(exchange, response.seen(line), "0, or no such field")
