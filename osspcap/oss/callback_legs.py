"""Callbacks that failed, each told once: the upload's answer and the application's reply joined by the request ID.

In: all exchanges with their own facts. Out: `Callbacks`. What the application's leg shows is the proof, and what OSS
tells the client is the consequence; a case has both where the capture has both.
O(exchanges), and only where callbacks are.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from osspcap.model.callback import (
    CallbackCase,
    CallbackCause,
    CallbackReply,
    CallbackRequest,
    Callbacks,
    CallbackStatement,
)
from osspcap.model.exchange import Exchange
from osspcap.model.facts import NO_FACTS
from osspcap.model.operation import Role
from osspcap.oss.facts import Context

MAX_CASES = 1_000
"""More failed callbacks than anyone reads, few enough for a hostile capture."""
FAILURES = frozenset(
    {
        CallbackCause.NOT_JSON,
        CallbackCause.STATUS,
        CallbackCause.TIMEOUT,
        CallbackCause.UNREACHABLE,
        CallbackCause.LENGTH,
        CallbackCause.UNSTATED,
    }
)
"""Causes that lie in the call; the others lie in the upload's parameters."""


def gather_callbacks(exchanges: Sequence[Exchange], _context: Context) -> Callbacks | None:
    """Join the legs of all failed callbacks; None if the capture holds nothing about callbacks."""
    replies: list[tuple[Exchange, CallbackReply]] = []
    statements: list[tuple[Exchange, CallbackStatement]] = []
    uploads: list[int] = []
    for exchange in exchanges:
        if exchange.facts is NO_FACTS:
            continue
        reply = exchange.facts.get(CallbackReply)
        if reply is not None:
            replies.append((exchange, reply))
        statement = exchange.facts.get(CallbackStatement)
        if statement is not None and statement.cause in FAILURES:
            statements.append((exchange, statement))
        if statement is not None or exchange.facts.get(CallbackRequest) is not None:
            uploads.append(exchange.id)
    if not uploads and not replies:
        return None
    cases: Iterable[CallbackCase] = ()
    if statements or any(reply.faults for _, reply in replies):
        cases = islice(_cases(exchanges, replies, statements), MAX_CASES)
    open_replies = (exchange.id for exchange, reply in replies if reply.open_question)
    return Callbacks(tuple(cases), tuple(uploads), tuple(open_replies))


def _cases(
    exchanges: Sequence[Exchange],
    replies: list[tuple[Exchange, CallbackReply]],
    statements: list[tuple[Exchange, CallbackStatement]],
) -> Iterator[CallbackCase]:
    called = {_request_id(exchange) for exchange, _ in replies} - {""}
    uploads = _uploads(exchanges, called) if called else {}
    explained: set[str] = set()
    for exchange, reply in replies:
        request_id = _request_id(exchange)
        upload = uploads.get(request_id)
        is_accepted = upload is not None and upload.status == 200
        for fault in reply.faults:
            explained.add(request_id)
            yield CallbackCase(fault.cause, None if upload is None else upload.id, exchange.id, fault, is_accepted)
    answered = {_request_id(exchange): exchange.id for exchange, _ in replies}
    for exchange, statement in statements:
        request_id = _request_id(exchange)
        if not request_id or request_id not in explained:
            yield CallbackCase(statement.cause, exchange.id, answered.get(request_id) if request_id else None)


def _uploads(exchanges: Sequence[Exchange], wanted: set[str]) -> dict[str, Exchange]:
    """Return the uploads that were called back for, by request ID; of two legs of one upload the first."""
    found: dict[str, Exchange] = {}
    for exchange in exchanges:
        operation = exchange.operation
        if operation is not None and operation.role is Role.OSS and operation.request_id is not None:
            request_id = operation.request_id.value
            if request_id in wanted:
                found.setdefault(request_id, exchange)
    return found


def _request_id(exchange: Exchange) -> str:
    operation = exchange.operation
    return "" if operation is None or operation.request_id is None else operation.request_id.value
