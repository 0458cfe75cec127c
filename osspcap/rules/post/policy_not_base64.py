"""PST006 policy-not-base64: the form's policy is not base64."""

from osspcap.model.exchange import Exchange
from osspcap.model.form import FormCase, FormCause, PostForm
from osspcap.rules.post._form import NOT_CAPTURED, FormRule, Told, whose


class PolicyNotBase64(FormRule):
    """The form's policy is not base64.

    ## What it finds
    Forms whose policy is JSON itself, base64 of another alphabet, percent-encoded, or no base64 at all.

    ## Why it matters
    OSS decodes the policy before it reads it, and the signature is computed over the base64, not over the JSON.

    ## How it decides
    OSS answers InvalidPolicyDocument, and the captured field does not decode.

    ## False alarms
    None where the fault is shown; missing padding, which some decoders forgive, makes the finding likely only.
    """

    code = "PST006"
    name = "policy-not-base64"
    answers = FormCause.POLICY_NOT_BASE64
    fix = (
        (
            "Encode the UTF-8 bytes of the policy with the standard alphabet and padding: `base64.b64encode` "
            "(Python), `Buffer.from(text).toString('base64')` (Node.js), `base64_encode` (PHP)."
        ),
        "Put that text into the form unchanged: no percent-encoding, no line breaks, no URL-safe alphabet.",
        "Sign exactly the same text.",
    )
    sources = (
        "OSS user guide 2019 (D) 3 and OSS guide 2022 (E) 2, policy format: UTF-8 JSON, then base64",
        "EC 0006-00000202",
        "RFC 4648",
    )

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:
        """Show the field and why it does not decode."""
        part = None if form is None else form.likely_field("policy")
        fault = None if case.policy is None else case.policy.base64_fault
        what = f"the policy of the form {whose(exchange)} is not base64"
        if part is None or fault is None:
            return Told(what, self.shape_evidence(exchange, form), NOT_CAPTURED, cause="not captured")
        place = "" if fault.offset is None else f" (character {fault.offset})"
        return Told(
            f"{what}: {fault.reason}{place}",
            self.value_evidence(exchange, part, "base64 of a JSON object"),
            cause=f"{fault.kind}",
        )
