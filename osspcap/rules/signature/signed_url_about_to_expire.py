"""SIG112 signed-url-about-to-expire: a signed URL was used in the last minute of its life."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Severity, Verdict
from osspcap.oss.url_lifetime import UrlLifetime
from osspcap.rules.signature._signing import SIGNING_SOURCES, SigningRule
from osspcap.rules.wording import request_name
from osspcap.units import format_duration


class SignedUrlAboutToExpire(SigningRule):
    """A signed URL was used in the last minute of its life.

    ## What it finds
    Requests by signed URL that OSS accepted, with less than 60 s left until the URL expires.

    ## Why it matters
    A retry, a slow queue or a user who comes back a minute later will get 403. PHP's signUrl gives 60 s by default,
    which is short for anything but an immediate redirect.

    ## How it decides
    The end of life (Expires, or x-oss-date plus x-oss-expires) is compared with the Date of OSS's answer.

    ## False alarms
    URLs that are short-lived on purpose and used once.
    """

    code = "SIG112"
    name = "signed-url-about-to-expire"
    severity = Severity.INFO
    on_error_only = False
    on_facts = (UrlLifetime,)
    fix = ("Let the signer give URLs a longer life, or issue them just before they are used.",)
    sources = (*SIGNING_SOURCES, "Source code of the SDKs: default lifetimes")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a note for a URL that is about to expire; all of a capture become one."""
        life = exchange.facts.get(UrlLifetime)
        status = exchange.status
        if life is None or status is None or status >= 400:
            return
        left_ns = life.left_ns
        if left_ns is None or left_ns < 0:
            return
        lived = "" if life.lifetime_s is None else f" of a life of {life.lifetime_s} s"
        yield self.finding(
            f"{request_name(exchange)} used a signed URL with {format_duration(left_ns)} left{lived}",
            self.evidence(exchange, life.expires, "more than 60 s left when it is used"),
            *([] if life.server is None else [self.evidence(exchange, life.server)]),
            exchanges=(exchange,),
            cause="less than 60 s left",
        )
