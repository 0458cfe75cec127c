"""REQ009 precondition-failed: a condition that the client set does not hold."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.oss.neighbours import Neighbours, stated_by
from osspcap.rules.request._stated import StatedErrorRule, Telling, element, header
from osspcap.rules.wording import shortened

COMPARED_WITH = {
    "If-Match": "ETag",
    "If-None-Match": "ETag",
    "If-Modified-Since": "Last-Modified",
    "If-Unmodified-Since": "Last-Modified",
    "x-oss-copy-source-if-match": "ETag",
    "x-oss-copy-source-if-none-match": "ETag",
    "x-oss-copy-source-if-modified-since": "Last-Modified",
    "x-oss-copy-source-if-unmodified-since": "Last-Modified",
}
"""Conditions, and the header of other answers that tells what they are held against."""
MAX_NAME_CHARS = 60
"""Of a condition's name inside a sentence."""


class PreconditionFailed(StatedErrorRule):
    """A condition that the client set does not hold.

    ## What it finds
    Requests that OSS answered with 412 PreconditionFailed, with the condition and what it was held against.

    ## Why it matters
    The client asked OSS to serve the request only under a condition (If-Match, If-Unmodified-Since), and OSS did as
    told. Usually the object changed since the client read its ETag or time, which is what conditions are there for.

    ## How it decides
    The status 412 or the error code says so. The element Condition names the header that failed; its value is taken
    from the request, and the object's ETag or Last-Modified from other answers in this capture.

    ## False alarms
    None, but nothing is wrong either where a program uses conditions on purpose: hence an info.
    """

    code = "REQ009"
    name = "precondition-failed"
    severity = Severity.INFO
    answers = ("PreconditionFailed",)
    alone = (412,)
    statuses = (412,)
    fix = (
        "Read the object's present ETag and Last-Modified (`ossutil stat oss://BUCKET/KEY`) and use those.",
        "Send the ETag as OSS gave it: in double quotes, upper case, without `W/` in front.",
        "If a download is resumed from a checkpoint, delete the checkpoint and start over: the object has changed.",
    )
    sources = (
        "OSS error catalogue: PreconditionFailed",
        "OSS API reference: GetObject, CopyObject",
        "RFC 9110 section 13",
    )

    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:
        """Name the condition, and what the object's ETag or time was elsewhere in this capture."""
        named = element(error, "Condition")
        request = exchange.request
        fields = None if request is None else request.fields()
        sent = [name for name in COMPARED_WITH if fields is not None and name in fields]
        meant = [name for name in sent if name.lower() == named.lower()] or sent
        shown: list[Evidence] = []
        notes: list[str] = []
        for name in meant:
            seen = header(request, name)
            known = None if name.startswith("x-oss-copy-source-") else _elsewhere(exchange, COMPARED_WITH[name])
            expected = "" if known is None else f"{COMPARED_WITH[name]}: {known.observed}"
            if seen is not None:
                shown.append(self.evidence(exchange, seen, expected))
                notes.append(f"{name}: {shortened(seen.value)}")
            if known is not None:
                shown.append(known)
                notes[-1] += f" against {COMPARED_WITH[name]} {shortened(known.observed)} in frame {known.frame}"
        shown += self.stated(exchange, error, "Condition")
        if notes:
            told = f"the condition {' and '.join(notes)} does not hold"
        elif named:
            name = shortened(named, MAX_NAME_CHARS)
            told = f"the condition {name}, which the captured request does not have, does not hold"
        else:
            told = "a condition of the request does not hold"
        cause = f"{operation.bucket} {' '.join(meant) or named}"
        return Telling(told, (*(shown or self.asked(exchange)),), cause=cause)


def _elsewhere(exchange: Exchange, name: str) -> Evidence | None:
    """Return what the nearest other answer says of the object, the earlier ones first."""
    around = exchange.facts.get(Neighbours)
    if around is None or exchange.operation is None or exchange.operation.object is None:
        return None
    found = stated_by((*reversed(around.earlier), *around.later), name)
    if found is None:
        return None
    other, seen = found
    return Evidence.of(seen, stream=other.stream, exchange=other.id)
