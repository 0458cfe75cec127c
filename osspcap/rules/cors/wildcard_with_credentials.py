"""COR007 wildcard-with-credentials: an answer allows every origin, which browsers refuse for requests with cookies."""

from collections.abc import Iterator

from osspcap.model.cors import CrossOrigin, CrossOriginTraffic, Mode, Sender
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.cors._traffic import asked_evidence, origin_of, place_of, traffic_of
from osspcap.rules.wording import request_id_note, request_name, shortened


class WildcardWithCredentials(CaptureRule):
    """An answer allows every origin, which browsers refuse for requests with cookies.

    ## What it finds
    Cross-origin answers with Access-Control-Allow-Origin `*` where the request carries a cookie, or where the answer
    says Access-Control-Allow-Credentials: true and so means to allow them.

    ## Why it matters
    For a request with credentials the header has to name the origin itself. With `*` the browser keeps the answer from
    the page, or never sends the request after the preflight.

    ## How it decides
    A cookie on a cross-origin request of a script proves that credentials are on. Without one, an answer that allows
    both `*` and credentials is likely to meet such a page; a preflight that the browser accepted (the request
    followed) shows that the page sends none, and is not reported.

    ## False alarms
    Pages that send no credentials to a server that would allow them.
    """

    code = "COR007"
    name = "wildcard-with-credentials"
    severity = Severity.ERROR
    on_facts = (CrossOriginTraffic,)
    explains_error = False
    fix = (
        (
            "Send without credentials, which OSS never needs: `xhr.withCredentials = false`, "
            '`fetch(url, {credentials: "omit"})`.'
        ),
        "If cookies are needed by a proxy or CDN, name the page's origin in the CORS rule instead of `*`.",
        "Let no proxy or CDN add Access-Control-Allow-Credentials to an answer with `*`.",
    )
    sources = ("Fetch standard: CORS protocol and credentials", "OSS API reference, PutBucketCors")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each such answer; those to one page become one."""
        for item in traffic_of(dissection).requests:
            if not _is_contradictory(item):
                continue
            exchange = dissection.exchanges[item.exchange]
            why = "carries a cookie" if item.has_cookie else "may carry credentials, as the answer allows them"
            yield self.finding(
                f"{_what(exchange, item)} of the page {origin_of(item)} {why}, and the answer allows the origin *: "
                f"browsers refuse that{request_id_note(exchange)}",
                *asked_evidence(exchange, item),
                *(() if item.has_cookie is None else (evidence_at(exchange, item.has_cookie, "no cookie with *"),)),
                evidence_at(exchange, item.allow_origin[0], item.origin.value),
                *(() if item.allow_credentials is None else (evidence_at(exchange, item.allow_credentials),)),
                *answer_evidence(exchange),
                exchanges=(exchange,),
                confidence=_confidence(item),
                cause=f"{place_of(exchange, item)} {item.origin.value} {item.has_cookie is not None}",
            )


def _is_contradictory(item: CrossOrigin) -> bool:
    """Tell whether `*` meets credentials in a request that needs permission."""
    if len(item.allow_origin) != 1 or item.allow_origin[0].value != "*" or item.mode is Mode.FREE:
        return False
    if item.sender is not Sender.BROWSER:
        return False
    if item.has_cookie is not None:
        return True
    was_accepted = item.follows is not None or item.followed_by is not None
    return item.allow_credentials is not None and not was_accepted


def _what(exchange: Exchange, item: CrossOrigin) -> str:
    return f"the preflight OPTIONS {shortened(item.target, 80)}" if item.is_preflight else request_name(exchange)


def _confidence(item: CrossOrigin) -> Confidence:
    if item.has_cookie is None or item.mode is Mode.UNSURE:
        return Confidence.LIKELY if item.mode is Mode.CORS else Confidence.POSSIBLE
    return Confidence.CONFIRMED
