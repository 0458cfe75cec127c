"""Which facts are computed, and from which traffic: one line a fact.

In: numbered exchanges. Out: the same with their facts, and the facts that span several of them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from osspcap.model.exchange import Exchange
from osspcap.model.facts import Facts
from osspcap.model.usual import UsualExchange
from osspcap.oss.callback_legs import gather_callbacks
from osspcap.oss.clock import gather_clocks
from osspcap.oss.cors import gather_cors
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
    IdleKinds,
    Stage,
    with_facts,
)
from osspcap.oss.integrity import gather_integrity
from osspcap.oss.legs import gather_legs
from osspcap.oss.multipart import gather_multipart
from osspcap.oss.stale_answer import gather_stale_answers

EXCHANGE_STAGES: tuple[Stage, ...] = (
    Stage(PROXY, "osspcap.oss.proxy:gather_trace"),
    Stage(FOREIGN, "osspcap.oss.foreign_answer:gather_foreign_answer"),
    Stage(ERROR | UNANSWERED, "osspcap.oss.plain_on_tls:gather_plain_on_tls"),
    Stage(ORIGIN, "osspcap.oss.cors:gather_cross_origin"),
    Stage(ERROR, "osspcap.oss.signing_facts:gather_signing"),
    Stage(ERROR, "osspcap.oss.denial:gather_denial"),
    Stage(ERROR, "osspcap.oss.host_fault:gather_host_fault"),
    Stage(ERROR, "osspcap.oss.neighbours:gather_neighbours"),
    Stage(ERROR, "osspcap.oss.xml_fault:gather_xml_fault"),
    Stage(ERROR, "osspcap.oss.post_case:gather_form_case"),
    Stage(URL_SIGNED, "osspcap.oss.url_lifetime:gather_lifetime"),
    Stage(RANGE, "osspcap.oss.range_answer:gather_range_answer"),
    Stage(CALLBACK | ERROR | UNANSWERED | FORM, "osspcap.oss.callback_parameters:gather_callback_request"),
    Stage(ERROR, "osspcap.oss.callback_statement:gather_callback_statement"),
    Stage(CALLBACK, "osspcap.oss.callback_reply:gather_callback_reply"),
    Stage(CALLBACK, "osspcap.oss.callback_signature:gather_callback_signature"),
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
    idle = IdleKinds(EXCHANGE_STAGES)
    complete = [
        exchange
        if type(exchange) is UsualExchange and idle[exchange.usual.kind]
        else with_facts(exchange, context, EXCHANGE_STAGES)
        for exchange in exchanges
    ]
    found = (gather(complete, context) for gather in CAPTURE_STAGES)
    return complete, Facts(fact for fact in found if fact is not None)
