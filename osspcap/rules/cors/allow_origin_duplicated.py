"""COR006 allow-origin-duplicated: an answer allows origins twice, and browsers take neither."""

from collections.abc import Iterator

from osspcap.model.cors import CrossOrigin, CrossOriginTraffic, Sender
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.cors._traffic import asked_evidence, origin_of, place_of, traffic_of
from osspcap.rules.wording import request_id_note, request_name, shortened


class AllowOriginDuplicated(CaptureRule):
    """An answer allows origins twice, and browsers take neither.

    ## What it finds
    Answers to cross-origin requests with two Access-Control-Allow-Origin fields, or one with a comma in it.

    ## Why it matters
    The field holds exactly one value. Browsers refuse an answer with two, even if both are the same, and the page sees
    an error although the bucket and the proxy each mean to allow it.

    ## How it decides
    The fields are counted in the captured answer. OSS writes one; the other is from a proxy or CDN that adds its own.

    ## False alarms
    None are known for browsers; other programs do not care.
    """

    code = "COR006"
    name = "allow-origin-duplicated"
    severity = Severity.ERROR
    on_facts = (CrossOriginTraffic,)
    supersedes = ("COR009",)
    explains_error = False
    fix = (
        (
            "Let one place write the header: remove `add_header Access-Control-Allow-Origin` "
            "(nginx) or the CDN's response "
            "header rule and keep the bucket's CORS rules, or the other way round."
        ),
        (
            "Where the proxy has to write it, let it drop the bucket's first: "
            "`proxy_hide_header Access-Control-Allow-Origin;` in nginx."
        ),
    )
    sources = ("Fetch standard: CORS check", "RFC 6454 section 7", "OSS API reference, PutBucketCors")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each such answer; those to one page become one."""
        for item in traffic_of(dissection).requests:
            values = _values(item)
            if len(values) < 2:
                continue
            exchange = dissection.exchanges[item.exchange]
            what = (
                f"the preflight OPTIONS {shortened(item.target, 80)}" if item.is_preflight else request_name(exchange)
            )
            yield self.finding(
                f"the answer to {what} for the page {origin_of(item)} has {len(values)} values of "
                f"Access-Control-Allow-Origin ({shortened(', '.join(values), 120)}): browsers refuse it"
                f"{request_id_note(exchange)}",
                *asked_evidence(exchange, item),
                *(evidence_at(exchange, seen, "one value") for seen in item.allow_origin[:4]),
                *answer_evidence(exchange),
                exchanges=(exchange,),
                confidence=Confidence.CONFIRMED if item.sender is Sender.BROWSER else Confidence.LIKELY,
                cause=f"{place_of(exchange, item)} {item.origin.value}",
            )


def _values(item: CrossOrigin) -> list[str]:
    """Return all values, also those of one field with a comma."""
    return [value.strip() for seen in item.allow_origin for value in seen.value.split(",")]
