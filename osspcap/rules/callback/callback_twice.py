"""CBK012 callback-twice: the callback is given in the header and in the query."""

from collections.abc import Iterator

from osspcap.model.callback import (
    CallbackCause,
    CallbackParameter,
    CallbackRequest,
    Callbacks,
    CallbackStatement,
    Carrier,
)
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.oss.callback_parameters import UPLOADS
from osspcap.rules.base import CaptureRule
from osspcap.rules.callback._legs import SOURCES, error_evidence, evidence_of, uploads_of
from osspcap.rules.wording import request_id_note, request_name


class CallbackTwice(CaptureRule):
    """The callback is given in the header and in the query.

    ## What it finds
    Uploads with both the header `x-oss-callback` and the query parameter `callback`, or with both `x-oss-callback-var`
    and `callback-var`.

    ## Why it matters
    OSS takes one of them only, and refuses the upload with InvalidArgument where both are given.

    ## How it decides
    Both stand in the captured request, or OSS's message says so. An upload that OSS answered with 2xx is left alone.

    ## False alarms
    None where OSS says so itself.
    """

    code = "CBK012"
    name = "callback-twice"
    severity = Severity.ERROR
    on_facts = (Callbacks,)
    supersedes = ("CBK005",)
    fix = (
        "Send the callback in one place only: in the header `x-oss-callback`, or in the signed URL's query.",
        "Do not add the header to a signed URL that brings the callback in its query already.",
    )
    sources = (*SOURCES[:1], "OSS error code 0007-00000027")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each upload that was not accepted."""
        for exchange in uploads_of(dissection):
            yield from self._judge(exchange)

    def _judge(self, exchange: Exchange) -> Iterator[Verdict]:
        if exchange.status is not None and exchange.status < 300:
            return
        asked, statement = exchange.facts.get(CallbackRequest), exchange.facts.get(CallbackStatement)
        is_stated = statement is not None and statement.cause is CallbackCause.BOTH_CARRIERS
        twice = () if asked is None else _twice(asked.parameters) or _twice(asked.variables)
        is_upload = exchange.operation is not None and exchange.operation.name in UPLOADS
        if not is_stated and not (twice and is_upload):
            return
        yield self.finding(
            f"{request_name(exchange)}: the callback stands in the header and in the query, and OSS takes one of them"
            f"{request_id_note(exchange)}",
            *(evidence_of(exchange, parameter.origin) for parameter in twice),
            *error_evidence(exchange),
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED if is_stated else Confidence.LIKELY,
            cause="header and query",
        )


def _twice(parameters: tuple[CallbackParameter, ...]) -> tuple[CallbackParameter, ...]:
    """Return the parameters if both carriers hold one."""
    carriers = {parameter.carrier for parameter in parameters}
    return parameters if {Carrier.HEADER, Carrier.QUERY} <= carriers else ()
