"""SIG101 wrong-access-key-secret: OSS signed exactly what was captured, so the secrets of the two sides differ."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Verdict
from osspcap.model.operation import Scheme
from osspcap.oss.signing.compare import Outcome
from osspcap.oss.signing.shown import scheme_name
from osspcap.oss.signing_facts import Complaint, SigningFacts
from osspcap.rules.signature._signing import (
    SigningRule,
    harmless,
    is_altered_before_capture,
    key_name,
    refused_with,
)

_NOT_REBUILT = (Scheme.S3_HEADER, Scheme.S3_URL, Scheme.UNKNOWN, Scheme.CALLBACK_RSA)


class WrongAccessKeySecret(SigningRule):
    """OSS signed exactly what was captured, so client and OSS do not use the same access key secret.

    ## What it finds
    Requests refused with SignatureDoesNotMatch where the string that OSS signed is the one that the captured request
    gives, byte for byte.

    ## Why it matters
    Nothing was changed between the point of capture and OSS, and both sides signed the same string. What is left is
    the secret: mistyped, cut, with a blank or line feed at its end, of another key, or replaced by a new one.

    ## How it decides
    The string to sign is rebuilt from the captured request for its scheme (V1, V2, V4; header, URL, form) and compared
    with StringToSignBytes, StringToSign or the canonical request of the error document. With a secret given, the
    client's signature is computed too: it tells whether the client or OSS holds another secret than the one given.
    Without it the finding is likely, not confirmed.

    ## False alarms
    A program that computes signatures by itself and feeds them with another string; a device between the client and
    the point of capture that changes requests without leaving a mark. With the secret given, most of these are told
    apart.
    """

    code = "SIG101"
    name = "wrong-access-key-secret"
    supersedes = ("SIG100", "REQ016")
    fix = (
        (
            "Compare the access key secret in the program's configuration with the one issued for the access key ID "
            "shown here: no blank or line feed at its end, nothing missing, not the secret of another key. With "
            "temporary credentials, key ID, secret and token must come from one answer."
        ),
        (
            "Run `osspcap analyze CAPTURE --secret-env NAME` with the secret in the environment variable NAME: it says "
            "whether the client used that secret."
        ),
        "If the secret is lost, create a new access key in the RAM console and disable this one.",
        (
            "If the secret is right, sign with an OSS SDK instead of code of your own, send by HTTPS, and capture on "
            "the client itself: then nothing in front of the point of capture can have changed the request."
        ),
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding if OSS signed what was captured; those of one access key become one."""
        facts = exchange.facts.get(SigningFacts)
        if facts is None or facts.replaced or is_altered_before_capture(facts):
            return
        auth = facts.authentication
        if facts.skipped:
            yield self.undecided(facts.skipped, exchange)
            return
        if auth is None or auth.scheme in _NOT_REBUILT or facts.complaint is Complaint.FORM:
            return
        does_not_verify = facts.has_secret and facts.verification is None
        if facts.is_mismatch and facts.is_as_received:
            yield self._same_string(exchange, facts)
        elif facts.outcome is Outcome.DIFFERENT:
            return
        elif does_not_verify and exchange.status == 403:
            yield self._only_secret(exchange, facts)
        elif facts.is_mismatch:
            reason = "the error answer does not state the string that OSS signed"
            if facts.best is not None:
                reason = facts.best.reason
            yield self.undecided(reason, exchange)

    def _same_string(self, exchange: Exchange, facts: SigningFacts) -> Verdict:
        key, verified = key_name(facts.authentication), facts.verification
        is_equal = facts.outcome is Outcome.EQUAL
        if not facts.has_secret:
            how_likely = "most likely" if is_equal else "possibly"
            blame = f"{how_likely} the access key secret used for {key} is wrong"
            confidence = Confidence.LIKELY if is_equal else Confidence.POSSIBLE
        elif verified is None:
            blame = f"the client signed with another secret than the one you gave for {key}"
            confidence = Confidence.CONFIRMED if is_equal else Confidence.LIKELY
        elif is_equal:
            blame = f"the client signed with the secret that you gave for {key}, but OSS holds another one"
            confidence = Confidence.CONFIRMED
        else:
            blame = (
                f"the client signed it with the secret that you gave for {key}: either it was changed on the way after "
                "all (HTTPS then helps), or OSS holds another secret"
            )
            confidence = Confidence.POSSIBLE
        same = "exactly the request that was captured" if is_equal else "what looks like the captured request"
        return self.finding(
            f"{refused_with(exchange)}: OSS signed {same}, so nothing was changed on the way, and {blame}"
            if is_equal
            else f"{refused_with(exchange)}: OSS signed {same}, and {blame}",
            *self.request_evidence(exchange, facts.authentication),
            *self.string_evidence(exchange, facts.best),
            *self.proxy_evidence(exchange),
            *self.error_evidence(exchange),
            explanation=_explanation(exchange, facts),
            exchanges=(exchange,),
            confidence=confidence,
            cause=f"{key} {confidence} {blame}",
        )

    def _only_secret(self, exchange: Exchange, facts: SigningFacts) -> Verdict:
        """The answer does not say what OSS signed, but the client's signature is not of the secret given."""
        auth = facts.authentication
        key = key_name(auth)
        blame = f"the client's signature is not made with the secret that you gave for {key}"
        stated = "" if facts.is_mismatch else " The answer does not name its reason; another one is possible."
        scheme = "signature" if auth is None else scheme_name(auth.scheme)
        return self.finding(
            f"{refused_with(exchange)}: {blame}",
            *self.request_evidence(exchange, auth),
            *self.error_evidence(exchange),
            explanation=(
                f"The {scheme} was computed with the secret given, over every usual reading of the captured request, "
                "and none gives the client's signature: the client used another secret, or the request was changed "
                f"between its signing and the point of capture.{stated}"
            ),
            exchanges=(exchange,),
            confidence=Confidence.LIKELY if facts.is_mismatch else Confidence.POSSIBLE,
            cause=f"{key} {blame}",
        )


def _explanation(exchange: Exchange, facts: SigningFacts) -> str:
    """Say what is proved, what is not the cause, and which other cause is left."""
    frame = 0 if exchange.request is None else exchange.request.frame
    if facts.outcome is Outcome.EQUAL:
        proof = (
            f"The string to sign, rebuilt from the request in frame {frame}, is byte for byte the one that OSS states: "
            "between the point of capture and OSS nothing was changed that the signature covers."
        )
    elif facts.text_comparison is not None:
        proof = (
            "The error document contradicts itself (its bytes are not its text). The text agrees with the request in "
            f"frame {frame}, the bytes do not, so the capture or document was edited and proves nothing for certain. "
            "Either the request was changed on the way (then HTTPS helps), or the secret or the client's computation "
            "is wrong (then the client's signature differs from one computed with the right secret)."
        )
    else:
        proof = (
            "The string to sign in the error document is masked or has lost characters; what is left of it agrees with "
            f"the request in frame {frame}."
        )
    parts = [proof, harmless(exchange, facts)]
    if facts.is_unchanged_by_proxy:
        parts.append(f"The request was captured before its proxy as well (exchange {facts.outer_leg}), unchanged.")
    if facts.accepted_key is not None:
        parts.append(
            f"Exchange {facts.accepted_key} was signed with the same access key ID and accepted: two programs, or two "
            "settings of one, use different secrets for it."
        )
    parts.append(_remaining_doubt(exchange, facts))
    return " ".join(part for part in parts if part)


def _remaining_doubt(exchange: Exchange, facts: SigningFacts) -> str:
    if facts.has_secret and facts.verification is not None:
        return (
            "The client's signature is the one that your secret gives over this request, so the client is right if "
            "your secret is. The key may have been replaced, or the secret may belong to another key ID."
        )
    if facts.has_secret:
        return "The secret that you gave does not give the client's signature over this request or any variant tried."
    operation = exchange.operation
    if operation is not None and operation.sdk is not None and not facts.is_url_signed:
        return (
            f"The client is {operation.sdk}, which computes signatures correctly as far as is known; without the "
            "secret it cannot be excluded that the request was changed before the point of capture."
        )
    return (
        "Without the secret it cannot be excluded that the client feeds its signature with another string, or that "
        "the request was changed before the point of capture."
    )
