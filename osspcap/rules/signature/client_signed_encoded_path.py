"""SIG103 client-signed-encoded-path: the client signed the percent-encoded path, OSS signs the decoded one."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Verdict
from osspcap.oss.signing.compare import Outcome
from osspcap.oss.signing.difference import DifferenceKind
from osspcap.oss.signing.shown import alterations, is_reading
from osspcap.oss.signing_facts import SigningFacts
from osspcap.rules.signature._signing import SigningRule, came_through_proxy, key_name, refused_with

_ENCODED = frozenset({"path-as-sent", "path-as-sent-verbatim", "path-encoded", "path-encoded-with-slashes"})


class ClientSignedEncodedPath(SigningRule):
    """The client signed the path with its percent-encoding, while OSS decodes the path before it signs.

    ## What it finds
    Requests refused with SignatureDoesNotMatch where client and OSS disagree only about the percent-encoding of the
    object key.

    ## Why it matters
    Keys of plain letters work, and every key with a slash, a blank or a Chinese character fails: the program that
    computes the signature has to be corrected.

    ## How it decides
    With the secret given: the client's signature verifies over the encoded path and over no reading of the decoded
    one. Without it: the string that OSS signed differs from ours in the encoding of the path alone, and has the path
    as it stands in the captured target. Not where the request had passed a proxy, which may have decoded it.

    ## False alarms
    A device that encodes the percent signs of the target once more looks like the second case; that is why it is
    likely and not confirmed.
    """

    code = "SIG103"
    name = "client-signed-encoded-path"
    supersedes = ("SIG100", "SIG101", "SIG102", "REQ016")
    fix = (
        "For V1, sign `/bucket/key` with the key as it is, not percent-encoded; encode it only in the request target.",
        "For V4, encode the key once, keep its slashes, and sign the same text that is sent.",
        "Or leave signing to an OSS SDK, which does it so.",
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding if only the encoding of the path parts the two; those of one key become one."""
        facts = exchange.facts.get(SigningFacts)
        if facts is None or not facts.is_mismatch or facts.replaced or came_through_proxy(exchange, facts):
            return
        verified, best = facts.verification, facts.best
        key = key_name(facts.authentication)
        if verified is not None:
            changed = {name for name in verified.candidate.variant if not is_reading(name)}
            if not changed or not changed <= _ENCODED:
                return
            told = f"the client signed it percent-encoded: {'; '.join(alterations(verified.candidate))}"
            confidence = Confidence.CONFIRMED
        elif best is not None and best.outcome is Outcome.DIFFERENT:
            if not all(
                difference.kind is DifferenceKind.PATH_ENCODED and "stands on the wire" in difference.detail
                for difference in best.differences
            ):
                return
            told = "OSS took the path as it stands in the target, encoded, and not decoded once"
            confidence = Confidence.LIKELY
        else:
            return
        yield self.finding(
            f"{refused_with(exchange)}: client and OSS disagree about the encoding of the path; {told}",
            *self.request_evidence(exchange, facts.authentication),
            *self.string_evidence(exchange, best),
            *self.error_evidence(exchange),
            exchanges=(exchange,),
            confidence=confidence,
            cause=f"{key} {confidence}",
        )
