"""PST009 policy-condition-failed: the form breaks a condition of its policy."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence
from osspcap.model.form import Condition, FormCase, FormCause, Outcome, PostForm
from osspcap.oss.post_conditions import unsigned_v4_fields
from osspcap.rules.post._form import MAX_VALUE_CHARS, ROWS, FormRule, Told, listed, whose
from osspcap.rules.wording import shortened

MAX_OTHERS = 5
"""Further conditions told in one finding."""


class PolicyConditionFailed(FormRule):
    """The form breaks a condition of its policy.

    ## What it finds
    Refused forms with a value that their own policy does not allow: a key outside of its prefix, another bucket, a
    field that the policy demands and the form lacks.

    ## Why it matters
    The policy is what the server that signed it allows. Either the page sends what was not agreed upon, or the server
    must sign another policy; changing the policy in the page breaks its signature.

    ## How it decides
    OSS names the condition. Every condition of the captured policy is held against the captured form (eq,
    starts-with, in, not-in; the bucket from the Host), and both values are shown.

    ## False alarms
    None where both values are shown to differ. Where they agree as captured, the finding says so.
    """

    code = "PST009"
    name = "policy-condition-failed"
    answers = FormCause.CONDITION_FAILED
    fix = (
        "Send the value that the policy asks for, or have the server sign a policy that allows the value.",
        "For the condition on `bucket`, compare the bucket in the host name that the form is sent to.",
        "Put every field that the policy names into the form, in front of the file.",
    )
    sources = (
        f"{ROWS}, rows 8 to 11",
        "OSS user guide 2019 (D) 3, conditions of a policy",
        "EC 0006-00000227, 0006-00000216",
    )

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:
        """Name the condition and both values."""
        condition = case.condition
        if condition is None:
            told = f"the form {whose(exchange)} breaks a condition of its policy"
            return Told(told, self.shape_evidence(exchange, form), "The answer does not say which.", cause="unknown")
        told, confidence = _told(condition)
        explanation = _explanation(condition)
        policy = case.policy
        if policy is not None and policy.conditions and condition.text not in {one.text for one in policy.conditions}:
            explanation += (
                " The captured policy has no such condition, so OSS received another policy than was captured."
            )
        if policy is not None and form is not None and (missing := unsigned_v4_fields(policy, form)):
            explanation += f" A policy for V4 must also have conditions for {listed(missing)}, and this one has none."
        others = tuple(_others(case, condition))
        if others:
            explanation += f" It also breaks {listed(tuple(one.text for one in others))}."
        return Told(
            f"the form {whose(exchange)} breaks the condition {shortened(condition.text)} of its policy, "
            f"because {told}",
            tuple(self._shown(exchange, case, condition, others)),
            explanation.strip(),
            confidence=confidence,
            cause=f"{condition.text} {condition.reason}",
        )

    def _shown(
        self, exchange: Exchange, case: FormCase, condition: Condition, others: tuple[Condition, ...]
    ) -> Iterator[Evidence]:
        policy = case.policy
        if policy is not None:
            field = "form field policy, decoded, condition"
            frame = policy.origin.frame
            yield Evidence(frame, exchange.stream, exchange.id, field, condition.text)
        for one in (condition, *others):
            if one.seen is not None:
                yield self.evidence(exchange, one.seen, _wanted(one))
        if condition.seen is None and exchange.request is not None:
            yield self.evidence(exchange, exchange.request.seen_start_line())


def _wanted(condition: Condition) -> str:
    match condition.mode:
        case "starts-with":
            return f"begins with {condition.wanted!r}"
        case "in":
            return f"one of {condition.wanted}"
        case "not-in":
            return f"none of {condition.wanted}"
        case _:
            return condition.wanted


def _told(condition: Condition) -> tuple[str, Confidence | None]:
    """Say what the form has where the condition asks for something else, and how sure that is."""
    what = "the bucket of the Host" if condition.name.lower() == "bucket" else condition.name or "it"
    if condition.observed is None:
        reason = condition.reason or f"OSS says so; what the form has for {what} was not captured"
        return reason, None
    value = shortened(condition.observed, MAX_VALUE_CHARS)
    if condition.outcome is Outcome.FAILS:
        note = f" ({condition.reason})" if condition.reason else ""
        return f"{what} is {value}, and must be {_must(condition)}{note}", None
    if condition.outcome is Outcome.HOLDS:
        return f"OSS says so, although {what} is {value} in the captured form", Confidence.LIKELY
    return f"{what} is {value}, and must be {_must(condition)}; {condition.reason}", Confidence.LIKELY


def _must(condition: Condition) -> str:
    wanted = shortened(condition.wanted, MAX_VALUE_CHARS)
    match condition.mode:
        case "starts-with":
            return f"something that begins with {wanted}"
        case "in":
            return f"one of {wanted}"
        case "not-in":
            return f"none of {wanted}"
        case _:
            return wanted or "empty"


def _explanation(condition: Condition) -> str:
    if condition.outcome is Outcome.HOLDS:
        return (
            "The captured form fulfils the condition. Either something behind this place of capture changed the form, "
            "or OSS compares what cannot be seen here."
        )
    if condition.name.lower() == "bucket":
        return "OSS takes the bucket from the host name that the form is sent to, and not from a field."
    if condition.observed is None and condition.seen is not None:
        return "OSS stops reading fields where the file begins."
    return ""


def _others(case: FormCase, condition: Condition) -> Iterator[Condition]:
    """Yield further conditions that the form breaks: the next ones that OSS would name."""
    conditions = () if case.policy is None else case.policy.conditions
    broken = (one for one in conditions if one.outcome is Outcome.FAILS and one.text != condition.text)
    for _, one in zip(range(MAX_OTHERS), broken, strict=False):
        yield one
