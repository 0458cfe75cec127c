"""What the rules about rewritten requests share: the captured request against what OSS says it received."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.operation import Role
from osspcap.oss.proxy import ProxyTrace
from osspcap.oss.signing.compare import Outcome
from osspcap.oss.signing.difference import DifferenceKind, LineDifference
from osspcap.oss.signing.shown import line_name, our_string, shown_canonical, shown_string, value_of
from osspcap.oss.signing_facts import SigningFacts
from osspcap.rules.base import ExchangeRule
from osspcap.rules.wording import request_id_note, request_name, shortened

MAX_VALUE_CHARS = 80
"""Characters of one value inside a summary; the evidence holds it whole."""
MAX_TOLD = 3
"""Differences that one summary spells out."""
COMMON_FIX: tuple[str, ...] = (
    "Send the request by HTTPS (an `https://` endpoint): a device on the way can then no longer change it.",
    "If a proxy or gateway ends HTTPS itself, let it pass requests to OSS on unchanged, or exempt the endpoint.",
    "To find the device, capture the same request once more behind each proxy and run `osspcap compare`.",
)
SOURCES = (
    "OSS user guide 2019 (D): 403 errors, item 6 (proxies that add headers)",
    "OSS FAQ, Python SDK (A): a signature that differs between client and server",
    "OSS documentation: EC 0002-00000040",
)


class RewriteRule(ExchangeRule):
    """Base of the rules about one part of a request that OSS received otherwise than it was captured."""

    severity = Severity.ERROR
    on_roles = (Role.OSS,)
    on_facts = (SigningFacts,)
    supersedes = ("SIG100", "SIG101", "REQ016")
    fix = COMMON_FIX
    sources = SOURCES
    kinds: ClassVar[frozenset[DifferenceKind]] = frozenset()
    """Differences that the rule is about."""

    @abstractmethod
    def tell(self, difference: LineDifference) -> str:
        """Say in one clause what was changed from what into what."""

    def concerns(self, difference: LineDifference) -> bool:
        """Tell whether the rule is about a difference."""
        return difference.kind in self.kinds

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding if OSS signed another value than was captured; equal changes become one."""
        facts = exchange.facts.get(SigningFacts)
        if facts is None or facts.outcome is not Outcome.DIFFERENT or facts.replaced or facts.best is None:
            return
        concerned = [difference for difference in facts.best.differences if self.concerns(difference)]
        if not concerned:
            return
        told = [self.tell(difference) for difference in concerned[:MAX_TOLD]]
        if len(concerned) > MAX_TOLD:
            told.append(f"{len(concerned) - MAX_TOLD} more changes")
        yield self.finding(
            f"{'; '.join(told)}; OSS refused {request_name(exchange)} with {refusal(exchange)}"
            f"{request_id_note(exchange)}",
            *self._evidence(exchange, facts, concerned),
            explanation=explanation(exchange, facts),
            exchanges=(exchange,),
            confidence=_confidence(facts, concerned),
            cause=" ".join(dict.fromkeys(f"{item.role} {item.part}".strip() for item in concerned)),
        )

    def _evidence(self, exchange: Exchange, facts: SigningFacts, concerned: list[LineDifference]) -> Iterator[Evidence]:
        request = exchange.request
        if request is not None:
            yield self.evidence(exchange, request.seen_start_line())
        for difference in concerned:
            yield from self._sides(exchange, facts, difference)
        yield from self._strings(exchange, facts)
        trace = exchange.facts.get(ProxyTrace)
        if trace is not None:
            yield from (self.evidence(exchange, seen) for seen in (*trace.passed_on, *trace.addressed)[:4])
        yield from self.error_evidence(exchange)

    def _sides(self, exchange: Exchange, facts: SigningFacts, difference: LineDifference) -> Iterator[Evidence]:
        """Show the header as captured, and the line that OSS signed in its place."""
        best = facts.best
        if best is None:
            return
        name = line_name(difference)
        if difference.seen is not None and not difference.part:
            yield self.evidence(exchange, difference.seen, f"{value_of(difference.theirs)} (as OSS received it)")
        origin = best.server.origin
        canonical = best.server.canonical_origin
        is_header = difference.role.startswith("header ") or difference.role in ("resource", "query")
        if canonical is not None and best.candidate is not None and best.candidate.canonical_lines and is_header:
            origin = canonical
        yield Evidence(
            origin.frame,
            exchange.stream,
            exchange.id,
            f"{origin.field}, {name}",
            value_of(difference.theirs),
            f"{value_of(difference.ours)} (as captured)",
        )

    def _strings(self, exchange: Exchange, facts: SigningFacts) -> Iterator[Evidence]:
        """Show both strings to sign whole."""
        best = facts.best
        if best is None or best.candidate is None:
            return
        canonical, ours = shown_canonical(best.server), best.candidate.canonical_request
        if canonical is not None and ours is not None:
            yield self.evidence(exchange, canonical, ours.decode("utf-8", "replace"))
        else:
            yield self.evidence(exchange, shown_string(best.server), our_string(best.candidate))


def short(side: bytes | None) -> str:
    """Return one side of a difference, short enough for a sentence; an empty line is a header that is not there."""
    return shortened(value_of(side), MAX_VALUE_CHARS) if side else "none"


def told(name: str, difference: LineDifference) -> str:
    """Say what was sent and what OSS received."""
    ours, theirs = short(difference.ours), short(difference.theirs)
    return f"{name} was changed on the way: {ours} was sent, OSS received {theirs}"


def refusal(exchange: Exchange) -> str:
    """Return status and code of a refusal: `403 SignatureDoesNotMatch`."""
    error = None if exchange.operation is None else exchange.operation.error
    return f"{exchange.status} {'' if error is None else error.code.value}".strip()


def explanation(exchange: Exchange, facts: SigningFacts) -> str:
    """Say between which two points the change lies, and what is known of the client's own signature."""
    frame = 0 if exchange.request is None else exchange.request.frame
    change = (
        "OSS states in its error document what it computed the signature over. Rebuilt from the request as it was "
        f"captured (frame {frame}), that string comes out differently, so something between the point of capture and "
        "OSS changed the request. The client's signature covers the old value and cannot match."
    )
    parts = [change]
    if facts.has_secret:
        verified = facts.verification
        if verified is not None and verified.as_captured:
            parts.append("The secret that you gave reproduces the client's signature over the captured request.")
        elif verified is None:
            parts.append(
                "The secret that you gave does not reproduce the client's signature over the captured request: besides "
                "this change, the client uses another secret or the request was changed before this point as well."
            )
    trace = exchange.facts.get(ProxyTrace)
    if trace is not None:
        devices = [*trace.request_devices, *trace.response_devices]
        named = f" ({', '.join(dict.fromkeys(devices))})" if devices else ""
        parts.append(f"The exchange bears the marks of a proxy{named}.")
    elif facts.inner_leg is not None:
        parts.append(f"The same request was captured behind the proxy as exchange {facts.inner_leg}.")
    return " ".join(parts)


def _confidence(facts: SigningFacts, concerned: list[LineDifference]) -> Confidence:
    """Which query parameters V1 signs is not published: a difference of these alone may be one of the lists."""
    is_verified = facts.verification is not None and facts.verification.as_captured
    is_query = all(item.part.startswith("query") for item in concerned)
    return Confidence.LIKELY if is_query and not is_verified else Confidence.CONFIRMED
