"""CBK005 callback-config-not-json: the callback parameter is not base64 of a JSON object that OSS takes."""

from collections.abc import Iterator

from osspcap.model.callback import (
    CallbackCause,
    CallbackFault,
    CallbackRequest,
    Callbacks,
    CallbackStatement,
    FaultKind,
)
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Finding, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.oss.callback_parameters import UPLOADS
from osspcap.rules.base import CaptureRule
from osspcap.rules.callback._legs import SOURCES, error_evidence, evidence_of, fault_evidence, placed, uploads_of
from osspcap.rules.wording import request_id_note, request_name

_BASE64 = 'Encode the JSON with standard base64, once: `printf %s "$JSON" | base64 -w0`.'
_EXAMPLE = '`"callbackBody":"{\\"bucket\\":${bucket}}"`'
_FIX = {
    FaultKind.UNESCAPED_QUOTE: f"Escape the quotes inside callbackBody, {_EXAMPLE}, or let a library make the JSON.",
    FaultKind.PLACEHOLDER: f"Make callbackBody one string with escaped quotes, {_EXAMPLE}.",
    FaultKind.PLAIN_JSON: _BASE64,
    FaultKind.NOT_BASE64: _BASE64,
    FaultKind.UNPADDED: "Keep the padding (=) at the end of the base64.",
    FaultKind.URL_SAFE_BASE64: "Use the standard base64 alphabet (+ and /) instead of the URL-safe one (- and _).",
    FaultKind.PERCENT_ENCODED: "Percent-encode the base64 in a query once, and in a header or form field not at all.",
    FaultKind.DOUBLE_BASE64: "Encode once: several SDKs (PHP, Java, JavaScript) do it themselves and want plain JSON.",
    FaultKind.UTF16: "Turn the JSON into UTF-8 bytes before base64 (.NET: Encoding.UTF8 instead of Encoding.Unicode).",
    FaultKind.BOM: "Turn the JSON into UTF-8 bytes without BOM before base64.",
    FaultKind.SINGLE_QUOTES: "Use double quotes: make the JSON with a library (`json.dumps`), do not print an object.",
    FaultKind.TOO_LONG: "Shorten callbackBody: 5 KB is the limit of the whole parameter.",
}


class CallbackConfigNotJson(CaptureRule):
    """The callback parameter is not base64 of a JSON object that OSS takes.

    ## What it finds
    Uploads whose parameter `x-oss-callback` (header), `callback` (query or form field) OSS refuses with
    InvalidArgument, and uploads that failed otherwise but will be refused next.

    ## Why it matters
    OSS checks the parameter before it stores anything: the upload fails with 400 and no object is made.

    ## How it decides
    The parameter is decoded from the captured request: base64, JSON, members. The byte that breaks the JSON is named
    and shown, an unescaped quote inside callbackBody at its place. OSS's message is shown beside it.

    ## False alarms
    None where OSS refuses the parameter.
    """

    code = "CBK005"
    name = "callback-config-not-json"
    severity = Severity.ERROR
    on_facts = (Callbacks,)
    fix = (
        "Decode what is sent and run it through a parser: `printf %s VALUE | base64 -d | python3 -m json.tool`.",
        "Give callbackUrl, callbackBody and callbackBodyType as strings, and the first two not empty.",
    )
    sources = (*SOURCES, "OSS error codes 0007-00000002, 0007-00000003, 0007-00000004, 0007-00000011")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for a refused parameter, or for one that cannot pass."""
        for exchange in uploads_of(dissection):
            yield from self._judge(exchange)

    def _judge(self, exchange: Exchange) -> Iterator[Verdict]:
        asked, statement = exchange.facts.get(CallbackRequest), exchange.facts.get(CallbackStatement)
        faults = () if asked is None else asked.config_faults
        if statement is not None and statement.cause is CallbackCause.CONFIG:
            if faults or asked is None or not asked.variable_faults:
                yield self._refused(exchange, asked, faults)
        elif asked is not None and faults and statement is None and _is_open(exchange):
            yield self._foreseen(exchange, asked, faults)

    def _refused(self, exchange: Exchange, asked: CallbackRequest | None, faults: tuple[CallbackFault, ...]) -> Finding:
        what = _carrier(asked)
        why = placed(faults[0]) if faults else "OSS refuses it"
        if not faults:
            explanation = (
                "The parameter itself is not in the capture."
                if asked is None or not asked.parameters
                else "The parameter as captured is in order: it was changed on the way, or breaks an unstated rule."
            )
        else:
            explanation = _told(faults)
        return self.finding(
            f"{request_name(exchange)} is refused: {what} is not base64 of valid callback JSON, {why}"
            f"{request_id_note(exchange)}",
            *error_evidence(exchange),
            *_fault_evidence(exchange, asked, faults),
            explanation=f"{explanation} Nothing was stored.",
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED if faults else Confidence.LIKELY,
            fix=_steps(faults, self.fix),
            cause=f"{what} {faults[0].kind if faults else ''}",
        )

    def _foreseen(self, exchange: Exchange, asked: CallbackRequest, faults: tuple[CallbackFault, ...]) -> Finding:
        what = _carrier(asked)
        return self.finding(
            f"{request_name(exchange)}: {what} is not base64 of valid callback JSON, {placed(faults[0])}"
            f"{request_id_note(exchange)}",
            *_fault_evidence(exchange, asked, faults),
            *error_evidence(exchange),
            explanation=f"{_told(faults)} The upload did not get as far as the check of this parameter.",
            exchanges=(exchange,),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY,
            fix=_steps(faults, self.fix),
            cause=f"{what} {faults[0].kind}",
        )


def _is_open(exchange: Exchange) -> bool:
    """Tell uploads that OSS did not accept: what it accepts has no fault that matters."""
    is_upload = exchange.operation is not None and exchange.operation.name in UPLOADS
    return is_upload and (exchange.status is None or exchange.status >= 400)


def _carrier(asked: CallbackRequest | None) -> str:
    return asked.parameters[0].origin.field if asked is not None and asked.parameters else "the callback parameter"


def _told(faults: tuple[CallbackFault, ...]) -> str:
    told = "; ".join(placed(fault) for fault in faults[:5])
    shown = faults[0].near
    return f"What is wrong: {told}.{f' There it reads {shown}.' if shown else ''}"


def _steps(faults: tuple[CallbackFault, ...], general: tuple[str, ...]) -> tuple[str, ...]:
    return (*dict.fromkeys(_FIX[fault.kind] for fault in faults if fault.kind in _FIX), *general)


def _fault_evidence(
    exchange: Exchange, asked: CallbackRequest | None, faults: tuple[CallbackFault, ...]
) -> Iterator[Evidence]:
    if asked is None or not asked.parameters:
        return
    parameter = asked.parameters[0]
    yield evidence_of(exchange, parameter.origin)
    for fault in faults[:5]:
        expected = '\\"' if fault.kind is FaultKind.UNESCAPED_QUOTE else ""
        yield fault_evidence(exchange, parameter, fault, expected)
