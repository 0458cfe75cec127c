"""COR010 preflight-redirected: a preflight is answered with a redirect, which browsers do not follow."""

from collections.abc import Iterator

from osspcap.model.cors import CrossOriginTraffic
from osspcap.model.finding import Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule, answer_evidence, evidence_at
from osspcap.rules.cors._traffic import asked_evidence, method_of, origin_of, place_of, traffic_of
from osspcap.rules.wording import request_id_note, shortened


class PreflightRedirected(CaptureRule):
    """A preflight is answered with a redirect, which browsers do not follow.

    ## What it finds
    Preflights (OPTIONS with Origin and Access-Control-Request-Method) that are answered with a status 3xx.

    ## Why it matters
    A preflight has to be answered with a status 2xx. Browsers give up at a redirect, and the page's request is never
    sent.

    ## How it decides
    The status of the answer; its Location says where it points: to HTTPS, to another endpoint, or to a login page.

    ## False alarms
    None are known: no browser follows a redirect here.
    """

    code = "COR010"
    name = "preflight-redirected"
    severity = Severity.ERROR
    on_facts = (CrossOriginTraffic,)
    supersedes = ("PRX201",)
    explains_error = True
    fix = (
        (
            "Let the page call the address that the redirect points to: the right scheme (https), "
            "and the endpoint of the "
            "bucket's own region."
        ),
        "Keep OPTIONS out of redirects to HTTPS or to a login page at the proxy or CDN.",
    )
    sources = ("Fetch standard: CORS-preflight fetch", "OSS API reference, OptionObject")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each such preflight; those of one page become one."""
        for item in traffic_of(dissection).requests:
            exchange = dissection.exchanges[item.exchange]
            status = exchange.status or 0
            if not item.is_preflight or not 300 <= status < 400:
                continue
            where = "" if item.location is None else f" to {shortened(item.location.value)}"
            yield self.finding(
                f"the preflight of the page {origin_of(item)} for {method_of(item)} {shortened(item.target, 80)} is "
                f"redirected with {status}{where}: browsers do not follow{request_id_note(exchange)}",
                *asked_evidence(exchange, item),
                *(() if item.location is None else (evidence_at(exchange, item.location, "an answer 2xx"),)),
                *answer_evidence(exchange),
                exchanges=(exchange,),
                cause=f"{place_of(exchange, item)} {item.origin.value} {status}",
            )
