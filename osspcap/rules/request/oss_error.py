"""REQ016 oss-error: OSS refused a request, and no more specific rule knows why."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Finding, Severity, Verdict
from osspcap.model.operation import CatalogueEntry, Operation, Role
from osspcap.oss.catalogue import lookup
from osspcap.oss.ec_codes import explain_ec
from osspcap.rules.base import ExchangeRule
from osspcap.rules.retries import retried, retry_evidence
from osspcap.rules.wording import request_id_note, request_name, shortened


class OssError(ExchangeRule):
    """OSS refused a request, and no more specific rule knows why.

    ## What it finds
    Answers of OSS (or of its token service) that state an error, and answers with an error status that state none.

    ## Why it matters
    The request failed. The code that OSS states says which of its checks the request did not pass.

    ## How it decides
    The code comes from the error document, for HEAD from the header x-oss-err, and is explained from the catalogue
    of OSS's error codes. The EC code refines the explanation where it is known. An answer without a code is
    explained by its status alone, and the finding says so. Where the capture shows that the same request got through
    a moment later (timeouts, rate limits), it is a warning. The finding gives way to any rule that explains the error
    more precisely.

    ## False alarms
    Requests that a program sends to see whether they fail.
    """

    code = "REQ016"
    name = "oss-error"
    severity = Severity.ERROR
    is_generic = True
    on_roles = (Role.OSS, Role.PREFLIGHT, Role.STS)
    fix = (
        "Look up the error code and the EC code in OSS's documentation of errors.",
        "If its cause stays unclear, open a ticket with the request ID, the time and the endpoint.",
    )
    sources = ("OSS error catalogue",)

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for every error answer of OSS; equal errors become one."""
        operation, status = exchange.operation, exchange.status
        if operation is None or status is None:
            return
        if operation.error is not None:
            yield self._stated(exchange, operation, operation.error.code.value)
        elif operation.answered_by_oss and status >= 400:
            yield self._unstated(exchange, operation, status)

    def _stated(self, exchange: Exchange, operation: Operation, code: str) -> Finding:
        """Explain an error that OSS states."""
        error = operation.error
        entry = lookup(code)
        _, success = retried(exchange)
        message = "" if error is None or error.message is None else error.message.value
        ec = _ec(operation)
        return self.finding(
            f"{request_name(exchange)} failed: OSS answers {exchange.status} {shortened(code)}"
            f"{f', {shortened(message)}' if message else ''}{request_id_note(exchange)}{_overcome(success)}",
            *self.error_evidence(exchange),
            *retry_evidence(success),
            explanation=_explanation(code, entry, ec),
            exchanges=(exchange,),
            severity=None if success is None else Severity.WARNING,
            fix=entry.fix if entry is not None and entry.fix else None,
            cause=f"{code} {ec or message}{_overcome(success)[:1]}",
        )

    def _unstated(self, exchange: Exchange, operation: Operation, status: int) -> Finding:
        """Tell what a status alone can tell."""
        response, request = exchange.response, exchange.request
        is_head = request is not None and request.method == "HEAD"
        if is_head:
            why = "an answer to HEAD has no body, and the header x-oss-err that could state the error is not there"
        elif response is not None and not response.body.complete:
            why = "the error document is not in the capture"
        else:
            why = "the answer holds no error document"
        explanation = f"The status says: {_meaning_of_status(status)}. No error code is known, because {why}."
        ec = _ec(operation)
        if ec:
            explanation += f" {_ec_sentence(ec)}"
        fix = ("Send the same request with GET instead of HEAD: the error document then says why.",) if is_head else ()
        return self.finding(
            f"{request_name(exchange)} failed: OSS answers {status} without an error code{request_id_note(exchange)}",
            *self.error_evidence(exchange),
            explanation=explanation,
            exchanges=(exchange,),
            confidence=Confidence.LIKELY,
            fix=(*fix, *self.fix[1:]),
            cause=f"{status} {ec}",
        )


def _overcome(success: Exchange | None) -> str:
    """Say that a retry succeeded, to end a sentence; empty without one."""
    if success is None or success.response is None:
        return ""
    return f"; a retry succeeded in frame {success.response.frame}"


def _ec(operation: Operation) -> str:
    error = operation.error
    if error is not None and error.ec is not None:
        return error.ec.value
    return operation.ec or ""


def _explanation(code: str, entry: CatalogueEntry | None, ec: str) -> str:
    if entry is None:
        parts = [f"{shortened(code)} is not in the catalogue of OSS's error codes; the message is all there is."]
    else:
        parts = [entry.meaning]
        if entry.causes:
            parts.append(f"Likely causes: {'; '.join(cause.rstrip('.') for cause in entry.causes)}.")
    if ec:
        parts.append(_ec_sentence(ec))
    return " ".join(part for part in parts if part)


def _ec_sentence(ec: str) -> str:
    known = explain_ec(ec)
    return f"EC {shortened(ec, 40)}: {'not known here' if known is None else known.meaning.rstrip('.')}."


def _meaning_of_status(status: int) -> str:
    """Return what a status without an error code means in an answer of OSS."""
    match status:
        case 400:
            return "the request is malformed or has an invalid argument"
        case 403:
            return "access was refused (permissions, signature, clock, Referer or CORS rules)"
        case 404:
            return "the bucket, the object or the configuration asked for does not exist"
        case 405:
            return "the method is not allowed on this resource"
        case 409:
            return "the request conflicts with the state of the bucket or object"
        case 411:
            return "the length of the body is missing"
        case 412:
            return "a condition (If-Match, If-None-Match, If-Modified-Since) was not met"
        case 416:
            return "the range asked for lies outside the object"
        case 429 | 503:
            return "OSS is busy or limits the rate of requests"
        case _ if status >= 500:
            return "OSS failed on its own side"
        case _:
            return "the request cannot be served as sent"
