"""PRX203 stale-cached-answer: a cache answered where only OSS may answer."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Finding, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.model.seen import Seen
from osspcap.oss.stale_answer import StaleAnswer, StaleAnswers, StaleReason
from osspcap.rules.base import CaptureRule
from osspcap.rules.wording import request_name, shortened


class StaleCachedAnswer(CaptureRule):
    """A cache answered where only OSS may answer.

    ## What it finds
    Answers that come out of a cache although they must be fresh: to uploads, deletions, preflights and lists; errors
    that a cache had kept; answers that had been given to an earlier request; and objects older than the version that
    was stored before they were read.

    ## Why it matters
    The client is told what was true some time ago. An upload looks done that never happened, a list lacks what was
    just stored, an error stays although its cause is gone, and a browser gets CORS headers made for another origin.

    ## How it decides
    A cache says so itself (Age above 0, X-Cache HIT) on an answer that it may not keep; or the request ID, which OSS
    gives once, had been used by an answer that was over before this request was sent; or an object comes with another
    ETag than its upload was answered with, and was last changed before that upload. OSS itself is strongly
    consistent: a read that starts after a write sees it.

    ## False alarms
    An object that was restored to an older version between write and read by somebody outside the capture.
    """

    code = "PRX203"
    name = "stale-cached-answer"
    severity = Severity.WARNING
    on_facts = (StaleAnswers,)
    explains_error = True
    fix = (
        "Let the cache keep nothing but successful answers to GET and HEAD of objects, and purge what it holds now.",
        "Send uploads, deletions, lists and other calls of the API to the bucket's own endpoint, past the CDN.",
        "Where the cache cannot be changed, send `Cache-Control: no-cache` with what must be fresh, or use HTTPS.",
    )
    sources = (
        "RFC 9111 sections 3, 4 and 5.1",
        "OSS documentation, strong consistency of objects",
        "OSS documentation, common response headers (request ID)",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding an answer; those with one reason become one."""
        stale = dissection.facts.get(StaleAnswers)
        if stale is not None:
            for answer in stale.answers:
                yield self._finding(dissection, answer)

    def _finding(self, dissection: Dissection, answer: StaleAnswer) -> Finding:
        exchange = dissection.exchanges[answer.exchange]
        concerned = [exchange]
        expected = "" if answer.earlier_sign is None else answer.earlier_sign.value
        is_version = answer.reason is StaleReason.OLDER_VERSION
        evidence = []
        if exchange.response is not None:
            evidence.append(_evidence(exchange, exchange.response.seen_start_line()))
        for number, sign in enumerate(answer.signs):
            evidence.append(_evidence(exchange, sign, expected if is_version and number == 0 else ""))
        if answer.earlier is not None and answer.earlier_sign is not None:
            earlier = dissection.exchanges[answer.earlier]
            concerned.append(earlier)
            evidence.append(_evidence(earlier, answer.earlier_sign))
        shown = ", ".join(f"{sign.field.rpartition(' ')[2]} {shortened(sign.value, 80)}" for sign in answer.signs)
        return self.finding(
            f"the answer to {request_name(exchange)} is not fresh: {answer.reason} ({shown})",
            *evidence,
            exchanges=concerned,
            confidence=Confidence.LIKELY if is_version and len(answer.signs) < 3 else Confidence.CONFIRMED,
            cause=answer.reason.value,
        )


def _evidence(exchange: Exchange, seen: Seen[str], expected: str = "") -> Evidence:
    return Evidence.of(seen, stream=exchange.stream, exchange=exchange.id, expected=expected)
