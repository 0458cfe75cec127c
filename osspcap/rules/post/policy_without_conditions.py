"""PST007 policy-without-conditions: the form's policy has no usable conditions."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence
from osspcap.model.form import FormCase, FormCause, PostForm
from osspcap.oss.post_conditions import unsigned_v4_fields
from osspcap.rules.post._form import NOT_CAPTURED, ROWS, FormRule, Told, listed, whose
from osspcap.rules.wording import shortened

MAX_SHOWN = 5
"""Conditions told in one finding."""


class PolicyWithoutConditions(FormRule):
    """The form's policy has no usable conditions.

    ## What it finds
    Forms whose policy lacks the array `conditions`, has it empty, or has conditions in it that are none.

    ## Why it matters
    OSS refuses a policy that allows everything, and one that it cannot read in part. The server that makes the policy
    has to be corrected.

    ## How it decides
    OSS answers InvalidPolicyDocument; the captured policy is JSON, and its conditions break the documented form.

    ## False alarms
    None where the fault is shown.
    """

    code = "PST007"
    name = "policy-without-conditions"
    answers = FormCause.POLICY_CONDITIONS
    fix = (
        'Give the policy at least one condition: `"conditions": [["content-length-range", 0, 104857600]]`.',
        (
            'Write each condition in one of these ways: `{"bucket": "NAME"}` with exactly one member, `["eq", '
            '"$key", "VALUE"]`, `["starts-with", "$key", "PREFIX"]`, `["in", "$FIELD", ["A", "B"]]`, '
            '`["not-in", "$FIELD", ["A"]]`, `["content-length-range", MIN, MAX]` with numbers.'
        ),
        "Encode and sign the new policy; a policy must not be changed after it was signed.",
    )
    sources = (
        f"{ROWS}, row 5",
        "OSS user guide 2019 (D) 3, policy format: at least one condition",
        "EC 0006-00000207, 0006-00000209, 0006-00000216, 0006-00000218, 0006-00000219, 0006-00000221",
    )

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:
        """Name what is wrong with the conditions."""
        policy, part = case.policy, None if form is None else form.likely_field("policy")
        what = f"the policy of the form {whose(exchange)} has no usable conditions"
        if policy is None or part is None:
            return Told(what, self.shape_evidence(exchange, form), NOT_CAPTURED, cause="not captured")
        shown = self.value_evidence(exchange, part)
        if policy.conditions_fault:
            return Told(f"{what}: {policy.conditions_fault}", shown, cause=policy.conditions_fault)
        faulty = [condition for condition in policy.conditions if condition.fault][:MAX_SHOWN]
        missing = () if form is None else unsigned_v4_fields(policy, form)
        if not faulty and missing:
            told = f"the policy of the V4 form {whose(exchange)} has no condition for {listed(missing)}"
            return Told(told, shown, confidence=Confidence.LIKELY, cause=listed(missing))
        if not faulty:
            explanation = "The conditions of the captured policy can all be read, so OSS received another policy."
            return Told(what, shown, explanation, cause="readable")
        field = "form field policy, decoded, condition"
        evidence = tuple(
            Evidence(part.value.frame, exchange.stream, exchange.id, field, one.text, one.fault) for one in faulty
        )
        first = faulty[0]
        return Told(
            f"the policy of the form {whose(exchange)} has a condition that OSS cannot use, "
            f"{shortened(first.text)}: {first.fault}",
            (*shown, *evidence),
            cause=first.fault,
        )
