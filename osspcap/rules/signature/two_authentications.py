"""SIG110 two-authentications: the request authenticates itself twice, which OSS refuses."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Verdict
from osspcap.model.operation import Scheme
from osspcap.oss.signing.authentication import Authentication
from osspcap.oss.signing.scheme import FORM_SCHEMES
from osspcap.oss.signing.shown import scheme_name
from osspcap.oss.signing_facts import Complaint, SigningFacts
from osspcap.rules.signature._signing import SIGNING_SOURCES, SigningRule, came_through_proxy, refused_with


class TwoAuthentications(SigningRule):
    """The request authenticates itself twice, which OSS refuses.

    ## What it finds
    Refused requests with a signature in the header and another in the URL, with two Authorization headers, or with a
    foreign Authorization (Basic, Bearer) beside a signed URL.

    ## Why it matters
    OSS takes one authentication. Front ends that send their own login token with every request, and SDKs given a URL
    that is signed already, make signed URLs fail that work in a browser's address bar.

    ## How it decides
    Both stand in the captured request, and OSS refused it with an error about authentication or its arguments.

    ## False alarms
    None known; a form's own signature beside a header is allowed and not counted.
    """

    code = "SIG110"
    name = "two-authentications"
    supersedes = ("SIG100", "SIG101", "SIG102", "SIG105", "SIG106", "SIG109", "REQ016")
    fix = (
        (
            "Send a signed URL without any Authorization header: leave it out of the interceptors or default headers "
            "of the HTTP client for the OSS host."
        ),
        "Or sign in the header and use the plain URL without signature parameters.",
        "If the program sends no such header, look for a proxy or gateway that adds it.",
    )
    sources = (*SIGNING_SOURCES, "OSS API reference: add signatures to a URL")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for two authentications; those of one pair become one."""
        facts = exchange.facts.get(SigningFacts)
        auth = None if facts is None else facts.authentication
        if facts is None or auth is None or not auth.others or auth.scheme in FORM_SCHEMES:
            return
        if facts.complaint is Complaint.UNSTATED and exchange.status != 400:
            return
        both = (auth, *auth.others)
        names = " and a ".join(_name(each) for each in both[:2])
        passed = came_through_proxy(exchange, facts)
        yield self.finding(
            f"{refused_with(exchange)}: the request carries a {names}, and OSS takes only one",
            *self.request_evidence(exchange, None),
            *self._parts(exchange, both),
            *self.proxy_evidence(exchange),
            *self.error_evidence(exchange),
            explanation=(
                "Where a request is signed in the header and in the URL at once, OSS answers with an error and "
                "compares neither."
                + (" The request had passed a proxy before it was captured; that may have added one." if passed else "")
            ),
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED if facts.complaint is Complaint.FORM else Confidence.LIKELY,
            cause=names,
        )

    def _parts(self, exchange: Exchange, both: tuple[Authentication, ...]) -> Iterator[Evidence]:
        request = exchange.request
        if request is not None:
            yield from (self.evidence(exchange, request.seen(line)) for line in request.fields().all("Authorization"))
        for each in both:
            if each.access_key_id is not None and "query" in each.access_key_id.field:
                yield self.evidence(exchange, each.access_key_id)


def _name(auth: Authentication) -> str:
    if auth.scheme is Scheme.UNKNOWN:
        return f"{auth.name} Authorization header" if auth.name else "foreign Authorization header"
    return scheme_name(auth.scheme)
