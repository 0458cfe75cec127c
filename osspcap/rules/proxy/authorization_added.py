"""PRX109 authorization-added: a device on the way added a signature to the request or replaced the client's."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.operation import Role
from osspcap.model.seen import Seen
from osspcap.oss.signing_facts import SigningFacts
from osspcap.rules.base import ExchangeRule
from osspcap.rules.proxy._rewriting import SOURCES, refusal
from osspcap.rules.wording import request_id_note, request_name


class AuthorizationAdded(ExchangeRule):
    """A device on the way added a signature to the request or replaced the client's.

    ## What it finds
    Requests refused with SignatureDoesNotMatch where OSS received another access key ID or signature than was
    captured, or a signature at all although the captured request has none.

    ## Why it matters
    A gateway that signs requests itself is what has to be repaired: neither the client's key nor its program has any
    part in the failure.

    ## How it decides
    The error document states access key ID and signature as OSS received them. They are compared with the captured
    ones; values masked with asterisks, and the same value encoded differently, do not count.

    ## False alarms
    An error document whose key ID was edited before the capture was handed on.
    """

    code = "PRX109"
    name = "authorization-added"
    severity = Severity.ERROR
    on_roles = (Role.OSS,)
    supersedes = (
        "SIG100",
        "SIG101",
        "SIG109",
        "PRX101",
        "PRX102",
        "PRX103",
        "PRX104",
        "PRX105",
        "PRX106",
        "PRX107",
        "REQ016",
    )
    fix = (
        "Find the gateway that signs requests to OSS (the evidence shows its key ID) and correct its key and secret.",
        "If the client is to sign, let the gateway pass on Authorization unchanged.",
        "Let only one of the two sign.",
    )
    sources = SOURCES

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding if OSS received another signature than was captured."""
        facts, request = exchange.facts.get(SigningFacts), exchange.request
        if facts is None or request is None or not facts.is_mismatch:
            return
        answer = f"OSS refused {request_name(exchange)} with {refusal(exchange)}{request_id_note(exchange)}"
        if facts.replaced:
            names = " and ".join(_name(received) for _, received in facts.replaced)
            yield self._finding(
                exchange,
                f"on the way the client's {names} gave way to another; {answer}",
                *(
                    self.evidence(exchange, sent, f"{received.value} (as OSS received it)")
                    for sent, received in facts.replaced
                ),
                *(
                    self.evidence(exchange, received, f"{sent.value} (as captured)")
                    for sent, received in facts.replaced
                ),
            )
        elif facts.authentication is None and facts.server is not None and not facts.skipped:
            shown = [seen for seen in (facts.server.access_key_id, facts.server.signature_provided) if seen is not None]
            if not shown:
                return
            yield self._finding(
                exchange,
                f"the captured request has no signature, but OSS received one: a device on the way added it; {answer}",
                *(self.evidence(exchange, seen, "no signature (as captured)") for seen in shown),
            )

    def _finding(self, exchange: Exchange, summary: str, *evidence: Evidence) -> Verdict:
        start = [] if exchange.request is None else [self.evidence(exchange, exchange.request.seen_start_line())]
        return self.finding(
            summary,
            *start,
            *evidence,
            *self.error_evidence(exchange),
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED,
            cause=summary.partition(";")[0],
        )


def _name(received: Seen[str]) -> str:
    return "access key ID" if "AccessKeyId" in received.field else "signature"
