"""COR009 origin-malformed: an origin that no ordinary CORS rule matches."""

from collections.abc import Iterator

from osspcap.model.cors import CrossOrigin, CrossOriginTraffic, Mode
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.cors._traffic import origin_of, place_of, traffic_of
from osspcap.rules.wording import request_id_note, request_name

_DEFAULT_PORTS = (("http://", ":80"), ("https://", ":443"))


class OriginMalformed(CaptureRule):
    """An origin that no ordinary CORS rule matches.

    ## What it finds
    Cross-origin requests that were not allowed and whose Origin is `null`, lacks its scheme, ends with a slash or has a
    path, is a list, or writes out the port that its scheme has anyway.

    ## Why it matters
    OSS compares the text of the Origin with the rule. `null` is matched by `*` alone; the other forms are written by
    no browser and match no rule that was made for one.

    ## How it decides
    The text of the header, where the answer does not allow it. `null` comes from local files, sandboxed frames and
    redirects across origins.

    ## False alarms
    Programs that send an Origin of their own and do not care for the answer.
    """

    code = "COR009"
    name = "origin-malformed"
    severity = Severity.WARNING
    on_facts = (CrossOriginTraffic,)
    explains_error = False
    fix = (
        (
            "Serve the page from a web server instead of opening it as a file, and take the sandbox from its frame; or "
            "allow the origin `*` in the CORS rule."
        ),
        (
            "Let the browser write the Origin; where a program has to, send scheme and host, and "
            "the port only if it is not "
            "the scheme's own: `https://www.example.com`."
        ),
        "Send requests straight to the bucket's endpoint: after a redirect to another host the Origin is `null`.",
    )
    sources = ("RFC 6454 sections 6 and 7", "Fetch standard: Origin header", "OSS user guide 2022, Chinese (E): CORS")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each such request; equal origins become one."""
        for item in traffic_of(dissection).requests:
            fault = _fault(item.origin.value)
            exchange = dissection.exchanges[item.exchange]
            if not fault or not _is_not_allowed(exchange, item):
                continue
            yield self.finding(
                f"the Origin {origin_of(item)} {fault}: {place_of(exchange, item)} does not allow it "
                f"({request_name(exchange)} is answered with {exchange.status}){request_id_note(exchange)}",
                evidence_at(exchange, item.origin, "scheme://host, with the port if it is not the scheme's own"),
                *(evidence_at(exchange, seen) for seen in item.allow_origin[:2]),
                *answer_evidence(exchange),
                exchanges=(exchange,),
                confidence=Confidence.LIKELY if item.mode is Mode.CORS else Confidence.POSSIBLE,
                cause=f"{place_of(exchange, item)} {item.origin.value}",
            )


def _is_not_allowed(exchange: Exchange, item: CrossOrigin) -> bool:
    """Tell whether the answer refuses the origin; other errors say nothing about it."""
    status = exchange.status
    if status is None or item.is_allowed or item.mode is Mode.FREE:
        return False
    return 200 <= status < 300 or (item.is_preflight and status == 403)


def _fault(origin: str) -> str:
    """Say what is wrong with an origin; empty if it has the form that browsers write."""
    if origin == "null":
        return "names no page"
    if " " in origin or "," in origin:
        return "is a list"
    scheme, separator, rest = origin.partition("://")
    if not separator or not scheme:
        return "has no scheme"
    if rest.endswith("/"):
        return "ends with a slash"
    if "/" in rest:
        return "has a path"
    if any(origin.lower().startswith(start) and origin.endswith(port) for start, port in _DEFAULT_PORTS):
        return "writes out the scheme's own port"
    return "" if rest else "has no host"
