"""MED006 range-ignored: a request for a part of an object was answered with all of it."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.media import RangeAnswer
from osspcap.model.operation import Role
from osspcap.rules.base import ExchangeRule
from osspcap.rules.wording import request_id_note, request_name, shortened


class RangeIgnored(ExchangeRule):
    """A request for a part of an object was answered with all of it.

    ## What it finds
    GET requests with a Range field that were answered 200 with the whole object, and not 206 with the part.

    ## Why it matters
    Players seek by ranges: without them a video starts only after it was loaded, and cannot be wound forward; Safari
    refuses it. A download that is resumed gets the beginning where it wants the rest, and may end up corrupt.

    ## How it decides
    The request has Range and no If-Range, the answer is 200 and has no Content-Range. OSS answers so if the range is
    malformed or lies outside of the object; a device that does not know ranges answers so to any.

    ## False alarms
    Clients that ask for a range and take the whole object as well.
    """

    code = "MED006"
    name = "range-ignored"
    severity = Severity.WARNING
    on_error_only = False
    on_roles = (Role.OSS,)
    on_facts = (RangeAnswer,)
    fix = (
        "Ask for bytes that the object has: `Range: bytes=FIRST-LAST` with LAST below its length, or `bytes=FIRST-`.",
        (
            "Send `x-oss-range-behavior: standard` with the request: OSS then answers 416 to a range that it cannot "
            "serve, and cuts one that is too long."
        ),
        "If the range is right, ask OSS directly, without the CDN or proxy in between: turn on range requests there.",
    )
    sources = ("OSS API reference: GetObject, Range", "RFC 9110 section 14.2", "OSS guide 2022 (E) 10")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for such an answer; those with one fault become one."""
        answer, response = exchange.facts.get(RangeAnswer), exchange.response
        if answer is None or response is None:
            return
        length = "" if answer.length is None else f" of {answer.length:,} bytes"
        why = f" ({answer.fault})" if answer.fault else ""
        line = response.fields().first("Content-Length")
        yield self.finding(
            f"the range {shortened(answer.asked.value, 60)}{why} was answered with the whole object{length}: "
            f"{request_name(exchange)} is answered with {response.status}{request_id_note(exchange)}",
            self.evidence(exchange, answer.asked, "" if answer.is_satisfiable else "a range within the object"),
            self.evidence(exchange, response.seen_start_line(), "HTTP/1.1 206 Partial Content"),
            *(() if line is None else (self.evidence(exchange, response.seen(line)),)),
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED,
            cause=f"{answer.is_satisfiable} {answer.fault.partition(',')[0][:20]}",
        )
