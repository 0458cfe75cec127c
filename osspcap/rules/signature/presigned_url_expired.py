"""SIG104 presigned-url-expired: a signed URL was used after the end of its life."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Verdict
from osspcap.oss.url_lifetime import UrlLifetime
from osspcap.rules.signature._signing import SIGNING_SOURCES, SigningRule, refused_with
from osspcap.units import NS_PER_S, format_duration, format_time

MAX_PLAUSIBLE_YEARS_NS = 100 * 365 * 86_400 * NS_PER_S
"""An end of life further from the server's time than this is a number in another unit, no time."""
DAY_S = 86_400


class PresignedUrlExpired(SigningRule):
    """A signed URL was used after the end of its life.

    ## What it finds
    Requests with a signature in the URL that OSS refused because the request has expired, and those refused with 403
    and no reason (HEAD) after the end of the URL's life.

    ## Why it matters
    Who holds the URL cannot repair it: whoever signs has to issue a new one, or one that lives longer. The client's
    clock has no part in it; OSS compares with its own.

    ## How it decides
    OSS says that the request has expired. The end of life is Expires (V1, V2), or x-oss-date plus x-oss-expires (V4),
    and is compared with the Date of the answer.

    ## False alarms
    None where OSS says so. An answer to HEAD without a reason may have another one; that finding is likely only.
    """

    code = "SIG104"
    name = "presigned-url-expired"
    on_facts = (UrlLifetime,)
    supersedes = ("SIG100", "SIG101", "REQ016")
    fix = (
        "Have the program that signs issue a new URL, and issue it just before it is used.",
        (
            "Let the URL live longer if users need it: PHP's `signUrl` gives 60 s by default, the V2 SDKs 900 s, "
            "`signatureUrl` of ali-oss 1800 s; V4 allows up to 604800 s (7 days)."
        ),
        "Do not cache pages that hold signed URLs for longer than the URLs live.",
        "Check the clock of the host that signs: if it is slow, URLs are born old.",
    )
    sources = (*SIGNING_SOURCES, "OSS documentation: EC 0002-00000069, 0002-00000236")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for an expired URL; one URL used several times becomes one."""
        life = exchange.facts.get(UrlLifetime)
        if life is None or not (life.is_refused or life.is_silently_refused):
            return
        yield self.finding(
            f"{refused_with(exchange)}: {_age(life)}",
            *self._evidence(exchange, life),
            explanation=_explanation(life),
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED if life.is_refused else Confidence.LIKELY,
            cause=f"{life.expires.field} {life.expires.value}",
        )

    def _evidence(self, exchange: Exchange, life: UrlLifetime) -> Iterator[Evidence]:
        if exchange.request is not None:
            yield self.evidence(exchange, exchange.request.seen_start_line())
        if life.signed is not None:
            yield self.evidence(exchange, life.signed)
        end = "" if life.expires_ns is None else f"a time after {format_time(life.used_ns)}, when it was used"
        yield self.evidence(exchange, life.expires, end)
        if life.server is not None:
            before = "" if life.expires_ns is None else f"before {format_time(life.expires_ns)}, the end of its life"
            yield self.evidence(exchange, life.server, before)
        yield from self.error_evidence(exchange)


def _age(life: UrlLifetime) -> str:
    """Say how long ago the URL ended, or what is odd about its end."""
    name = life.expires.field.rpartition(" ")[2]
    left_ns = life.left_ns
    if left_ns is None or life.expires_ns is None:
        return f"the signed URL has expired ({name}={life.expires.value})"
    if left_ns >= 0:
        return (
            f"OSS says that the signed URL has expired, although {name} lets it live for another "
            f"{format_duration(left_ns)}"
        )
    if life.expires_ns < MAX_PLAUSIBLE_YEARS_NS // 100:
        return (
            f"{name}={life.expires.value} lies in the year 1970: it must be a time in seconds since 1970, and looks "
            "like a duration"
        )
    lived = "" if life.lifetime_s is None else f" after a life of {life.lifetime_s} s"
    return (
        f"the signed URL had expired {format_duration(-left_ns)} before it was used "
        f"({name}={life.expires.value}, ended {format_time(life.expires_ns)[:19]}Z{lived})"
    )


def _explanation(life: UrlLifetime) -> str:
    left_ns = life.left_ns
    if left_ns is not None and left_ns >= 0:
        return (
            "The URL's own parameters do not explain the refusal. Either a parameter was changed on the way, or it was "
            "signed with temporary credentials, whose end also ends the URL."
        )
    parts = ["OSS compares the end of a signed URL's life with its own clock, before it looks at the signature."]
    if life.server is None:
        parts.append("The answer has no Date, so the time of capture was used.")
    if not life.is_refused:
        parts.append("The answer does not state its reason (HEAD has no body); the URL's age is the likely one.")
    if life.lifetime_s is not None and life.lifetime_s >= DAY_S:
        parts.append("A URL signed with temporary credentials also ends with its token, often after an hour.")
    return " ".join(parts)
