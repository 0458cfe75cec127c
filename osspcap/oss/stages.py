"""Which facts are computed, and from which traffic: one line a fact.

In: numbered exchanges. Out: the same with their facts, and the facts that span several of them.
"""

from collections.abc import Callable, Sequence
from typing import Any

from osspcap.model.exchange import Exchange
from osspcap.model.facts import Facts
from osspcap.oss.clock import gather_clocks
from osspcap.oss.facts import Context, Stage, with_facts

EXCHANGE_STAGES: tuple[Stage, ...] = ()
"""Facts about single exchanges, in the order they are computed."""

CAPTURE_STAGES: tuple[Callable[[Sequence[Exchange], Context], Any], ...] = (gather_clocks,)
"""Facts that span exchanges; each gatherer gets all exchanges, with their own facts, and returns one fact or None."""


def gather_facts(exchanges: Sequence[Exchange], context: Context) -> tuple[list[Exchange], Facts]:
    """Compute all facts of a capture; raises nothing on traffic."""
    complete = [with_facts(exchange, context, EXCHANGE_STAGES) for exchange in exchanges]
    found = (gather(complete, context) for gather in CAPTURE_STAGES)
    return complete, Facts(fact for fact in found if fact is not None)
