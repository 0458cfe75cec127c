"""Why OSS refused a form: one cause, from what it answered and what the form says.

In: a POST that OSS refused, with the form that was read of it. Out: a `FormCase`; None if the refusal is about
something else (keys, permissions, callbacks). Code and message decide; where they leave several causes, the form does.
The EC decides only where there is no document: OSS reserves the right to change it.

Source: OSS guide, "PostObject errors" (13 rows); EC 0006-00000003 to 0006-00000227; OSS API reference, PostObject.
Cost: some hundred microseconds for a refused form, nothing for others.
"""

from dataclasses import replace

from osspcap.model.exchange import Exchange
from osspcap.model.form import Condition, FormCase, FormCause, Outcome, Policy, PostForm, SignatureCheck
from osspcap.model.message import Message
from osspcap.model.operation import Operation, Role
from osspcap.model.seen import Seen
from osspcap.oss.dates import parse_date
from osspcap.oss.facts import Context
from osspcap.oss.post_conditions import evaluate, evaluate_one
from osspcap.oss.post_policy import RANGE, read_policy
from osspcap.oss.post_refusal import refused_for, stated_condition
from osspcap.oss.post_signature import check_signature
from osspcap.oss.signing.request import from_message
from osspcap.oss.signing.scheme import FORM_SCHEMES, recognise

MAX_CASES = 5_000
"""Refused forms of a capture that are looked at closely."""


def gather_form_case(exchange: Exchange, context: Context) -> FormCase | None:
    """Find the cause of a refused form; None if it is about something else. Never raises on traffic."""
    operation, request, status = exchange.operation, exchange.request, exchange.status
    if operation is None or request is None or status is None or request.method != "POST":
        return None
    if operation.role is not Role.OSS or not operation.answered_by_oss:
        return None
    form = exchange.facts.get(PostForm)
    if form is None and operation.error is None:
        return None
    used_ns, is_server_time = _server_time(exchange)
    policy = None if form is None else _policy_of(form, operation, request)
    refused = refused_for(operation, status, form, policy, used_ns)
    if refused is None or not context.spend("form cases", MAX_CASES):
        return None
    case = FormCase(
        refused.cause,
        refused.is_stated,
        refused.names,
        policy,
        used_ns=used_ns,
        is_server_time=is_server_time,
    )
    match refused.cause:
        case FormCause.CONDITION_FAILED | FormCause.LENGTH_RANGE:
            return _with_condition(case, operation, request, form)
        case FormCause.SIGNATURE if form is not None:
            return replace(case, signature=_signature(form, operation, request, context))
    return case


def _server_time(exchange: Exchange) -> tuple[int | None, bool]:
    """Return the server's time when it judged the form: its Date, else the time of capture."""
    response = exchange.response
    if response is None:
        return None, False
    line = response.fields().first("Date")
    stated = None if line is None else parse_date(line.raw_value)
    return (response.ts_ns, False) if stated is None else (stated, True)


def _policy_of(form: PostForm, operation: Operation, request: Message) -> Policy | None:
    part = form.likely_field("policy")
    if part is None or part.is_cut:
        return None
    return evaluate(read_policy(part.value), form, _bucket(operation, request))


def _bucket(operation: Operation, request: Message) -> Seen[str] | None:
    """Return the bucket as a fact whose place is the Host."""
    if operation.bucket is None:
        return None
    line = request.fields().first("Host")
    frame = request.frame if line is None else line.frame
    return Seen(operation.bucket, frame, "request header Host, bucket", operation.bucket.encode("utf-8", "replace"))


def _with_condition(case: FormCase, operation: Operation, request: Message, form: PostForm | None) -> FormCase:
    """Add the condition that failed: the one that OSS names, else the first that the form breaks."""
    conditions = () if case.policy is None else case.policy.conditions
    if case.cause is FormCause.LENGTH_RANGE:
        conditions = tuple(condition for condition in conditions if condition.mode == RANGE)
    named = None if operation.error is None else stated_condition(operation.error)
    found: Condition | None = None
    if named is not None and (named.mode == RANGE or case.cause is not FormCause.LENGTH_RANGE):
        found = next((one for one in conditions if _is_same(one, named)), None)
        if found is None and form is not None and form.parts and not named.reason:
            found = evaluate_one(named, form, _bucket(operation, request))
        found = found or named
    if found is None:
        found = next((one for one in conditions if one.outcome is Outcome.FAILS), None)
    if found is None and case.cause is FormCause.LENGTH_RANGE and conditions:
        found = conditions[0]
    return replace(case, condition=found)


def _is_same(one: Condition, other: Condition) -> bool:
    same_value = one.wanted == other.wanted or other.mode == RANGE
    return one.mode == other.mode and one.name.lower() == other.name.lower() and same_value


def _signature(form: PostForm, operation: Operation, request: Message, context: Context) -> SignatureCheck:
    auth = recognise(from_message(request), form.values)
    if auth is None or auth.scheme not in FORM_SCHEMES:
        return SignatureCheck()
    key = None if auth.access_key_id is None else auth.access_key_id.value.strip()
    return check_signature(form, auth, operation, context.secrets.get(key))
