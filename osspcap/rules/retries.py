"""What became of a request that failed: tells retries from failures, so that a fault that passed is told as such."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.neighbours import MAX_KEPT, Neighbours, is_successful
from osspcap.rules.wording import counted

NOT_RETRIED = "this capture shows no retry after it"


def retried(exchange: Exchange) -> tuple[str, Exchange | None]:
    """Say in words what became of a request, and return the retry that succeeded; None if none did."""
    around = exchange.facts.get(Neighbours)
    retries = () if around is None else around.retries
    if not retries:
        return NOT_RETRIED, None
    for number, retry in enumerate(retries, 1):
        if is_successful(retry) and retry.response is not None:
            which = "a retry" if number == 1 else f"retry {number}"
            return f"{which} succeeded with {retry.status} in frame {retry.response.frame}", retry
    if len(retries) >= MAX_KEPT:
        return f"{MAX_KEPT} or more later attempts failed as well", None
    return f"{counted(len(retries), 'later attempt')} failed as well", None


def retry_evidence(retry: Exchange | None) -> tuple[Evidence, ...]:
    """Show that a retry succeeded; empty without one."""
    response = None if retry is None else retry.response
    if retry is None or response is None:
        return ()
    line = response.seen_start_line()
    return (Evidence(response.frame, retry.stream, retry.id, "status line of the retry", line.value),)
