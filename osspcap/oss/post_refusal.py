"""Which check of a form the answer is about: the table behind `osspcap.oss.post_case`.

In: code, message and EC of an answer, and the form with its policy judged. Out: a `Refused` with one cause, or None
where the answer speaks of something else. Source: OSS guide, "PostObject errors"; EC pages of module 0006 (PostObject)
and 0002-00000702 to -710; OSS error catalogue.
"""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from osspcap.model.form import Condition, FormCause, FormFaultKind, Outcome, Policy, PostForm
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.model.pattern import pattern
from osspcap.model.record import record
from osspcap.oss.post_conditions import unsigned_v4_fields
from osspcap.oss.post_policy import RANGE, condition_text

SIGNED_V1 = ("OSSAccessKeyId", "policy", "Signature")
SIGNED_V4 = ("x-oss-signature-version", "x-oss-credential", "x-oss-date", "policy", "x-oss-signature")
_ANONYMOUS = ("anonymous", "bucket acl", "no right to access", "forbidden")
_EC_CAUSES: Final[Mapping[str, FormCause]] = MappingProxyType(
    {
        "0006-00000003": FormCause.LENGTH_RANGE,
        "0006-00000004": FormCause.LENGTH_RANGE,
        "0006-00000104": FormCause.MALFORMED,
        "0006-00000107": FormCause.FIELD_MISSING,
        "0006-00000110": FormCause.TOO_LONG,
        "0006-00000112": FormCause.TOO_LONG,
        "0006-00000202": FormCause.POLICY_NOT_BASE64,
        "0006-00000204": FormCause.POLICY_NOT_JSON,
        "0006-00000207": FormCause.POLICY_CONDITIONS,
        "0006-00000208": FormCause.POLICY_EXPIRED,
        "0006-00000209": FormCause.POLICY_CONDITIONS,
        "0006-00000210": FormCause.POLICY_EXPIRED,
        "0006-00000211": FormCause.POLICY_EXPIRED,
        "0006-00000212": FormCause.POLICY_EXPIRED,
        "0006-00000213": FormCause.POLICY_EXPIRED,
        "0006-00000216": FormCause.POLICY_CONDITIONS,
        "0006-00000218": FormCause.POLICY_CONDITIONS,
        "0006-00000219": FormCause.POLICY_CONDITIONS,
        "0006-00000221": FormCause.POLICY_CONDITIONS,
        "0006-00000227": FormCause.CONDITION_FAILED,
        "0002-00000702": FormCause.FIELD_MISSING,
        "0002-00000703": FormCause.FIELD_MISSING,
        "0002-00000704": FormCause.FIELD_MISSING,
    }
)
_find_field = pattern(r"(?:field|specified|contain)[^'‘’\"]{0,24}['‘\"]([\w-]{1,40})['’\"]", re.IGNORECASE).search
_find_condition = pattern(r"condition failed:\s*(\[.*\]|\{.*\})", re.IGNORECASE | re.DOTALL).search
_find_extra = pattern(r"extra input fields?:\s*(\S{1,60})", re.IGNORECASE).search


@record
class Refused:
    """What an answer is about."""

    cause: FormCause
    is_stated: bool = True
    names: tuple[str, ...] = ()


def refused_for(
    operation: Operation, status: int, form: PostForm | None, policy: Policy | None, used_ns: int | None
) -> Refused | None:
    """Return the check that the form did not pass; None if the answer is about something else."""
    error = operation.error
    if error is None:
        return _unstated(operation.ec or "", status, form, policy, used_ns)
    code, message = error.code.value, "" if error.message is None else error.message.value
    lowered = message.lower()
    match code:
        case "RequestIsNotMultiPartContent":
            return Refused(FormCause.CONTENT_TYPE)
        case "MalformedPOSTRequest":
            return _malformed(form)
        case _ if code.lower().startswith("incorrectnumberoffiles"):
            has_none = form is not None and form.is_captured and form.file is None
            return _missing("file", form) if has_none else Refused(FormCause.FILES)
        case "FieldItemTooLong" | "MaxPOSTPreDataLengthExceeded" | "MaxPOSTPreDataLengthExceededError":
            return Refused(FormCause.TOO_LONG)
        case "InvalidPolicyDocument":
            return _bad_policy(lowered, error, policy, form)
        case "UserKeyMustBeSpecified":
            return _missing("key", form)
        case "SignatureDoesNotMatch" if form is not None:
            return Refused(FormCause.SIGNATURE)
        case "AccessDenied":
            return _denied(lowered, form, policy)
    return None if form is None else _of_form(code, lowered, error, form, policy)


def _of_form(code: str, message: str, error: ErrorDocument, form: PostForm, policy: Policy | None) -> Refused | None:
    """Judge codes that other requests meet as well."""
    match code:
        case "EntityTooLarge" | "EntityTooSmall":
            conditions = () if policy is None else policy.conditions
            ranges = [one for one in conditions if one.mode == RANGE]
            is_broken = any(one.outcome is not Outcome.HOLDS for one in ranges)
            return Refused(FormCause.LENGTH_RANGE, is_stated=is_broken) if ranges else None
        case "InvalidDigest":
            return Refused(FormCause.MD5)
        case "InvalidArgument" | "MissingArgument" | "InvalidRequest":
            return _argument(message, error, form)
    return None


def _argument(message: str, error: ErrorDocument, form: PostForm) -> Refused | None:
    """Find the field that OSS misses, or the part of the signature that it cannot use."""
    if "callback" in message:
        return None
    quoted = _find_field(message)
    argument = error.fields.get("ArgumentName")
    name = quoted[1] if quoted else "" if argument is None else argument.value.strip()
    if name.lower() in ("key", "file"):
        return _missing(name.lower(), form)
    if re.search(r"signing (?:region|date|product)", message) or "credential" in message:
        is_there = form.likely_field("x-oss-credential") is not None
        return Refused(FormCause.SIGNATURE) if is_there else _missing("x-oss-credential", form)
    signed = _signed_fields(form)
    for wanted in signed:
        plain = wanted.lower().removeprefix("oss").removeprefix("x-oss-")
        if name.lower() == wanted.lower() or plain in message.replace(" ", ""):
            return _missing(wanted, form)
    return None


def _signed_fields(form: PostForm) -> tuple[str, ...]:
    """Return the fields that the form's signature consists of, by the scheme that it shows."""
    names = {part.name.lower() for part in form.parts}
    return SIGNED_V4 if any(name.startswith(("x-oss-signature", "x-oss-credential")) for name in names) else SIGNED_V1


def _missing(name: str, form: PostForm | None) -> Refused:
    """Tell a field that is absent from one that stands behind the file, or under a name in another case."""
    if form is None:
        return Refused(FormCause.FIELD_MISSING, names=(name,))
    part = form.field(name) if name != "file" else form.file
    if part is None:
        if form.ignored_field(name) is not None:
            return Refused(FormCause.FILE_BEFORE_KEY if name == "key" else FormCause.FILE_NOT_LAST, names=(name,))
        other = form.likely_field(name)
        if other is not None:
            return Refused(FormCause.NAME_CASE, names=(name,))
    signed = _signed_fields(form)
    if name in signed:
        absent = tuple(one for one in signed if not _is_filled(form, one))
        return Refused(FormCause.FIELD_MISSING, names=absent or (name,))
    return Refused(FormCause.FIELD_MISSING, names=(name,))


def _is_filled(form: PostForm, name: str) -> bool:
    part = form.likely_field(name)
    return part is not None and (part.is_cut or bool(part.value.value.strip()))


def _malformed(form: PostForm | None) -> Refused:
    """Find what OSS means by a form that is not well-formed."""
    if form is None or any(fault.kind is not FormFaultKind.NESTED for fault in form.faults):
        return Refused(FormCause.MALFORMED)
    if form.file is None and (form.is_captured or form.is_closed):
        is_other_case = form.likely_field("file") is not None
        return Refused(FormCause.NAME_CASE if is_other_case else FormCause.FIELD_MISSING, names=("file",))
    if len(form.files) > 1:
        return Refused(FormCause.FILES)
    if form.faults:
        return Refused(FormCause.MALFORMED)
    if form.ignored:
        return Refused(FormCause.FILE_NOT_LAST, names=tuple(part.name for part in form.ignored))
    wrong_case = tuple(name for name in ("key", *_signed_fields(form)) if _is_other_case(form, name))
    if wrong_case:
        return Refused(FormCause.NAME_CASE, is_stated=False, names=wrong_case)
    return Refused(FormCause.MALFORMED)


def _is_other_case(form: PostForm, name: str) -> bool:
    return form.field(name) is None and form.likely_field(name) is not None


def _bad_policy(message: str, error: ErrorDocument, policy: Policy | None, form: PostForm | None) -> Refused:
    """Find the first level of the policy that is wrong: base64, JSON, conditions, expiration."""
    if policy is not None:
        fault = policy.base64_fault
        if fault is not None and not policy.document:
            return Refused(FormCause.POLICY_NOT_BASE64 if policy.json_fault is None else FormCause.POLICY_NOT_JSON)
        if policy.json_fault is not None:
            return Refused(FormCause.POLICY_NOT_JSON)
        if policy.expiration_fault and "expiration" in message:
            return Refused(FormCause.POLICY_EXPIRED)
        if policy.conditions_fault or any(one.fault for one in policy.conditions):
            return Refused(FormCause.POLICY_CONDITIONS)
        if policy.expiration_fault:
            return Refused(FormCause.POLICY_EXPIRED)
        if fault is not None:
            return Refused(FormCause.POLICY_NOT_BASE64, is_stated=False)
        if form is not None and unsigned_v4_fields(policy, form):
            return Refused(FormCause.POLICY_CONDITIONS, is_stated=False)
    for words, cause in (
        ("expiration", FormCause.POLICY_EXPIRED),
        ("condition", FormCause.POLICY_CONDITIONS),
        ("base64", FormCause.POLICY_NOT_BASE64),
        ("json", FormCause.POLICY_NOT_JSON),
    ):
        if words in message:
            return Refused(cause)
    cause = _EC_CAUSES.get("" if error.ec is None else error.ec.value.strip(), FormCause.POLICY_NOT_JSON)
    return Refused(cause, is_stated=False)


def _denied(message: str, form: PostForm | None, policy: Policy | None) -> Refused | None:
    if "policy expired" in message:
        return Refused(FormCause.POLICY_EXPIRED)
    if "invalid according to policy" in message:
        is_range = RANGE in message
        return Refused(FormCause.LENGTH_RANGE if is_range else FormCause.CONDITION_FAILED)
    if form is None:
        return None
    if "signaturedoesnotmatch" in message or "signature we calculated" in message:
        return Refused(FormCause.SIGNATURE)
    del policy
    if any(words in message for words in _ANONYMOUS):
        return _unsigned(form)
    return None


def _unsigned(form: PostForm) -> Refused | None:
    """Tell a form whose signature OSS did not see from one that is not signed at all."""
    signed = _signed_fields(form)
    if all(form.field(name) is not None for name in signed):
        return None
    behind = tuple(name for name in signed if form.field(name) is None and form.ignored_field(name) is not None)
    if behind:
        return Refused(FormCause.FILE_NOT_LAST, is_stated=False, names=behind)
    wrong = tuple(name for name in signed if _is_other_case(form, name))
    if wrong and len(wrong) == len(signed):
        return Refused(FormCause.NAME_CASE, is_stated=False, names=wrong)
    return None


def _unstated(
    ec: str, status: int, form: PostForm | None, policy: Policy | None, used_ns: int | None
) -> Refused | None:
    """Judge an answer without a document: by its EC, else by what the form breaks for certain."""
    cause = _EC_CAUSES.get(ec.strip())
    if cause is FormCause.MALFORMED:
        return _malformed(form)
    if cause is not None:
        absent = tuple(one for one in SIGNED_V1 if form is not None and not _is_filled(form, one))
        return Refused(cause, is_stated=False, names=absent if cause is FormCause.FIELD_MISSING else ())
    if form is None or policy is None or status not in (400, 403):
        return None
    is_over = policy.expires_ns is not None and used_ns is not None and policy.expires_ns < used_ns
    if is_over and status == 403:
        return Refused(FormCause.POLICY_EXPIRED, is_stated=False)
    broken = next((one for one in policy.conditions if one.outcome is Outcome.FAILS), None)
    if broken is None:
        return None
    is_range = broken.mode == RANGE
    return Refused(FormCause.LENGTH_RANGE if is_range else FormCause.CONDITION_FAILED, is_stated=False)


def stated_condition(error: ErrorDocument) -> Condition | None:
    """Return the condition that a message names; None if it names none."""
    message = "" if error.message is None else error.message.value
    extra = _find_extra(message)
    if extra is not None:
        reason = f"no condition of the policy speaks of the field {extra[1]}"
        return Condition(message[:200], "", extra[1], outcome=Outcome.FAILS, reason=reason)
    found = _find_condition(message)
    if found is None:
        return None
    text = found[1].replace("“", '"').replace("”", '"').replace("\\$", "$")
    try:
        item: Any = json.loads(text)
    except (ValueError, RecursionError):
        return Condition(found[1][:300], "")
    if isinstance(item, dict) and len(item) == 1:
        name, value = next(iter(item.items()))
        item = ["eq", f"${name}", value]
    if not isinstance(item, list) or not item or not isinstance(item[0], str):
        return Condition(found[1][:300], "")
    mode = item[0].lower()
    shown = condition_text(item)
    if mode == RANGE and len(item) == 3:
        return Condition(shown, RANGE, "", f"{item[1]} to {item[2]}")
    if len(item) != 3 or not isinstance(item[1], str):
        return Condition(shown, mode)
    asked: Any = item[2]
    values: tuple[str, ...] = ()
    if isinstance(asked, list):
        values = tuple(one for one in asked if isinstance(one, str))
        asked = ", ".join(repr(one) for one in asked)
    wanted = asked if isinstance(asked, str) else str(asked)[:300]
    return Condition(shown, mode, item[1].removeprefix("$"), wanted, values)
