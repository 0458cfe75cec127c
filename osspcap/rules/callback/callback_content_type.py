"""CBK009 callback-content-type: the application sends JSON under another Content-Type."""

from collections.abc import Iterator

from osspcap.model.callback import CallbackReply
from osspcap.model.exchange import Exchange
from osspcap.model.finding import Severity, Verdict
from osspcap.model.operation import Role
from osspcap.rules.base import ExchangeRule
from osspcap.rules.callback._legs import SOURCES, evidence_of
from osspcap.rules.wording import request_id_note


class CallbackContentType(ExchangeRule):
    """The application sends JSON under another Content-Type.

    ## What it finds
    Answers to callbacks that are valid JSON but whose Content-Type is missing or not application/json.

    ## Why it matters
    OSS passes body and type on to the uploading client, where a library may refuse to read text/html as JSON.

    ## How it decides
    The Content-Type of the application's answer, captured at the application. Answers with any other fault are left
    to the rule about that fault.

    ## False alarms
    Clients that do not look at the type.
    """

    code = "CBK009"
    name = "callback-content-type"
    severity = Severity.INFO
    on_error_only = False
    on_facts = (CallbackReply,)
    on_roles = (Role.CALLBACK,)
    fix = ("Send `Content-Type: application/json` with the answer to the callback.",)
    sources = SOURCES

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for a right body under a wrong type; those of one application become one."""
        reply = exchange.facts.get(CallbackReply) if exchange.facts else None
        if reply is None or exchange.response is None or not reply.content_type_fault:
            return
        line = exchange.response.fields().first("content-type")
        seen = exchange.response.seen_start_line() if line is None else exchange.response.seen(line)
        yield self.finding(
            f"callback to {reply.target}: {reply.content_type_fault}{request_id_note(exchange)}",
            evidence_of(exchange, seen, "application/json"),
            exchanges=(exchange,),
            cause=f"{reply.target} {reply.content_type_fault}",
        )
