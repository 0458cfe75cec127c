"""Conditions of a policy held against the form, as OSS does before it stores the object.

In: a policy, the form, the bucket of the Host. Out: the policy with an outcome for every condition. Where sources do
not say how OSS decides (a field that is absent, a name in another case), the outcome is open rather than guessed.

    bucket                   the bucket that the Host names; a form field of that name does not count
    key                      with `${filename}` filled in, and as sent: either may fulfil it
    content-length-range     the bytes of the file
    any other                the form field of that name in front of the file

Source: OSS API reference, PostObject, "Policy", and its table of conditions; EC 0006-00000227.
"""

from dataclasses import replace

from osspcap.model.form import Condition, FormPart, Outcome, Policy, PostForm
from osspcap.model.seen import Seen
from osspcap.oss.post_policy import EQ, IN, NOT_IN, RANGE, STARTS_WITH, range_of

SLACK_BYTES = 64
"""What a file's size may be off by where its end was not captured: a line end, a short field behind it."""
SIGNED_V4 = ("x-oss-signature-version", "x-oss-credential", "x-oss-date")
"""Fields of a V4 form that its policy has to repeat. Source: OSS API reference, POST V4 signature."""


def evaluate(policy: Policy, form: PostForm, bucket: Seen[str] | None) -> Policy:
    """Hold every condition against the form."""
    return replace(policy, conditions=tuple(evaluate_one(condition, form, bucket) for condition in policy.conditions))


def evaluate_one(condition: Condition, form: PostForm, bucket: Seen[str] | None) -> Condition:
    """Hold one condition against the form; the same if it is faulty or names no mode."""
    if condition.fault or not condition.mode:
        return condition
    if condition.mode == RANGE:
        return _of_size(condition, form)
    if condition.name.lower() == "bucket":
        if bucket is None:
            return replace(condition, reason="the bucket behind this host is not known")
        return _compared(condition, (bucket.value,), bucket)
    part = form.likely_field(condition.name)
    if part is None:
        return _absent(condition, form)
    if part.is_cut:
        return replace(condition, reason=f"the value of {condition.name} was not captured whole", seen=part.value)
    values = _readings(part, form)
    found = _compared(condition, values, part.value)
    if part.name != condition.name and found.outcome is Outcome.HOLDS:
        reason = f"the form writes the name as {part.name}"
        return replace(found, outcome=Outcome.OPEN, reason=reason)
    return found


def _readings(part: FormPart, form: PostForm) -> tuple[str, ...]:
    """Return the values that OSS may compare: a key with its file name filled in, and as sent."""
    sent = part.value.value
    if part.name.lower() != "key" or "${filename}" not in sent:
        return (sent,)
    return form.filled(sent), sent


def _absent(condition: Condition, form: PostForm) -> Condition:
    """Judge a condition on a field that the form does not have in front of its file."""
    behind = form.ignored_field(condition.name)
    if behind is not None:
        reason = f"{condition.name} stands behind the file, where OSS does not read it"
        return replace(condition, outcome=Outcome.FAILS, observed=None, seen=behind.value, reason=reason)
    if form.file is None and not form.is_captured:
        return replace(condition, reason=f"the form was not captured as far as {condition.name}")
    file = form.file
    if condition.name.lower() == "content-type" and file is not None and file.content_type:
        reason = "the form has no field Content-Type; only its file has one, which the policy may not mean"
        return replace(condition, observed=file.content_type, seen=file.head, reason=reason)
    is_met = condition.mode == NOT_IN or (condition.mode == STARTS_WITH and not condition.wanted)
    reason = f"the form has no field {condition.name}"
    return replace(condition, outcome=Outcome.OPEN if is_met else Outcome.FAILS, reason=reason)


def _compared(condition: Condition, values: tuple[str, ...], seen: Seen[str]) -> Condition:
    holds = any(_holds(condition, value) for value in values)
    reason = "" if holds else _reason(condition, values[0])
    outcome = Outcome.HOLDS if holds else Outcome.FAILS
    return replace(condition, outcome=outcome, observed=values[0], seen=seen, reason=reason)


def _holds(condition: Condition, value: str) -> bool:
    match condition.mode:
        case mode if mode == EQ:
            return value == condition.wanted
        case mode if mode == STARTS_WITH:
            return value.startswith(condition.wanted)
        case mode if mode == IN:
            return value in condition.values
        case mode if mode == NOT_IN:
            return value not in condition.values
    return False


def _reason(condition: Condition, value: str) -> str:
    """Say why a value does not fulfil a condition, with what comes near."""
    wanted = condition.wanted
    if condition.mode in (EQ, STARTS_WITH):
        is_prefix = condition.mode == STARTS_WITH
        low, low_wanted = value.lower(), wanted.lower()
        if low == low_wanted or (is_prefix and low.startswith(low_wanted)):
            return "upper and lower case differ"
        if value.strip() == wanted.strip() or (is_prefix and value.strip().startswith(wanted.strip())):
            return "blanks differ"
    return ""


def _of_size(condition: Condition, form: PostForm) -> Condition:
    file, size = form.file, form.file_size
    try:
        bounds = range_of(condition)
    except ValueError:  # a message that names no numbers
        bounds = None
    if bounds is None or file is None or size is None:
        return replace(condition, reason="the size of the file is not known")
    low, high = bounds
    slack = SLACK_BYTES if file.is_cut else 0
    about = "about " if file.is_cut else ""
    seen = replace_value(file.head, f"{about}{size:,} bytes", f"form part {file.name}, size")
    if low <= size - slack and size <= high:
        return replace(condition, outcome=Outcome.HOLDS, observed=str(size), seen=seen)
    if size < low or size - slack > high:
        way = f"{size - high:,} bytes too many" if size > high else f"{low - size:,} bytes too few"
        return replace(condition, outcome=Outcome.FAILS, observed=str(size), seen=seen, reason=way)
    return replace(condition, observed=str(size), seen=seen, reason="the size of the file is known roughly only")


def replace_value(seen: Seen[str], value: str, field: str) -> Seen[str]:
    """Return a fact about the same place."""
    return Seen(value, seen.frame, field, seen.raw)


def unsigned_v4_fields(policy: Policy, form: PostForm) -> tuple[str, ...]:
    """Return the fields of a form's V4 signature that its policy has no condition for; none for other forms."""
    if form.likely_field("x-oss-credential") is None:
        return ()
    named = {condition.name.lower() for condition in policy.conditions}
    return tuple(name for name in SIGNED_V4 if name not in named)
