"""REQ008 append-position: the position to append at is not the object's length."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.model.seen import Seen
from osspcap.oss.neighbours import Neighbours, is_successful, query_of, stated_by
from osspcap.rules.request._stated import StatedErrorRule, Telling, header
from osspcap.rules.wording import shortened

NEXT_POSITION = "x-oss-next-append-position"
MAX_POSITION_CHARS = 40
"""Of a position inside a sentence; real ones have 10 digits at most."""


class AppendPosition(StatedErrorRule):
    """The position to append at is not the object's length.

    ## What it finds
    AppendObject requests that OSS answered with 409 PositionNotEqualToLength.

    ## Why it matters
    OSS appends only at the present end of an object. A wrong position means that the program's idea of the length is
    out of date: another writer appended, or an append succeeded although its answer was lost. Data that is sent again
    at the right position may then be in the object twice.

    ## How it decides
    OSS states the error code. The position asked for stands in the request target, the expected one in the answer's
    x-oss-next-append-position, else in an earlier answer for the same object in this capture.

    ## False alarms
    Programs that find out the length by appending at 0 and reading the answer.
    """

    code = "REQ008"
    name = "append-position"
    answers = ("PositionNotEqualToLength",)
    statuses = (409,)
    fix = (
        (
            "Take the position of each append from `x-oss-next-append-position` of the answer before, and after an "
            "error from HeadObject's Content-Length: `position = bucket.head_object(key).content_length` in Python."
        ),
        "Let one writer append to an object at a time; give each writer an object of its own.",
        "Before an append is repeated after a timeout, ask with HeadObject whether it had succeeded.",
        "In browsers, expose the header: `<ExposeHeader>x-oss-next-append-position</ExposeHeader>` in the CORS rule.",
    )
    sources = ("OSS error catalogue: PositionNotEqualToLength", "OSS API reference: AppendObject")

    def fits(self, exchange: Exchange, operation: Operation) -> bool:  # noqa: ARG002 - the base's signature
        """Only appends can meet this error."""
        return operation.name == "AppendObject"

    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:  # noqa: ARG002 - base
        """Compare the position asked for with the one expected."""
        asked = query_of(exchange).get("position", "")
        position = shortened(asked, MAX_POSITION_CHARS) or "(none)"
        cause = f"{operation.bucket} {operation.object}"
        told = f"position {position} to append at is not the object's length"
        stated = header(exchange.response, NEXT_POSITION)
        if stated is not None and stated.value:
            expected = shortened(stated.value, MAX_POSITION_CHARS)
            shown = (*self.asked(exchange, f"position={expected}"), *self.shown(exchange, stated))
            return Telling(f"{told}, {expected} is expected", (*shown, *_same(exchange, asked)), cause=cause)
        known = _earlier_position(exchange)
        if known is None:
            return Telling(told, (*self.asked(exchange), *_same(exchange, asked)), cause=cause)
        other, seen = known
        expected = shortened(seen.value, MAX_POSITION_CHARS)
        shown = (
            *self.asked(exchange, f"position={expected}"),
            Evidence.of(seen, stream=other.stream, exchange=other.id),
            *_same(exchange, asked),
        )
        if seen.value.strip() == asked:
            return Telling(
                f"{told}, although the answer in frame {seen.frame} had named it",
                shown,
                explanation="The position is the one that OSS named last in this capture: another writer has appended "
                "to the object since, or an append outside this capture.",
                confidence=Confidence.LIKELY,
                cause=cause,
            )
        return Telling(
            f"{told}: the answer in frame {seen.frame} named {expected} as the next one",
            shown,
            cause=cause,
        )


def _earlier_position(exchange: Exchange) -> tuple[Exchange, Seen[str]] | None:
    """Return the last position that OSS named before, and who got it."""
    around = exchange.facts.get(Neighbours)
    return None if around is None else stated_by(reversed(around.earlier), NEXT_POSITION)


def _same(exchange: Exchange, position: str) -> tuple[Evidence, ...]:
    """Show an earlier append at the same position that succeeded or was never seen answered."""
    around = exchange.facts.get(Neighbours)
    for other in () if around is None else reversed(around.earlier):
        request, operation = other.request, other.operation
        if request is None or operation is None or operation.name != "AppendObject":
            continue
        if (is_successful(other) or other.response is None) and query_of(other).get("position") == position:
            how = "never answered here" if other.response is None else f"answered {other.status}"
            line = request.seen_start_line().value
            return (Evidence(request.frame, other.stream, other.id, f"earlier append at this position, {how}", line),)
    return ()
