"""REQ010 server-error: OSS failed on its own side."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Severity, Verdict
from osspcap.model.operation import Role
from osspcap.rules.base import ExchangeRule
from osspcap.rules.retries import retried, retry_evidence
from osspcap.rules.wording import request_id_note, request_name, shortened

NOT_IMPLEMENTED_STATUS = 501
"""The request asks for what OSS does not offer: the client's fault, not the server's (RFC 9110 section 15.6.2)."""


class ServerError(ExchangeRule):
    """OSS failed on its own side.

    ## What it finds
    Answers of OSS with a 5xx status.

    ## Why it matters
    The request was in order as far as can be told, and the same request may succeed a moment later. A program
    without retries passes a passing fault on to its users.

    ## How it decides
    The status is 500 or above, except 501, and the answer is OSS's own: it carries a request ID or an error
    document. Later requests with the same method, object and parameters tell whether a retry succeeded. A rule that
    knows the error code better (rate limits, callbacks) takes its place.

    ## False alarms
    None as to the answer; if a retry succeeded, nothing is left to repair.
    """

    code = "REQ010"
    name = "server-error"
    severity = Severity.WARNING
    is_generic = True
    supersedes = ("REQ016",)
    on_roles = (Role.OSS, Role.PREFLIGHT, Role.STS)
    fix = (
        "Let the program retry 5xx answers a few times, with a growing pause; the SDKs have a setting for it.",
        "If it goes on, open a ticket with the request ID, the time and the endpoint.",
    )
    sources = ("OSS error catalogue: InternalError, ServiceUnavailable", "RFC 9110 section 15.6")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for a 5xx answer of OSS; equal errors become one."""
        status, operation = exchange.status, exchange.operation
        if status is None or status < 500 or status == NOT_IMPLEMENTED_STATUS:
            return
        if operation is None or not operation.answered_by_oss:
            return
        code = "" if operation.error is None else operation.error.code.value
        answer = f"{status} {shortened(code)}".strip()
        note, success = retried(exchange)
        explanation = ""
        fix: tuple[str, ...] | None = None
        if success is not None:
            explanation = "A retry got through, so nothing is lost; what remains is the delay."
            fix = ("Nothing is to be done unless this happens often; then open a ticket with the request ID.",)
        yield self.finding(
            f"OSS could not serve {request_name(exchange)}: it answers {answer}{request_id_note(exchange)}; {note}",
            *self.error_evidence(exchange),
            *retry_evidence(success),
            explanation=explanation,
            exchanges=(exchange,),
            fix=fix,
            cause=f"{answer} {'overcome' if success is not None else ''}",
        )
