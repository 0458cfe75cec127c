"""How an application answered OSS's callback, judged as OSS judges it.

In: a callback (role CALLBACK) with its answer. Out: a `CallbackReply`. OSS wants: 200, within 5 seconds, with a
Content-Length of at most 1 MiB, and a body that is JSON without a byte order mark; XML passes where Content-Type says
application/xml. Redirects are not followed.

Source: OSS API reference, Callback; OSS user guide 2019 (D) and 2022 (E), chapter 5. O(length of the reply), bounded by
the HTTP stage to 1 MiB.
"""

from collections.abc import Iterator

from osspcap.model.anomaly import AnomalyName
from osspcap.model.callback import CallbackCause, CallbackFault, CallbackReply, FaultKind, ReplyFault
from osspcap.model.exchange import Exchange
from osspcap.model.message import Fields, Framing, Message
from osspcap.model.operation import Role
from osspcap.model.stream import Connection, GapCause
from osspcap.oss.facts import Context
from osspcap.oss.json_fault import RAW_BYTES, find_json_fault
from osspcap.oss.limits import CALLBACK_TIMEOUT_NS, MAX_CALLBACK_RESPONSE_BYTES
from osspcap.oss.target import split_target
from osspcap.units import format_bytes, format_duration

MAX_SHOWN_CHARS = 120
"""Of host, port and path together."""
GAVE_UP_NS = CALLBACK_TIMEOUT_NS * 9 // 10
"""OSS closing the connection after this long without an answer gave up: its timer also covers the connect."""


def gather_callback_reply(exchange: Exchange, context: Context) -> CallbackReply | None:
    """Judge the answer to a callback; None if the exchange is none or its request is missing."""
    request, operation, response = exchange.request, exchange.operation, exchange.response
    if request is None or operation is None or operation.role is not Role.CALLBACK:
        return None
    target = target_of(request)
    if response is None:
        return _unanswered(exchange, request, target, context)
    elapsed_ns = max(0, response.ts_ns - request.end_ns)
    finished_ns = max(0, response.end_ns - request.end_ns)
    faults: list[ReplyFault] = []
    if elapsed_ns > CALLBACK_TIMEOUT_NS:
        faults.append(
            ReplyFault(CallbackCause.TIMEOUT, f"the answer begins {format_duration(elapsed_ns)} after the request")
        )
    elif finished_ns > CALLBACK_TIMEOUT_NS:
        faults.append(
            ReplyFault(CallbackCause.TIMEOUT, f"the answer ends {format_duration(finished_ns)} after the request")
        )
    fields = response.fields()
    if response.status != 200:
        reason = f"the application answers {response.status} {response.reason}".rstrip()
        faults.append(ReplyFault(CallbackCause.STATUS, reason))
        return CallbackReply(target, tuple(faults), elapsed_ns)
    faults += _length_faults(response)
    fault, question = _body_fault(exchange, response, fields)
    if fault is not None:
        faults.append(ReplyFault(CallbackCause.NOT_JSON, fault.reason, fault))
    unusual = "" if faults or question else _content_type_fault(fields, response)
    return CallbackReply(target, tuple(faults), elapsed_ns, unusual, question)


def target_of(request: Message) -> str:
    """Return host, port and path of a callback, without its query."""
    path = split_target(request.target, request.method).path
    shown = request.fields().get("host") + path
    return shown if len(shown) <= MAX_SHOWN_CHARS else shown[:MAX_SHOWN_CHARS] + "..."


def _length_faults(response: Message) -> Iterator[ReplyFault]:
    body = response.body
    if body.framing is Framing.CHUNKED:
        reason = "the answer is chunked and has no Content-Length"
        yield ReplyFault(CallbackCause.LENGTH, reason, is_certain=False)
    elif body.framing is Framing.UNTIL_CLOSE:
        yield ReplyFault(CallbackCause.LENGTH, "the answer has no Content-Length", is_certain=False)
    size = body.captured if body.announced is None else body.announced
    if size > MAX_CALLBACK_RESPONSE_BYTES:
        reason = f"the answer has {format_bytes(size)}, and OSS takes {format_bytes(MAX_CALLBACK_RESPONSE_BYTES)}"
        yield ReplyFault(CallbackCause.LENGTH, reason)
    elif body.announced is not None and any(hole.cause is GapCause.ABORTED for hole in body.holes):
        reason = f"Content-Length announces {body.announced} bytes, but only {body.captured} were sent"
        yield ReplyFault(CallbackCause.LENGTH, reason)


def _body_fault(exchange: Exchange, response: Message, fields: Fields) -> tuple[CallbackFault | None, str]:
    """Return why the body is not JSON, or why that cannot be told."""
    body = response.body
    if body.framing is Framing.NONE or (body.announced == 0 and not body.captured):
        return CallbackFault(FaultKind.EMPTY, "it is empty", 0), ""
    if not body.complete or len(body.window) < body.captured:
        return None, f"the application's answer was not captured whole ({body.reason or 'longer than what is kept'})"
    raw = body.window
    media_type = fields.get("content-type").partition(";")[0].strip().lower()
    if media_type.endswith("xml") and raw.lstrip().removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        return None, ""
    coding = fields.get("content-encoding").strip().lower()
    if coding not in {"", "identity"}:
        reason = f"it is compressed (Content-Encoding: {coding[:20]}), and OSS did not ask for that"
        return CallbackFault(FaultKind.COMPRESSED, reason, 0, "", raw[:RAW_BYTES]), ""
    fault = find_json_fault(raw)
    if fault is not None and fault.kind is FaultKind.CUT and _has_excess(exchange, response):
        reason = f"Content-Length: {body.announced} cuts it off: more bytes follow"
        fault = CallbackFault(fault.kind, reason, body.announced, fault.near, fault.raw)
    return fault, ""


def _has_excess(exchange: Exchange, response: Message) -> bool:
    anomalies = (*response.anomalies, *exchange.anomalies)
    return any(anomaly.name is AnomalyName.EXCESS_RESPONSE_BYTES for anomaly in anomalies)


def _content_type_fault(fields: Fields, response: Message) -> str:
    """Return what is unusual about the type of a body that is right."""
    line = fields.first("content-type")
    if line is None:
        return "the answer has no Content-Type"
    media_type = line.value.partition(";")[0].strip().lower()
    is_json = media_type == "application/json" or media_type.endswith("+json")
    is_xml = media_type.endswith("xml") and response.body.window.lstrip()[:1] == b"<"
    return "" if is_json or is_xml else f"the answer is JSON, but its Content-Type is {line.value[:60] or 'empty'}"


def _unanswered(exchange: Exchange, request: Message, target: str, context: Context) -> CallbackReply:
    """Tell from the connection why no answer came."""
    number = int(exchange.stream)
    connection = context.connections[number] if number < len(context.connections) else None
    if connection is None or not request.body.complete:
        return CallbackReply(target, open_question="no answer to the callback was captured")
    cause, reason = _why_unanswered(connection, request)
    if cause is None:
        return CallbackReply(target, open_question=reason)
    return CallbackReply(target, (ReplyFault(cause, reason),))


def _why_unanswered(connection: Connection, request: Message) -> tuple[CallbackCause | None, str]:
    server, client = connection.from_server, connection.from_client
    if server.bytes_missing:
        return None, "the application's answer is missing from the capture"
    given_up_ns = client.fin_ns
    if client.resets and (given_up_ns is None or client.resets[0].ts_ns < given_up_ns):
        given_up_ns = client.resets[0].ts_ns
    ended = [reset.ts_ns for reset in server.resets] + ([] if server.fin_ns is None else [server.fin_ns])
    first_ns = min(ended, default=None)
    if given_up_ns is not None and (first_ns is None or given_up_ns <= first_ns):
        waited_ns = given_up_ns - request.end_ns
        if waited_ns >= GAVE_UP_NS:
            return CallbackCause.TIMEOUT, f"OSS gave up after {format_duration(waited_ns)} without an answer"
        return None, f"OSS closed the connection {format_duration(max(0, waited_ns))} after its request"
    if first_ns is not None:
        act = "reset" if server.resets and first_ns == server.resets[0].ts_ns else "closed"
        after = format_duration(max(0, first_ns - request.end_ns))
        return (
            CallbackCause.UNREACHABLE,
            f"the application {act} the connection {after} after the request, without an answer",
        )
    waited_ns = connection.last_ns - request.end_ns
    if waited_ns >= CALLBACK_TIMEOUT_NS:
        return CallbackCause.TIMEOUT, f"no answer came within {format_duration(waited_ns)}"
    return None, "the capture ends before the application answered"
