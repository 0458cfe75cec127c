"""CBK008 callback-body-unresolved: callbackBody holds what OSS does not fill in."""

from collections.abc import Iterator

from osspcap.model.callback import CallbackCause, CallbackRequest, Callbacks, CallbackStatement
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.oss.callback_parameters import UPLOADS
from osspcap.rules.base import CaptureRule
from osspcap.rules.callback._legs import SOURCES, evidence_of, fault_evidence, uploads_of
from osspcap.rules.wording import request_id_note, request_name


class CallbackBodyUnresolved(CaptureRule):
    """The parameter callbackBody holds what OSS does not fill in.

    ## What it finds
    Placeholders that are no variable of OSS (`${filename}`, `${Bucket}`), that name a variable of the request's own
    which it does not bring (`${x:order}`), or that are percent-encoded (`%24%7Bbucket%7D`); and bodies that are not
    what callbackBodyType says.

    ## Why it matters
    The callback succeeds or fails as usual, but the application gets a body with holes, or one that it cannot read.

    ## How it decides
    The parameter is decoded from the captured request. Each `${...}` is held against OSS's list of system variables,
    where case matters, and against the variables of the request. A JSON body is parsed with sample values filled in.

    ## False alarms
    System variables that OSS introduced later, and text that looks like a placeholder and is meant literally.
    """

    code = "CBK008"
    name = "callback-body-unresolved"
    severity = Severity.WARNING
    on_facts = (Callbacks,)
    fix = (
        "Spell OSS's variables as it does: ${bucket}, ${object}, ${etag}, ${size}, ${mimeType}, ${imageInfo.height}.",
        "Send values of your own as variables (`x-oss-callback-var`) and name them ${x:name}.",
        "Set callbackBodyType to application/json if callbackBody is JSON.",
    )
    sources = SOURCES

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each upload whose callbackBody has faults."""
        for exchange in uploads_of(dissection):
            yield from self._judge(exchange)

    def _judge(self, exchange: Exchange) -> Iterator[Verdict]:
        asked = exchange.facts.get(CallbackRequest)
        if asked is None or not asked.body_faults or exchange.operation is None:
            return
        statement = exchange.facts.get(CallbackStatement)
        is_refused = statement is not None and statement.cause is CallbackCause.CONFIG
        if is_refused or exchange.operation.name not in UPLOADS:
            return
        parameter = asked.parameters[0]
        why = "; ".join(fault.reason for fault in asked.body_faults[:3])
        yield self.finding(
            f"{request_name(exchange)}: OSS will not fill in callbackBody as meant, {why}{request_id_note(exchange)}",
            evidence_of(exchange, parameter.origin),
            *(
                fault_evidence(exchange, parameter, fault, place=f"{parameter.origin.field} decoded, callbackBody")
                for fault in asked.body_faults[:5]
            ),
            exchanges=(exchange,),
            confidence=Confidence.LIKELY,
            cause=why,
        )
