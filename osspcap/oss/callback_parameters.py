"""What an upload asks OSS to call when it is done: callback parameters of all three carriers, decoded and checked.

In: an upload (PutObject, PostObject, CompleteMultipartUpload or whatever else carries the parameters). Out: a
`CallbackRequest`. Whether a fault matters is the rules' business: OSS looks at the parameters first and refuses the
upload, or stores it and tells by 203 what became of the callback.

Source: OSS API reference, Callback; EC 0007-00000002, -3, -4, -11, -26, -27. Cost: some ten microseconds for an upload
with parameters, nothing for others.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from osspcap.model.callback import CallbackFault, CallbackParameter, CallbackRequest, Carrier, FaultKind
from osspcap.model.exchange import Exchange
from osspcap.model.form import PostForm
from osspcap.model.message import Message
from osspcap.model.operation import Role
from osspcap.oss.callback_encoding import read_parameter, type_name
from osspcap.oss.callback_template import FORM_TYPE, JSON_TYPE, template_faults
from osspcap.oss.callback_url import split_urls
from osspcap.oss.facts import Context
from osspcap.oss.limits import MAX_CALLBACK_PARAMETER_BYTES, MAX_CALLBACK_VARIABLE_BYTES
from osspcap.oss.signing.request import from_message

UPLOADS = frozenset({"PutObject", "PostObject", "CompleteMultipartUpload"})
"""Operations that OSS calls back for."""
VARIABLE_PREFIX = "x:"
MAX_VARIABLES = 200
"""Variables looked at; 5 KB hold fewer."""

_HEADERS = {"x-oss-callback": True, "x-oss-callback-var": False}
_QUERY = {b"callback": True, b"callback-var": False}


def gather_callback_request(exchange: Exchange, _context: Context) -> CallbackRequest | None:
    """Read the callback parameters of an upload; None if it has none."""
    request, operation = exchange.request, exchange.operation
    if request is None or operation is None or operation.role is not Role.OSS or request.method not in {"PUT", "POST"}:
        return None
    # Errors and unanswered uploads come here without a look at their names.
    head = request.raw_head.lower()
    is_carried = b"\nx-oss-callback" in head or b"callback" in head.partition(b"\n")[0]
    form = exchange.facts.get(PostForm)
    if not is_carried and form is None:
        return None
    found = list(_carried(request)) if is_carried else []
    variables = [parameter for is_main, parameter in found if not is_main]
    form_variables: list[CallbackParameter] = []
    if form is not None:
        main, form_variables = _carried_by_form(form)
        found += [(True, parameter) for parameter in main]
    parameters = [parameter for is_main, parameter in found if is_main]
    if not parameters and not variables:
        return None
    names = _variable_names(variables, form, form_variables)
    return _judged(parameters, variables, form_variables, names)


def _judged(
    parameters: list[CallbackParameter],
    variables: list[CallbackParameter],
    form_variables: list[CallbackParameter],
    names: frozenset[str] | None,
) -> CallbackRequest:
    """Check the first parameter: a second one is a fault of its own kind."""
    main = parameters[0] if parameters else None
    members: Mapping[str, Any] = {} if main is None else main.members
    url = members.get("callbackUrl")
    targets, url_faults = split_urls(url) if isinstance(url, str) else ((), ())
    if main is not None and main.fault is None and url is None:
        url_faults = ("callbackUrl is missing",)
    body, body_type = members.get("callbackBody"), members.get("callbackBodyType", "")
    body_faults: tuple[CallbackFault, ...] = ()
    if isinstance(body, str) and body and isinstance(body_type, str):
        body_faults = template_faults(body, body_type, names)
    return CallbackRequest(
        parameters=tuple(parameters),
        variables=(*variables, *form_variables),
        config_faults=() if main is None else tuple(_config_faults(main)),
        variable_faults=tuple(fault for variable in variables for fault in _variable_faults(variable))
        + tuple(_form_variable_faults(form_variables)),
        body_faults=body_faults,
        targets=targets,
        url_faults=url_faults,
        has_sni=members.get("callbackSNI") in (True, "true"),
    )


def _carried(request: Message) -> Iterator[tuple[bool, CallbackParameter]]:
    """Yield what headers and query carry, and whether it is `callback` (else `callback-var`)."""
    fields = request.fields()
    for name, is_main in _HEADERS.items():
        for line in fields.all(name)[:2]:
            yield is_main, read_parameter(Carrier.HEADER, request.seen(line))
    if "?" in request.target:
        split = from_message(request, fields)
        for raw_name, is_main in _QUERY.items():
            for pair in split.find_query(raw_name)[:1]:
                yield is_main, read_parameter(Carrier.QUERY, split.seen_query(pair))


def _carried_by_form(form: PostForm) -> tuple[list[CallbackParameter], list[CallbackParameter]]:
    """Return the form's `callback` and its variables, one field each."""
    main: list[CallbackParameter] = []
    variables: list[CallbackParameter] = []
    for name, origin in form.values.items():
        if name.lower() == "callback":
            main.append(read_parameter(Carrier.FORM, origin))
        elif name.lower().startswith(VARIABLE_PREFIX) and len(variables) < MAX_VARIABLES:
            variables.append(CallbackParameter(Carrier.FORM, origin, None, {name: origin.value}))
    return main, variables


def _variable_names(
    variables: list[CallbackParameter], form: PostForm | None, form_variables: list[CallbackParameter]
) -> frozenset[str] | None:
    """Return the names of all variables; None if some may be hidden by a fault or behind the captured part."""
    if any(variable.fault is not None for variable in variables):
        return None
    if form is not None and form.file is None:
        return None
    return frozenset(name for variable in (*variables, *form_variables) for name in variable.members)


def _config_faults(parameter: CallbackParameter) -> Iterator[CallbackFault]:
    if parameter.fault is not None:
        yield parameter.fault
    size = len(parameter.origin.value.encode("utf-8", "replace"))
    if size > MAX_CALLBACK_PARAMETER_BYTES:
        yield _member_fault(f"it has {size} bytes, and OSS takes {MAX_CALLBACK_PARAMETER_BYTES}", FaultKind.TOO_LONG)
    if parameter.fault is not None and not parameter.members:
        return
    yield from _member_faults(parameter.members)


def _member_faults(members: Mapping[str, Any]) -> Iterator[CallbackFault]:
    for name, is_needed in (
        ("callbackUrl", True),
        ("callbackBody", True),
        ("callbackHost", False),
        ("callbackBodyType", False),
    ):
        value = members.get(name)
        if name not in members:
            if is_needed:
                near = next((other for other in members if other.lower() == name.lower()), "")
                hint = f" (its name is written {near})" if near else ""
                yield _member_fault(f"{name} is missing{hint}")
        elif not isinstance(value, str):
            yield _member_fault(f"{name} is a JSON {type_name(value)} and must be a string")
        elif not value and is_needed:
            yield _member_fault(f"{name} is empty")
    body_type = members.get("callbackBodyType")
    if isinstance(body_type, str) and body_type.partition(";")[0].strip().lower() not in {JSON_TYPE, FORM_TYPE, ""}:
        yield _member_fault(f"callbackBodyType is {body_type[:60]!r}, and OSS knows {FORM_TYPE} and {JSON_TYPE}")
    url = members.get("callbackUrl")
    if isinstance(url, str):
        targets, _ = split_urls(url)
        yield from (
            _member_fault(f"{target.shown} is {target.fault}")
            for target in targets
            if target.fault.startswith("a URL ")
        )
    extra = members.get("additionalHeaders")
    if extra is not None and not isinstance(extra, dict):
        yield _member_fault("additionalHeaders is no JSON object")
    elif isinstance(extra, dict) and any(name.lower().startswith("x-oss-") for name in extra):
        yield _member_fault("additionalHeaders names a header that begins with x-oss-")


def _variable_faults(parameter: CallbackParameter) -> Iterator[CallbackFault]:
    if parameter.fault is not None:
        yield parameter.fault
    size = len(parameter.origin.value.encode("utf-8", "replace"))
    if size > MAX_CALLBACK_PARAMETER_BYTES:
        yield _member_fault(f"they have {size} bytes, and OSS takes {MAX_CALLBACK_PARAMETER_BYTES}", FaultKind.TOO_LONG)
    texts = (text for pair in parameter.members.items() for text in pair if isinstance(text, str))
    total = sum(len(text.encode("utf-8", "replace")) for text in texts)
    if total > MAX_CALLBACK_VARIABLE_BYTES:
        reason = f"they have {total} bytes together, and OSS recommends {MAX_CALLBACK_VARIABLE_BYTES} at most"
        yield _member_fault(reason, FaultKind.TOO_LONG)
    for name, value in list(parameter.members.items())[:MAX_VARIABLES]:
        yield from _name_faults(name)
        if not isinstance(value, str):
            yield _member_fault(f"the value of {name[:60]} is a JSON {type_name(value)} and must be a string")


def _form_variable_faults(variables: list[CallbackParameter]) -> Iterator[CallbackFault]:
    for variable in variables:
        for name in variable.members:
            yield from _name_faults(name)


def _name_faults(name: str) -> Iterator[CallbackFault]:
    shown = name[:60]
    if not name.startswith(VARIABLE_PREFIX):
        yield _member_fault(f"the name {shown!r} does not begin with {VARIABLE_PREFIX}")
    elif name != name.lower():
        yield _member_fault(f"the name {shown!r} has upper-case letters, and OSS takes lower case only")


def _member_fault(reason: str, kind: FaultKind = FaultKind.MEMBER) -> CallbackFault:
    return CallbackFault(kind, reason)
