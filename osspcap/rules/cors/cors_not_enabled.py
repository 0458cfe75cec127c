"""COR002 cors-not-enabled: a page asks a bucket that has no CORS rules at all."""

from collections.abc import Iterator

from osspcap.model.cors import CrossOrigin, CrossOriginTraffic
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Finding, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence
from osspcap.rules.cors._bucket_rule import BucketRule
from osspcap.rules.cors._traffic import asked_evidence, header_names, method_of, origin_of, place_of, traffic_of
from osspcap.rules.wording import request_id_note, shortened

CODE = "AccessForbidden"
NOT_ENABLED = "not enabled"
MAX_SHOWN = 8


class CorsNotEnabled(CaptureRule):
    """A page asks a bucket that has no CORS rules at all.

    ## What it finds
    Cross-origin requests and preflights that OSS refused with 403 AccessForbidden because CORS is not enabled for the
    bucket.

    ## Why it matters
    No page of another origin can send uploads or read answers, whatever its origin, until the bucket has a rule.

    ## How it decides
    OSS says so in the message of its error document.

    ## False alarms
    None are known; a bucket may be meant to have no rules, and then the page is wrong.
    """

    code = "COR002"
    name = "cors-not-enabled"
    severity = Severity.ERROR
    on_facts = (CrossOriginTraffic,)
    fix = ("Add a CORS rule to the bucket that allows the page's origin, method and headers.",)
    sources = ("OSS user guide 2022, Chinese (E): CORS errors", "OSS API reference, PutBucketCors and OptionObject")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for each bucket and origin."""
        groups: dict[tuple[str, str], list[CrossOrigin]] = {}
        for item in traffic_of(dissection).requests:
            exchange = dissection.exchanges[item.exchange]
            if _is_off(exchange):
                groups.setdefault((place_of(exchange, item), item.origin.value), []).append(item)
        for (place, _), items in groups.items():
            yield self._finding(dissection, place, items)

    def _finding(self, dissection: Dissection, place: str, items: list[CrossOrigin]) -> Finding:
        """Show what was asked and the rule that would allow it."""
        exchanges = [dissection.exchanges[item.exchange] for item in items]
        methods = dict.fromkeys(method_of(item) for item in items)
        headers = [name for item in items if item.asked_headers for name in header_names(item.asked_headers.value)]
        origin = items[0].origin.value
        return self.finding(
            f"{place} has no CORS rule: the page {origin_of(items[0])} asks to send "
            f"{shortened(', '.join(methods), 60)} and is "
            f"answered with {exchanges[0].status} {CODE}{request_id_note(exchanges[0])}",
            *(
                piece
                for exchange, item in zip(exchanges[:MAX_SHOWN], items, strict=False)
                for piece in (*asked_evidence(exchange, item), *answer_evidence(exchange))
            ),
            exchanges=exchanges,
            fix=BucketRule.allowing(origin, methods, headers).steps(place),
            cause=f"{place} {origin}",
            occurrences=len(items),
        )


def _is_off(exchange: Exchange) -> bool:
    error = None if exchange.operation is None else exchange.operation.error
    if error is None or error.code.value != CODE or error.message is None:
        return False
    return NOT_ENABLED in error.message.value.lower()
