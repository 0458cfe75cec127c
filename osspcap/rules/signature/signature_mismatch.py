"""SIG100 signature-mismatch: OSS computed another signature, and no more specific rule knows why."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.operation import Scheme
from osspcap.oss.signing.compare import Outcome
from osspcap.oss.signing.shown import is_only_hash, line_name, scheme_name
from osspcap.oss.signing_facts import SigningFacts
from osspcap.rules.signature._signing import SigningRule, key_name, refused_with

_S3 = (Scheme.S3_HEADER, Scheme.S3_URL)


class SignatureMismatch(SigningRule):
    """OSS computed another signature, and no more specific rule knows why.

    ## What it finds
    Requests that OSS refused with SignatureDoesNotMatch where the capture does not tell which side was wrong.

    ## Why it matters
    The request failed, and will fail again. What was signed by the client and what OSS received may differ, or the
    secrets of both may.

    ## How it decides
    OSS states the mismatch: by its code, by the EC code, or in the message of an older AccessDenied. The finding
    says what was compared and what is missing for more, and gives way to every rule that explains the error.

    ## False alarms
    None as to the refusal. Whether anything was changed on the way stays open here.
    """

    code = "SIG100"
    name = "signature-mismatch"
    severity = Severity.ERROR
    is_generic = True
    supersedes = ("REQ016",)
    fix = (
        "Send the same request by HTTPS: if it works then, a device on the way changed it.",
        "Check that the access key secret in the program's configuration belongs to the access key ID shown here.",
        (
            "Run `osspcap analyze CAPTURE --secret-env NAME` with the secret in the environment variable NAME: the "
            "report then says whether the client signed what was captured."
        ),
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for every signature mismatch; those of one key and one reason become one."""
        facts = exchange.facts.get(SigningFacts)
        if facts is None or not facts.is_mismatch:
            return
        auth = facts.authentication
        reason = _reason(facts)
        yield self.finding(
            f"{refused_with(exchange)}: the {'signature' if auth is None else scheme_name(auth.scheme)} of "
            f"{key_name(auth)} is not the one that OSS computed",
            *self.request_evidence(exchange, auth),
            *self.string_evidence(exchange, facts.comparison),
            *self.error_evidence(exchange),
            explanation=reason,
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED,
            cause=f"{key_name(auth)} {reason}",
        )


def _reason(facts: SigningFacts) -> str:
    """Say what could be compared, and why it does not tell the cause."""
    auth, best = facts.authentication, facts.best
    verified = ""
    if facts.verification is not None and facts.verification.as_captured:
        verified = (
            " The secret that you gave reproduces the client's signature over the captured request, so the client "
            "signed what was captured: either OSS received something else, or it holds another secret."
        )
    if facts.skipped:
        return f"The two strings were not compared: {facts.skipped}."
    if auth is None:
        return "The captured request carries no signature."
    if auth.scheme in _S3:
        return (
            "The request is signed in the way of S3. OSS answers such requests too, but their signatures are not "
            "rebuilt here, so it stays open whether the request was changed on the way or the secret is wrong."
        )
    if best is None:
        return f"The error answer does not state the string that OSS signed, so there is nothing to compare.{verified}"
    if best.outcome is Outcome.DIFFERENT and is_only_hash(best.differences):
        return (
            "The hash of OSS's canonical request is not that of the captured request, so OSS received another request "
            "than was captured; in which line cannot be told, because the error document does not hold the canonical "
            f"request itself.{verified}"
        )
    if best.outcome is Outcome.DIFFERENT:
        names = ", ".join(dict.fromkeys(line_name(difference) for difference in best.differences))
        return f"OSS signed another request than was captured. They differ in {names}.{verified}"
    if best.outcome is Outcome.UNDECIDED:
        return f"What OSS signed cannot be compared with the captured request: {best.reason}.{verified}"
    return f"OSS signed the request as it was captured.{verified}"
