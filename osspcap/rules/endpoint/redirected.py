"""END010 redirected: OSS sends the client to another endpoint."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.message import Field
from osspcap.model.operation import Role
from osspcap.oss.address import parse_host
from osspcap.oss.target import split_target
from osspcap.rules.base import ExchangeRule
from osspcap.rules.refusing import answer_name
from osspcap.rules.wording import shortened

REDIRECTS = frozenset({301, 302, 307, 308})
"""Statuses that send a client elsewhere (RFC 9110 section 15.4)."""
CODES = frozenset({"PermanentRedirect", "TemporaryRedirect", "Redirect", "AccessDenied"})


class Redirected(ExchangeRule):
    """OSS sends the client to another endpoint.

    ## What it finds
    Answers 301, 302, 307 and 308 of OSS that name another OSS endpoint for the bucket.

    ## Why it matters
    A signature covers the bucket and, with V4, the region, and many clients send no body a second time: a signed
    request does not survive a redirect, and where it does each request costs two.

    ## How it decides
    OSS made the answer, and its error document or Location names an OSS endpoint with another host. Redirects to other
    sites (static website, mirroring) are left alone.

    ## False alarms
    Clients that follow and go on at the new endpoint by themselves.
    """

    code = "END010"
    name = "redirected"
    severity = Severity.ERROR
    on_error_only = False
    on_statuses = REDIRECTS
    on_roles = (Role.OSS,)
    explains_error = True
    fix = ("Configure the endpoint that the answer names, so that no redirect is needed.",)
    sources = ("OSS error catalogue: PermanentRedirect", "RFC 9110 section 15.4")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for a redirect to another endpoint; those of one bucket become one."""
        operation, response = exchange.operation, exchange.response
        if response is None or response.status not in REDIRECTS or operation is None or not operation.answered_by_oss:
            return
        line = response.fields().first("Location")
        error = operation.error
        stated = None if error is None or error.code.value not in CODES else error.fields.get("Endpoint")
        target = stated.value.strip() if stated is not None else _host(line)
        parts = parse_host(target)
        asked = operation.endpoint
        if parts is None or (asked is not None and parts.endpoint.service_host == asked.service_host):
            return
        seen = [item for item in (stated, None if line is None else response.seen(line)) if item is not None]
        yield self.finding(
            f"OSS redirects requests for bucket {operation.bucket or '(unnamed)'} to {shortened(target, 120)}: "
            f"{answer_name(exchange)}",
            *(self.evidence(exchange, item) for item in seen),
            *self.error_evidence(exchange),
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED,
            fix=(f"Configure `https://{parts.endpoint.service_host}` as the endpoint.",),
            cause=f"{operation.bucket} {target}",
        )


def _host(location: Field | None) -> str:
    """Return the host of a Location; empty if it names none."""
    return "" if location is None else split_target(location.value).authority
