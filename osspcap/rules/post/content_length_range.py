"""PST010 content-length-range: the form's file is larger or smaller than its policy allows."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence
from osspcap.model.form import Condition, FormCase, FormCause, Outcome, PostForm
from osspcap.rules.post._form import FormRule, Told, whose

MAX_DIGITS = 20
"""Digits of a bound that are grouped."""


class ContentLengthRange(FormRule):
    """The form's file is larger or smaller than its policy allows.

    ## What it finds
    Forms that OSS refuses because of the size of their file, where the policy sets bounds.

    ## Why it matters
    The bounds are signed: only the server that makes the policy can widen them. A page should check the size before
    it uploads, for OSS may refuse a large file only after having received much of it.

    ## How it decides
    OSS answers EntityTooLarge or EntityTooSmall, or names the condition. The bounds come from the policy, the size
    from the captured file part; where its end was not captured, from the length of the body.

    ## False alarms
    None as to the refusal. A size that is known roughly only is told as such.
    """

    code = "PST010"
    name = "content-length-range"
    answers = FormCause.LENGTH_RANGE
    supersedes = ("REQ011", "REQ012", "REQ016")
    fix = (
        "Upload a file of a size that the policy allows; check `file.size` in the page before it uploads.",
        'Or have the server sign a policy with wider bounds: `["content-length-range", MIN, MAX]`, in bytes.',
        "For files over 5 GB use multipart upload; no form may be larger.",
    )
    sources = (
        "OSS user guide 2019 (D) 3, conditions of a policy: content-length-range",
        "OSS user guide 2019 (D) 1, error codes: EntityTooLarge, EntityTooSmall",
        "EC 0006-00000003, 0006-00000004",
    )

    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:
        """Hold the size of the file against the bounds."""
        condition = case.condition
        if condition is None:
            told = f"the file of the form {whose(exchange)} has a size that its policy does not allow"
            return Told(told, self.shape_evidence(exchange, form), cause="unknown")
        shown = self._shown(exchange, case, condition)
        bounds = f"{_grouped(condition.wanted)} bytes"
        if condition.observed is None:
            told = f"the file of the form {whose(exchange)} has not the {bounds} that its policy allows"
            return Told(told, shown, condition.reason and f"Here {condition.reason}.", cause=condition.text)
        about = "about " if condition.seen is not None and condition.seen.value.startswith("about") else ""
        told = (
            f"the file of the form {whose(exchange)} has {about}{int(condition.observed):,} bytes, and its policy "
            f"allows {bounds}"
        )
        if condition.outcome is Outcome.HOLDS:
            explanation = "As captured the size is allowed, so OSS received another form than was captured."
            return Told(told, shown, explanation, confidence=Confidence.LIKELY, cause=condition.text)
        return Told(told, shown, cause=condition.text)

    def _shown(self, exchange: Exchange, case: FormCase, condition: Condition) -> tuple[Evidence, ...]:
        shown: tuple[Evidence, ...] = ()
        if case.policy is not None:
            field = "form field policy, decoded, condition"
            frame = case.policy.origin.frame
            shown += (Evidence(frame, exchange.stream, exchange.id, field, condition.text),)
        if condition.seen is not None:
            shown += (self.evidence(exchange, condition.seen, f"{_grouped(condition.wanted)} bytes"),)
        elif exchange.request is not None:
            shown += (self.evidence(exchange, exchange.request.seen_start_line()),)
        return shown


def _grouped(bounds: str) -> str:
    """Group the digits of `0 to 10485760`."""
    return " to ".join(
        f"{int(one):,}" if one.isascii() and one.isdigit() and len(one) <= MAX_DIGITS else one
        for one in bounds.split(" to ")
    )
