"""COR001 preflight-denied: the bucket's CORS rules do not allow what a page wants to send."""

from collections.abc import Iterable, Iterator
from itertools import islice

from osspcap.model.cors import CrossOrigin, CrossOriginTraffic
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Finding, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.cors._bucket_rule import METHODS, BucketRule
from osspcap.rules.cors._traffic import asked_evidence, header_names, origin_of, place_of, traffic_of
from osspcap.rules.wording import request_id_note, shortened

CODE = "AccessForbidden"
NOT_ENABLED = "not enabled"
MAX_SHOWN = 8
"""Preflights whose evidence a finding shows; the others are counted."""
_SIMPLE_METHODS = frozenset({"GET", "HEAD", "POST"})


class PreflightDenied(CaptureRule):
    """The bucket's CORS rules do not allow what a page wants to send.

    ## What it finds
    Preflights (OPTIONS with Origin and Access-Control-Request-Method) that OSS refused with 403 AccessForbidden, and
    those whose answer leaves out the method or a header that was asked for, so that the browser refuses.

    ## Why it matters
    The browser asks before it sends what could change data. Without permission it never sends the real request, and
    the page's script gets an error without a reason.

    ## How it decides
    OSS states AccessForbidden. A rule has to match in origin (scheme, host and port), in method and in every header
    that was asked for. The finding shows what was asked and writes down the rule that allows it. An answer 2xx counts
    where it lists neither the method nor a header asked for, and the request never followed.

    ## False alarms
    Origins that are not meant to have access. Check that the page is yours before you allow it.
    """

    code = "COR001"
    name = "preflight-denied"
    severity = Severity.ERROR
    on_facts = (CrossOriginTraffic,)
    fix = ("Add a CORS rule to the bucket that allows the page's origin, method and headers.",)
    sources = (
        "OSS user guide 2022, Chinese (E): CORS errors",
        "OSS API reference, PutBucketCors and OptionObject",
        "Fetch standard: CORS-preflight fetch",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for each bucket and origin; the rule it prints allows all that was asked."""
        traffic = traffic_of(dissection)
        allowed = _allowed_origins(traffic)
        groups: dict[tuple[str, str, str], list[CrossOrigin]] = {}
        for item in traffic.requests:
            if item.is_preflight:
                exchange = dissection.exchanges[item.exchange]
                kind = (
                    "refused" if _is_refused(exchange) else "insufficient" if _is_insufficient(exchange, item) else ""
                )
                if kind:
                    groups.setdefault((place_of(exchange, item), item.origin.value, kind), []).append(item)
        for (place, _, kind), items in groups.items():
            yield self._finding(dissection, allowed, place, items, is_refused=kind == "refused")

    def _finding(
        self,
        dissection: Dissection,
        allowed: dict[str, dict[str, None]],
        place: str,
        items: list[CrossOrigin],
        *,
        is_refused: bool,
    ) -> Finding:
        """Show what was asked and the rule that would allow it."""
        exchanges = [dissection.exchanges[item.exchange] for item in items]
        methods = _methods(items)
        headers = _headers(items)
        rule = BucketRule.allowing(items[0].origin.value, methods, headers)
        first = exchanges[0]
        answered = f"{first.status}{_code(first)}{request_id_note(first)}"
        denied = "does not allow" if is_refused else "answers the preflight without allowing"
        announced = f" with the headers {shortened(', '.join(headers))}" if headers else ""
        summary = (
            f"{place} {denied} the page {origin_of(items[0])} to send {shortened(', '.join(methods), 60)}{announced}: "
            f"the preflight OPTIONS {shortened(items[0].target, 80)} is answered with {answered}"
        )
        return self.finding(
            summary,
            *(item for one, asked in zip(exchanges[:MAX_SHOWN], items, strict=False) for item in _evidence(one, asked)),
            explanation=_explanation(allowed.get(items[0].host, {}), items, methods),
            exchanges=exchanges,
            confidence=Confidence.CONFIRMED if not is_refused or _code(first) else Confidence.LIKELY,
            fix=rule.steps(place),
            cause=f"{place} {items[0].origin.value} {is_refused}",
            occurrences=len(items),
        )


def _is_refused(exchange: Exchange) -> bool:
    """Tell whether OSS refused a preflight; that CORS is off altogether is another rule's."""
    operation = exchange.operation
    if exchange.status != 403 or operation is None or not operation.answered_by_oss:
        return False
    error = operation.error
    if error is None:
        return True
    message = "" if error.message is None else error.message.value.lower()
    return error.code.value == CODE and NOT_ENABLED not in message


def _is_insufficient(exchange: Exchange, item: CrossOrigin) -> bool:
    """Tell whether an answer 2xx to a preflight leaves out what was asked, so that the browser refuses."""
    status = exchange.status
    if status is None or not 200 <= status < 300 or item.followed_by is not None or not item.is_allowed:
        return False
    is_plain = item.allow_credentials is None
    methods = {name.strip() for name in (item.allow_methods or "").split(",")}
    asked = "" if item.asked_method is None else item.asked_method.value
    if asked not in methods | _SIMPLE_METHODS and not (is_plain and "*" in methods):
        return True
    allowed = set(header_names(item.allow_headers))
    wanted = set(header_names(None if item.asked_headers is None else item.asked_headers.value))
    missing = wanted - allowed
    return bool(missing) and not (is_plain and "*" in allowed and "authorization" not in missing)


def _evidence(exchange: Exchange, item: CrossOrigin) -> Iterable[Evidence]:
    yield from asked_evidence(exchange, item)
    for seen in item.allow_origin:
        yield evidence_at(exchange, seen)
    yield from answer_evidence(exchange)


def _methods(items: Iterable[CrossOrigin]) -> list[str]:
    return list(dict.fromkeys(item.asked_method.value for item in items if item.asked_method is not None))


def _headers(items: Iterable[CrossOrigin]) -> list[str]:
    return list(
        dict.fromkeys(
            name for item in items if item.asked_headers is not None for name in header_names(item.asked_headers.value)
        )
    )


def _code(exchange: Exchange) -> str:
    error = None if exchange.operation is None else exchange.operation.error
    return "" if error is None else f" {shortened(error.code.value, 60)}"


def _allowed_origins(traffic: CrossOriginTraffic) -> dict[str, dict[str, None]]:
    """Return the origins that each host allows in this capture, in order."""
    found: dict[str, dict[str, None]] = {}
    for item in traffic.requests:
        if item.is_allowed:
            found.setdefault(item.host, {})[item.origin.value] = None
    return found


def _explanation(others: dict[str, None], items: list[CrossOrigin], methods: list[str]) -> str:
    """Say what has to match, and what else the capture tells about it."""
    origin = items[0].origin.value
    said = [
        (
            "No CORS rule of the bucket matches in origin, method and all headers at once; the origin counts with its "
            "scheme and its port, which has to be in the rule unless it is the scheme's own."
        ),
    ]
    if origin in others:
        said.append(
            "Another request of the same origin is allowed in this capture, so that the method or a header is what no "
            "rule covers."
        )
    elif others:
        said.append(
            f"In this capture the same host allows {', '.join(shortened(other, 60) for other in islice(others, 3))}."
        )
    if origin == "null":
        said.append("The origin null (a local file, a sandboxed frame, a redirect) is only matched by the rule *.")
    unknown = [method for method in methods if method.upper() not in METHODS]
    if unknown:
        said.append(f"OSS knows no AllowedMethod {shortened(', '.join(unknown), 60)}: it cannot be allowed at all.")
    if any(item.followed_by is not None for item in items):
        said.append("The request was sent all the same, so the sender does not keep to the rules of browsers.")
    else:
        said.append("The request that the page wanted to send never follows in this capture.")
    return " ".join(said)
