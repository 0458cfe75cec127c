"""Which facts are computed, and from which traffic: one line a fact.

In: numbered exchanges. Out: the same with their facts, and the facts that span several of them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from osspcap.model.exchange import Exchange
from osspcap.model.facts import Facts
from osspcap.oss.callback_legs import gather_callbacks
from osspcap.oss.callback_parameters import gather_callback_request
from osspcap.oss.callback_reply import gather_callback_reply
from osspcap.oss.callback_signature import gather_callback_signature
from osspcap.oss.callback_statement import gather_callback_statement
from osspcap.oss.clock import gather_clocks
from osspcap.oss.cors import gather_cors, gather_cross_origin
from osspcap.oss.denial import gather_denial
from osspcap.oss.facts import (
    CALLBACK,
    ERROR,
    FOREIGN,
    FORM,
    ORIGIN,
    PROXY,
    RANGE,
    UNANSWERED,
    URL_SIGNED,
    Context,
    Stage,
    with_facts,
)
from osspcap.oss.foreign_answer import gather_foreign_answer
from osspcap.oss.host_fault import gather_host_fault
from osspcap.oss.integrity import gather_integrity
from osspcap.oss.legs import gather_legs
from osspcap.oss.multipart import gather_multipart
from osspcap.oss.neighbours import gather_neighbours
from osspcap.oss.plain_on_tls import gather_plain_on_tls
from osspcap.oss.post_case import gather_form_case
from osspcap.oss.proxy import gather_trace
from osspcap.oss.range_answer import gather_range_answer
from osspcap.oss.signing_facts import gather_signing
from osspcap.oss.stale_answer import gather_stale_answers
from osspcap.oss.url_lifetime import gather_lifetime
from osspcap.oss.xml_fault import gather_xml_fault

EXCHANGE_STAGES: tuple[Stage, ...] = (
    Stage(PROXY, gather_trace),
    Stage(FOREIGN, gather_foreign_answer),
    Stage(ERROR | UNANSWERED, gather_plain_on_tls),
    Stage(ORIGIN, gather_cross_origin),
    Stage(ERROR, gather_signing),
    Stage(ERROR, gather_denial),
    Stage(ERROR, gather_host_fault),
    Stage(ERROR, gather_neighbours),
    Stage(ERROR, gather_xml_fault),
    Stage(ERROR, gather_form_case),
    Stage(URL_SIGNED, gather_lifetime),
    Stage(RANGE, gather_range_answer),
    Stage(CALLBACK | ERROR | UNANSWERED | FORM, gather_callback_request),
    Stage(ERROR, gather_callback_statement),
    Stage(CALLBACK, gather_callback_reply),
    Stage(CALLBACK, gather_callback_signature),
)
"""Facts about single exchanges, in the order they are computed."""

CAPTURE_STAGES: tuple[Callable[[Sequence[Exchange], Context], Any], ...] = (
    gather_legs,
    gather_stale_answers,
    gather_clocks,
    gather_cors,
    gather_callbacks,
    gather_multipart,
    gather_integrity,
)
"""Facts that span exchanges; each gatherer gets all exchanges, with their own facts, and returns one fact or None."""


def gather_facts(exchanges: Sequence[Exchange], context: Context) -> tuple[list[Exchange], Facts]:
    """Compute all facts of a capture; raises nothing on traffic."""
    complete = [with_facts(exchange, context, EXCHANGE_STAGES) for exchange in exchanges]
    found = (gather(complete, context) for gather in CAPTURE_STAGES)
    return complete, Facts(fact for fact in found if fact is not None)
