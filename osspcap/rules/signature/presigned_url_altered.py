"""SIG105 presigned-url-altered: a signed URL was changed, extended or cut after it had been signed."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Verdict
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.signing.authentication import Authentication, ProblemName
from osspcap.oss.signing.compare import Outcome
from osspcap.oss.signing.shown import alterations
from osspcap.oss.signing_facts import SigningFacts
from osspcap.rules.signature._signing import (
    SigningRule,
    is_altered_before_capture,
    key_name,
    problems_of,
    refused_with,
)

_ESCAPED = frozenset({ProblemName.QUERY_HTML_ESCAPED})
_MISSING = frozenset({ProblemName.PART_MISSING})
_RESTORE = "Use the URL exactly as it was signed: nothing appended, nothing decoded, every & and % as it was."


@record
class _Alteration:
    """One way in which a URL was altered."""

    told: str
    confidence: Confidence
    explanation: str
    seen: tuple[tuple[Seen[str], str], ...] = ()
    """Facts that show it, with what they should be."""
    fix: tuple[str, ...] = ()


class PresignedUrlAltered(SigningRule):
    """A signed URL was changed, extended or cut after it had been signed.

    ## What it finds
    Refused requests whose signed URL has &amp; in place of &, lacks parameters that it must have had, carries a
    signature encoded once too often or too little, or has parameters that were not there when it was signed.

    ## Why it matters
    A signed URL is valid only as it is. Templates escape it, shells cut it at &, front ends append parameters, and
    each of these makes a URL fail that was right when it was issued.

    ## How it decides
    Escaping, missing parts and broken encoding of the signature show in the target itself. Appended parameters are
    proved by the secret, or by another request with the same signature that OSS accepted; otherwise, where OSS signed
    what was captured, by parameters that OSS does not know or that stand behind the signature, and then the finding
    is likely only.

    ## False alarms
    A signer that writes parameters behind the signature and has a wrong secret; the finding names that too.
    """

    code = "SIG105"
    name = "presigned-url-altered"
    supersedes = ("SIG100", "SIG101", "SIG102", "SIG103", "SIG109", "REQ016")
    fix = (
        _RESTORE,
        "Have parameters such as `x-oss-process` or `response-content-disposition` signed together with the URL.",
        "Put the URL in quotes on a command line, and do not escape it for HTML where it is used as data.",
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for an altered URL; those of one key and one alteration become one."""
        facts = exchange.facts.get(SigningFacts)
        if facts is None or not facts.is_url_signed or facts.authentication is None:
            return
        found = _in_target(facts, facts.authentication)
        if found is None and facts.is_mismatch and not facts.replaced and facts.outcome is not Outcome.DIFFERENT:
            found = _by_secret(facts) or _by_twin(facts) or _appended(facts)
        if found is None:
            return
        yield self.finding(
            f"{refused_with(exchange)}: the signed URL was altered after signing: {found.told}",
            *self.request_evidence(exchange, facts.authentication),
            *(self.evidence(exchange, seen, expected) for seen, expected in found.seen),
            *self.string_evidence(exchange, facts.best),
            *self.error_evidence(exchange),
            explanation=found.explanation,
            exchanges=(exchange,),
            confidence=found.confidence,
            fix=found.fix or None,
            cause=f"{key_name(facts.authentication)} {found.told}",
        )


def _in_target(facts: SigningFacts, auth: Authentication) -> _Alteration | None:
    """Find what the target shows by itself."""
    escaped = problems_of(auth, _ESCAPED)
    if escaped:
        return _Alteration(
            "it holds &amp; where & belongs",
            Confidence.CONFIRMED,
            "The URL was escaped for HTML and then used as it stood. OSS takes each parameter behind &amp; for one "
            "whose name begins with `amp;`, and misses the real one.",
            tuple((item.seen, item.detail) for item in escaped if item.seen is not None),
            ("Undo the HTML escaping before the URL is used: write & for &amp;.", _RESTORE),
        )
    absent = problems_of(auth, _MISSING)
    if absent and not facts.is_mismatch:
        names = " and ".join(item.detail.removesuffix(" is missing from the query") for item in absent)
        return _Alteration(
            f"{names} {'is' if len(absent) == 1 else 'are'} missing",
            Confidence.LIKELY,
            "A signed URL has all its parameters when it is issued. Where only the first of them arrive, a shell cut "
            "the URL at an unquoted &; where one is empty, a template dropped it.",
            (),
            ("Put the URL in quotes on the command line: `curl 'https://...&Signature=...'`.", _RESTORE),
        )
    signature = auth.signature
    if signature is None or not facts.is_mismatch:
        return None
    if "%" in signature.value:
        plain = signature.field.rpartition(" ")[2]
        return _Alteration(
            f"{plain} is percent-encoded twice",
            Confidence.CONFIRMED,
            "Decoded once, as OSS does, the signature still holds percent signs, which no signature has.",
            ((signature, "a signature percent-encoded once"),),
            ("Do not encode the finished URL once more.", _RESTORE),
        )
    received = None if facts.server is None else facts.server.signature_provided
    has_blank = " " in signature.value.strip() or (received is not None and " " in received.value.strip())
    if has_blank and ("+" in signature.value or " " in signature.value):
        shown = (signature,) if received is None else (signature, received)
        return _Alteration(
            "the + in its signature became a blank",
            Confidence.CONFIRMED,
            "In a query a bare + is read as a blank. The signature must carry it as %2B.",
            tuple((seen, "%2B for every + of the signature") for seen in shown),
            ("Percent-encode the signature in the URL: %2B for +, %2F for /, %3D for =.", _RESTORE),
        )
    return None


def _by_secret(facts: SigningFacts) -> _Alteration | None:
    """Find what the secret proves."""
    verified = facts.verification
    if verified is None or not is_altered_before_capture(facts):
        return None
    if any(name.startswith("content-type") for name in verified.candidate.variant):
        return None  # a matter of the request's headers, with a rule of its own
    told = "; ".join(alterations(verified.candidate)) or "its signature was decoded or encoded once more"
    return _Alteration(
        told,
        Confidence.CONFIRMED,
        "The secret that you gave reproduces the signature of the URL over other content than was requested: the URL "
        "was right when it was issued, and was changed or used otherwise afterwards.",
    )


def _by_twin(facts: SigningFacts) -> _Alteration | None:
    if facts.accepted_twin is None:
        return None
    return _Alteration(
        f"exchange {facts.accepted_twin} has the same signature with another target or method, and was accepted",
        Confidence.CONFIRMED,
        "One signature fits one method and one target. OSS accepted it once, so key and secret are right, and the "
        "refused request differs from what was signed.",
        tuple((seen, "not in the URL that was signed") for seen in facts.added),
    )


def _appended(facts: SigningFacts) -> _Alteration | None:
    """Find parameters that nobody signs, where OSS signed the URL as it was captured."""
    if facts.has_secret or not facts.is_as_received or not facts.added:
        return None
    names = [seen.field.rpartition("parameter ")[2] for seen in facts.added]
    return _Alteration(
        f"query parameter {', '.join(dict.fromkeys(names))} seems to have been appended",
        Confidence.LIKELY,
        "OSS signed the URL as it was captured, so it was not changed behind the point of capture. The parameter named "
        "is part of what OSS signs, and stands where parameters stand that were appended to a finished URL. The other "
        "cause that fits is a wrong access key secret. Opening the URL without the parameter decides; the secret "
        "(`--secret-env`) decides as well.",
        tuple((seen, "not in the URL that was signed") for seen in facts.added),
    )
