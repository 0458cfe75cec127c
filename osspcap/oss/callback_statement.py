"""What OSS tells the client about its callback: why it refused the parameters, or why the callback failed.

In: the answer to an upload. Out: a `CallbackStatement`. The error code and the message decide; the EC number helps out
where the message was not captured. The messages are matched by their telling words, because their punctuation,
capitals and even spelling differ between releases ("Error status : -1.call 10.0.0.1:80 reply timeout",
"Error Status : 400.User server return invalid conent-length value.").

Source: OSS error catalogue, CallbackFailed and InvalidArgument; OSS user guide 2019 (D) and 2022 (E), chapter 5.
"""

import re

from osspcap.model.callback import CallbackCause, CallbackStatement
from osspcap.model.exchange import Exchange
from osspcap.model.operation import ErrorDocument, Operation, Role
from osspcap.model.pattern import pattern
from osspcap.oss.facts import Context

CALLBACK_FAILED = "CallbackFailed"
CALLBACK_FAILED_STATUS = 203

_STATUS = pattern(r"error\s+status\s*[:：]\s*(-?\d{1,3})", re.IGNORECASE)
_LENGTH = pattern(r"con(?:t)?ent[- ]length", re.IGNORECASE)
_TIMEOUT = pattern(r"time[d ]*out|cost too long|超时", re.IGNORECASE)
_NOT_JSON = pattern(r"json", re.IGNORECASE)
_UNREACHABLE = pattern(r"can\s?no?t connect|refused|reset by|unreachable|no route|无法连接|连接失败", re.IGNORECASE)
_ADDRESS = pattern(r"private address|can\s?not get ip|number of callback url", re.IGNORECASE)
_BOTH = pattern(r"not both|both .{0,80}specified", re.IGNORECASE)
_VARIABLES = pattern(r"callback[ -]var", re.IGNORECASE)

_BY_EC = {
    "0007-00000002": CallbackCause.CONFIG,
    "0007-00000003": CallbackCause.CONFIG,
    "0007-00000004": CallbackCause.CONFIG,
    "0007-00000011": CallbackCause.CONFIG,
    "0007-00000027": CallbackCause.BOTH_CARRIERS,
    "0007-00000202": CallbackCause.TIMEOUT,
    "0007-00000203": CallbackCause.STATUS,
    "0007-00000205": CallbackCause.NOT_JSON,
}


def gather_callback_statement(exchange: Exchange, _context: Context) -> CallbackStatement | None:
    """Read what an error answer says about the callback; None if it is about something else."""
    operation, status = exchange.operation, exchange.status
    if operation is None or operation.role is not Role.OSS or status is None:
        return None
    error = operation.error
    if error is not None and error.code.value == CALLBACK_FAILED:
        return failed(_message(error), _ec(operation))
    if status == CALLBACK_FAILED_STATUS and error is None:
        # Nothing but a failed callback makes OSS answer 203; anything else that does is no OSS.
        return failed("", _ec(operation)) if operation.answered_by_oss else None
    if error is not None and 400 <= status < 500:
        return _refused(error, operation)
    return None


def failed(message: str, ec: str) -> CallbackStatement:
    """Tell why a callback failed from the message of CallbackFailed."""
    quoted = _STATUS.search(message)
    status = int(quoted[1]) if quoted else None
    if _LENGTH.search(message):
        return CallbackStatement(CallbackCause.LENGTH, status)
    if _TIMEOUT.search(message):
        return CallbackStatement(CallbackCause.TIMEOUT, status)
    if _ADDRESS.search(message):
        return CallbackStatement(CallbackCause.ADDRESS, status)
    if _UNREACHABLE.search(message) or (status is not None and status < 0):
        return CallbackStatement(CallbackCause.UNREACHABLE, status)
    if _NOT_JSON.search(message):
        return CallbackStatement(CallbackCause.NOT_JSON, status)
    if status is not None:
        return CallbackStatement(CallbackCause.STATUS, status)
    if message:
        return CallbackStatement(_BY_EC.get(ec, CallbackCause.OTHER))
    return CallbackStatement(_BY_EC.get(ec, CallbackCause.UNSTATED))


def _refused(error: ErrorDocument, operation: Operation) -> CallbackStatement | None:
    """Tell what OSS refuses about the parameters; None if the refusal is about something else."""
    message = _message(error)
    argument = error.fields.get("ArgumentName")
    name = "" if argument is None else argument.value.strip().lower().removeprefix("x-oss-")
    ec = _ec(operation)
    is_about_callback = "callback" in message.lower() or name in {"callback", "callback-var"} or ec in _BY_EC
    if not is_about_callback or error.code.value not in {"InvalidArgument", "InvalidRequest", "BadRequest"}:
        return None
    if _BOTH.search(message):
        return CallbackStatement(CallbackCause.BOTH_CARRIERS)
    if _ADDRESS.search(message):
        return CallbackStatement(CallbackCause.ADDRESS)
    if _VARIABLES.search(message) or name == "callback-var":
        return CallbackStatement(CallbackCause.VARIABLES)
    return CallbackStatement(_BY_EC.get(ec, CallbackCause.CONFIG))


def _message(error: ErrorDocument) -> str:
    return "" if error.message is None else " ".join(error.message.value.split())


def _ec(operation: Operation) -> str:
    error = operation.error
    if error is not None and error.ec is not None:
        return error.ec.value.strip()
    return (operation.ec or "").strip()
