"""CBK007 callback-variable-invalid: the upload's own callback variables are not as OSS takes them."""

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
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.oss.callback_parameters import UPLOADS
from osspcap.rules.base import CaptureRule
from osspcap.rules.callback._legs import SOURCES, error_evidence, evidence_of, fault_evidence, placed, uploads_of
from osspcap.rules.wording import request_id_note, request_name


class CallbackVariableInvalid(CaptureRule):
    """The upload's own callback variables are not as OSS takes them.

    ## What it finds
    Variables (`x-oss-callback-var`, query `callback-var`, form fields `x:...`) that are not base64 of a JSON object,
    whose names do not begin with `x:` or have upper-case letters, whose values are no strings, or that are too long.

    ## Why it matters
    OSS refuses the upload with InvalidArgument, or the application gets a callback without the values.

    ## How it decides
    The parameter is decoded from the captured request and held against OSS's documents. If OSS refuses the variables,
    its message is the proof. If it accepted the upload, the finding is a warning: what reached the application is seen
    only there; sizes are then left alone.

    ## False alarms
    Releases of OSS that are laxer than its documents.
    """

    code = "CBK007"
    name = "callback-variable-invalid"
    severity = Severity.ERROR
    on_facts = (Callbacks,)
    fix = (
        'Name the variables `x:` and lower case, and give strings as values: `{"x:order_id":"77"}`.',
        'Encode that JSON with standard base64, once: `printf %s "$JSON" | base64 -w0`.',
        "In a form give each variable a field of its own, `x:order_id`, in front of the field `file`.",
    )
    sources = (*SOURCES, "OSS error catalogue: InvalidArgument")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for variables that OSS refuses or cannot use."""
        for exchange in uploads_of(dissection):
            yield from self._judge(exchange)

    def _judge(self, exchange: Exchange) -> Iterator[Verdict]:
        asked, statement = exchange.facts.get(CallbackRequest), exchange.facts.get(CallbackStatement)
        faults = () if asked is None else asked.variable_faults
        is_refused = _is_refused(asked, statement)
        if not is_refused:
            is_upload = exchange.operation is not None and exchange.operation.name in UPLOADS
            faults = tuple(fault for fault in faults if fault.kind is not FaultKind.TOO_LONG)
            if not faults or not is_upload:
                return
        why = placed(faults[0]) if faults else "OSS refuses them"
        variables = () if asked is None else asked.variables[:3]
        yield self.finding(
            f"{request_name(exchange)}: the callback variables are not valid, {why}{request_id_note(exchange)}",
            *(evidence_of(exchange, variable.origin) for variable in variables),
            *_fault_evidence(exchange, asked, faults),
            *error_evidence(exchange),
            exchanges=(exchange,),
            severity=Severity.ERROR if is_refused else Severity.WARNING,
            confidence=Confidence.CONFIRMED if is_refused and faults else Confidence.LIKELY,
            cause=why,
        )


def _is_refused(asked: CallbackRequest | None, statement: CallbackStatement | None) -> bool:
    """Tell whether OSS refused the upload for its variables; its message may call them the configuration."""
    if statement is None:
        return False
    if statement.cause is CallbackCause.VARIABLES:
        return True
    has_only_these = asked is not None and bool(asked.variable_faults) and not asked.config_faults
    return statement.cause is CallbackCause.CONFIG and has_only_these


def _fault_evidence(
    exchange: Exchange, asked: CallbackRequest | None, faults: tuple[CallbackFault, ...]
) -> Iterator[Evidence]:
    if asked is not None and asked.variables:
        for fault in faults[:5]:
            yield fault_evidence(exchange, asked.variables[0], fault)
