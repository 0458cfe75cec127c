"""COR003 acao-missing: an answer does not say that the page may read it."""

from collections.abc import Iterator

from osspcap.model.cors import CrossOrigin, CrossOriginTraffic, Mode, Sender
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Finding, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.cors._bucket_rule import BucketRule
from osspcap.rules.cors._traffic import (
    absence,
    asked_evidence,
    header_names,
    method_of,
    origin_of,
    place_of,
    traffic_of,
)
from osspcap.rules.wording import request_id_note, request_name, shortened

_HEADER = "Access-Control-Allow-Origin"


class AcaoMissing(CaptureRule):
    """An answer does not say that the page may read it.

    ## What it finds
    Cross-origin requests of browsers that were answered without Access-Control-Allow-Origin, or with that of another
    origin: answers 2xx and 3xx, and preflights answered 2xx, are warnings; errors are information, because something
    else went wrong there and the page merely cannot see what.

    ## Why it matters
    OSS serves a simple request whose origin matches no CORS rule and leaves the header out. The bytes arrive, but the
    browser keeps them from the page's script, which sees an error without a reason.

    ## How it decides
    The request has an Origin that is not the host itself, and comes from a browser (Sec-Fetch-Mode, or its
    User-Agent). Navigations and forms need no permission; a POST that may be either is left possible. Programs that
    send an Origin without being a browser are not reported.

    ## False alarms
    Pages that do not read the answer; programs with a browser's User-Agent.
    """

    code = "COR003"
    name = "acao-missing"
    severity = Severity.WARNING
    on_facts = (CrossOriginTraffic,)
    explains_error = False
    fix = ("Add a CORS rule to the bucket that allows the page's origin and method.",)
    sources = (
        "OSS API reference, PutBucketCors (no matching rule: the headers are left out)",
        "OSS FAQ (A): uploads through a CDN need the Access-Control-Allow headers",
        "Fetch standard: CORS check",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each answer that the browser keeps from the page; equal ones become one."""
        for item in traffic_of(dissection).requests:
            exchange = dissection.exchanges[item.exchange]
            if _is_withheld(exchange, item):
                yield self._finding(exchange, item)

    def _finding(self, exchange: Exchange, item: CrossOrigin) -> Finding:
        """Name the page and what it cannot read."""
        place = place_of(exchange, item)
        status = exchange.status or 0
        what = f"the preflight for {method_of(item)}" if item.is_preflight else request_name(exchange)
        other = item.allow_origin[0] if item.allow_origin else None
        lacks = f"without {_HEADER}" if other is None else f"with {_HEADER} {shortened(other.value)}, another page's"
        headers = header_names(None if item.asked_headers is None else item.asked_headers.value)
        steps = list(BucketRule.allowing(item.origin.value, (method_of(item),), headers).steps(place))
        if item.cache is not None or other is not None:
            steps.insert(
                0,
                "Let the CDN or proxy pass on the Access-Control headers of OSS, add none of its own, and refresh its "
                "cache: it serves an answer that was made for another request.",
            )
        expected = f"{item.origin.value} or *"
        return self.finding(
            f"{what} for the page {origin_of(item)} is answered with {status} {lacks}: the browser keeps the answer "
            f"from the page{request_id_note(exchange)}",
            *asked_evidence(exchange, item),
            *(absence(exchange, _HEADER, expected) if other is None else (evidence_at(exchange, other, expected),)),
            *(() if item.cache is None else (evidence_at(exchange, item.cache),)),
            *answer_evidence(exchange),
            exchanges=(exchange,),
            severity=Severity.INFO if status >= 400 else Severity.WARNING,
            confidence=Confidence.LIKELY if item.mode is Mode.CORS else Confidence.POSSIBLE,
            fix=tuple(steps),
            cause=f"{place} {item.origin.value} {item.is_preflight} {status >= 400} {other is None}",
        )


def _is_withheld(exchange: Exchange, item: CrossOrigin) -> bool:
    """Tell whether a browser would keep the answer from the page for want of permission."""
    status = exchange.status
    if status is None or status < 200 or status == 304 or item.sender is not Sender.BROWSER or item.mode is Mode.FREE:
        return False
    if item.is_preflight and not 200 <= status < 300:
        return False  # refusals and redirects of preflights have rules of their own
    if item.is_preflight and item.followed_by is not None:
        return False  # whoever sent the request after all does not keep to these rules
    if len(item.allow_origin) > 1 or item.is_allowed:
        return False
    value = item.allow_origin[0].value if item.allow_origin else ""
    return "," not in value and (not value or item.varies_by_origin)
