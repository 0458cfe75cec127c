"""COR008 vary-origin-missing: a cache may serve one page's permission to another."""

from collections.abc import Iterator

from osspcap.model.cors import CrossOrigin, CrossOriginTraffic, Mode, Sender
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.cors._traffic import absence, asked_evidence, origin_of, place_of, traffic_of
from osspcap.rules.wording import request_id_note, request_name, shortened


class VaryOriginMissing(CaptureRule):
    """A cache may serve one page's permission to another.

    ## What it finds
    Answers that allow one origin by name, without `Vary: Origin`, and that either allow another origin than the one
    which asked, or were or may be kept by a cache (Age, X-Cache, Cache-Control).

    ## Why it matters
    A browser or CDN that keeps such an answer serves it to the next page as well, whose origin it does not allow. The
    fault comes and goes with the cache.

    ## How it decides
    The answer's own fields say it. A plain answer of OSS, which nothing lets a cache keep, is never reported.

    ## False alarms
    Buckets that only one page uses.
    """

    code = "COR008"
    name = "vary-origin-missing"
    severity = Severity.WARNING
    on_facts = (CrossOriginTraffic,)
    explains_error = False
    fix = (
        (
            "Switch on Vary: Origin in the bucket's CORS settings (console: Return Vary: Origin; PutBucketCors: "
            "`<ResponseVary>true</ResponseVary>`)."
        ),
        (
            "On a CDN make Origin part of the cache key, or let the CDN write the Access-Control "
            "headers; then refresh its "
            "cache."
        ),
        "Where every page may read the objects, allow the origin `*`: that answer fits all of them.",
    )
    sources = ("Fetch standard: CORS protocol and HTTP caches", "OSS API reference, PutBucketCors (ResponseVary)")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each such answer; those to one page become one."""
        for item in traffic_of(dissection).requests:
            exchange = dissection.exchanges[item.exchange]
            status = exchange.status or 0
            if not _names_one_origin(item) or item.varies_by_origin or not 200 <= status < 400:
                continue
            allowed = item.allow_origin[0]
            differs = allowed.value != item.origin.value
            if not differs and (item.cache is None or item.method not in {"GET", "HEAD"}):
                continue
            kept = "" if item.cache is None else shortened(item.cache.value, 60)
            what = (
                f"allows {shortened(allowed.value)} instead, which was answered to another page"
                if differs
                else f"allows it by name and may be kept ({kept})"
            )
            yield self.finding(
                f"the answer to {request_name(exchange)} for the page {origin_of(item)} {what}, without Vary: Origin"
                f"{request_id_note(exchange)}",
                *asked_evidence(exchange, item),
                evidence_at(exchange, allowed, item.origin.value if differs else ""),
                *absence(exchange, "Vary: Origin", "Vary: Origin"),
                *(() if item.cache is None else (evidence_at(exchange, item.cache),)),
                *answer_evidence(exchange),
                exchanges=(exchange,),
                confidence=Confidence.LIKELY if differs or item.cache is not None else Confidence.POSSIBLE,
                cause=f"{place_of(exchange, item)} {item.origin.value} {differs}",
            )


def _names_one_origin(item: CrossOrigin) -> bool:
    """Tell whether the answer allows exactly one origin by its name, in a request that needs permission."""
    if len(item.allow_origin) != 1 or item.mode is Mode.FREE or item.sender is not Sender.BROWSER:
        return False
    value = item.allow_origin[0].value
    return value not in ("*", "") and "," not in value
