"""PST011 bad-signature: the form's signature is not the one that OSS computes over its policy."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence
from osspcap.model.form import FormCase, FormCause, PostForm
from osspcap.oss.post_conditions import unsigned_v4_fields
from osspcap.oss.signing.authentication import Authentication
from osspcap.oss.signing.compare import Outcome
from osspcap.oss.signing_facts import SigningFacts
from osspcap.rules.post._form import ROWS, FormRule, Told, listed, whose
from osspcap.rules.wording import shortened

MAX_FAULTS = 4
"""Faults that one summary lists."""
_FIELDS = ("OSSAccessKeyId", "x-oss-credential", "x-oss-access-key-id", "x-oss-date", "policy")
_SIGNATURES = ("Signature", "x-oss-signature")


class BadSignature(FormRule):
    """The form's signature is not the one that OSS computes over its policy.

    ## What it finds
    Signed forms, V1 and V4, that OSS refuses for their signature or for what belongs to it: key ID, credential, date.

    ## Why it matters
    Of a form only the base64 of the policy is signed. So the cause is small: another secret, a policy that was changed
    after it was signed, or a signature computed in the wrong way.

    ## How it decides
    OSS says that the signatures differ. The form's own fields are checked: alphabet and length of the signature,
    region and day of the credential, blanks in the policy. With the secret lent, the signature is computed as OSS does
    and in the ways in which it often goes wrong, and the one that fits is told.

    ## False alarms
    None as to the refusal. Without the secret the finding can only say what is left.
    """

    code = "PST011"
    name = "bad-signature"
    answers = FormCause.SIGNATURE
    supersedes = ("SIG100", "SIG101", "SIG102", "SIG103", "SIG107", "SIG108", "SIG109", "REQ011", "REQ016")
    fix = (
        (
            "V1: the field `Signature` holds the base64 of HMAC-SHA1 with the access key secret over the text of the "
            "field `policy`, byte for byte as it is in the form."
        ),
        (
            "V4: `x-oss-signature` is the hexadecimal HMAC-SHA256 of the same text, under the key derived from the "
            "secret, the day, the region and `oss`; the credential must name that day and region."
        ),
        "Check that the secret belongs to the access key ID shown here, without a blank or line feed at its end.",
        (
            "Run `osspcap analyze CAPTURE --secret-env NAME` with the secret in the environment variable NAME: it says "
            "which of these it is."
        ),
    )
    sources = (
        f"{ROWS}, row 4",
        "OSS user guide 2019 (D) 3, PostObject signature",
        "OSS API reference: POST V1 signature, POST V4 signature",
    )

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:
        """Say what the form and the secret tell."""
        facts = exchange.facts.get(SigningFacts)
        auth = None if facts is None else facts.authentication
        evidence = tuple(self._shown(exchange, case, form))
        if form is None or (auth is None and not case.signature.faults):
            told = f"the signature of the form {whose(exchange)} is not the one that OSS computes"
            return Told(told, (*self.shape_evidence(exchange, form), *evidence), cause="not captured")
        key = _key_name(auth)
        what = f"the signature of the form {whose(exchange)}, made with {key}, is not the one that OSS computes"
        reason, explanation, confidence = self._reason(case, facts, key)
        missing = () if case.policy is None else unsigned_v4_fields(case.policy, form)
        if missing:
            explanation += f" A policy for V4 must also have conditions for {listed(missing)}, and this one has none."
        return Told(
            f"{what}: {reason}" if reason else what,
            evidence,
            explanation,
            confidence=confidence,
            cause=f"{key} {reason}",
        )

    def _shown(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Iterator[Evidence]:
        faults = {seen.field: words for words, seen in case.signature.faults if seen is not None}
        for name in (*_FIELDS, *_SIGNATURES):
            part = None if form is None else form.likely_field(name)
            if part is not None:
                yield self.evidence(exchange, part.value, faults.get(part.value.field, ""))
        facts = exchange.facts.get(SigningFacts)
        if facts is not None and facts.server is not None:
            yield self.evidence(exchange, facts.server.origin)

    @staticmethod
    def _reason(case: FormCase, facts: SigningFacts | None, key: str) -> tuple[str, str, Confidence | None]:
        check = case.signature
        if check.is_right:
            explanation = (
                "The secret that you gave reproduces the form's signature over the captured policy, so the client is "
                "right if your secret is. Either OSS holds another secret for this key ID, or it received another "
                "policy than was captured."
            )
            return (
                f"the client signed with the secret that you gave for {key}, and OSS holds another",
                explanation,
                None,
            )
        if check.signed_instead:
            explanation = "Computed in that way with the secret that you gave, the signature is the one in the form."
            return f"{check.signed_instead}", explanation, None
        if check.faults:
            words = listed(tuple(words for words, _ in check.faults[:MAX_FAULTS]))
            return words, "", Confidence.LIKELY
        if check.has_secret:
            explanation = (
                "The signature was computed over the policy with the secret given, and in the ways in which it often "
                "goes wrong; none gives the form's signature."
            )
            return f"it is not made with the secret that you gave for {key}", explanation, Confidence.LIKELY
        if facts is not None and facts.outcome is Outcome.DIFFERENT:
            reason = "OSS computed it over another policy than was captured"
            return reason, "The string that OSS signed is not the policy of the captured form.", Confidence.LIKELY
        same = facts is not None and facts.is_as_received
        explanation = (
            "OSS computed it over exactly the policy that was captured, so that nothing was changed on the way. "
            if same
            else ""
        )
        explanation += (
            "Alphabet, length, region and day of the signature's fields are as they should be. What is left is the "
            "secret, a policy that was encoded anew after it was signed, or another text that was signed in its place. "
            "The secret, lent for one run, tells which."
        )
        return "", explanation, None


def _key_name(auth: Authentication | None) -> str:
    if auth is None or auth.access_key_id is None:
        return "an access key that cannot be read"
    return f"access key {shortened(auth.access_key_id.value.strip(), 60)}"
