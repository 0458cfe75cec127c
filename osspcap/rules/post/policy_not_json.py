"""PST005 policy-not-json: the form's policy is not JSON."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence
from osspcap.model.form import FormCase, FormCause, PostForm
from osspcap.rules.post._form import NOT_CAPTURED, ROWS, FormRule, Told, whose


class PolicyNotJson(FormRule):
    """The form's policy is not JSON.

    ## What it finds
    Forms whose policy decodes from base64 to something else than a JSON object.

    ## Why it matters
    OSS refuses the form before it looks at anything else. The server that makes the policy has to be corrected, not
    the page that sends it.

    ## How it decides
    OSS answers InvalidPolicyDocument. The policy is decoded and parsed strictly; the fault is shown with its byte and
    the text around it.

    ## False alarms
    None where the fault is shown. A policy that is JSON as captured is told as such.
    """

    code = "PST005"
    name = "policy-not-json"
    answers = FormCause.POLICY_NOT_JSON
    fix = (
        "Make the policy with a JSON library (`json.dumps`, `JSON.stringify`, `json_encode`), never by joining text.",
        "Put every name and string in double quotes, escape quotes inside, and put no comma behind the last member.",
        "Write the sizes of content-length-range as numbers, without quotes.",
        "Encode the text in UTF-8 without a byte order mark, then in base64.",
    )
    sources = (f"{ROWS}, rows 6 and 7", "OSS user guide 2019 (D) 3, policy format", "EC 0006-00000204", "RFC 8259")

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:
        """Show where the JSON breaks."""
        part = None if form is None else form.likely_field("policy")
        policy, what = case.policy, f"the policy of the form {whose(exchange)} is not JSON"
        if policy is None or part is None:
            return Told(what, self.shape_evidence(exchange, form), NOT_CAPTURED, cause="not captured")
        fault = policy.json_fault
        shown = self.value_evidence(exchange, part)
        if fault is None:
            explanation = (
                "The captured policy is a JSON object with conditions that can be read, so OSS received another one, "
                "or its parser is stricter than the standard."
            )
            told = f"OSS does not take the policy of the form {whose(exchange)}"
            return Told(told, shown, explanation, confidence=Confidence.POSSIBLE, cause="readable")
        place = "" if fault.offset is None else f" at byte {fault.offset} of the decoded text"
        near = Evidence(
            part.value.frame,
            exchange.stream,
            exchange.id,
            f"form field policy, decoded{place}",
            fault.near or fault.raw.hex(" "),
            "valid JSON",
        )
        return Told(f"{what}{place}: {fault.reason}", (*shown, near), cause=f"{fault.kind} {fault.reason}")
