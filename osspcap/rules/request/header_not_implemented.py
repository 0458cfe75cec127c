"""REQ005 header-not-implemented: a header asks for something that OSS does not do in this operation."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.model.seen import Seen
from osspcap.rules.request._stated import StatedErrorRule, Telling, element, header
from osspcap.rules.wording import request_name, shortened

CONDITIONS = ("If-Modified-Since", "If-Unmodified-Since", "If-Match", "If-None-Match", "If-Range")
"""Conditions on the stored object: OSS takes them when it is read, and hardly anywhere else."""
SUSPECTS = (*CONDITIONS, "Transfer-Encoding", "Content-Encoding", "Content-Range", "Range", "TE", "Upgrade", "Expect")
"""Headers that ask for a behaviour, most likely first, for answers that name none."""
READING = frozenset({"GET", "HEAD"})
MAX_NAME_CHARS = 60
"""Of a header's name inside a sentence."""


class HeaderNotImplemented(StatedErrorRule):
    """A header asks for something that OSS does not do in this operation.

    ## What it finds
    Requests that OSS answered with NotImplemented (status 400 or 501), with the header that it stumbled over.

    ## Why it matters
    OSS refuses the whole request rather than ignore the header. Typical is a condition such as If-Modified-Since on
    PUT, set by an HTTP library, a browser cache or a gateway that adds it to every request.

    ## How it decides
    OSS states the error code NotImplemented, and its element Header names the header; its value is taken from the
    captured request. If the element is missing, the headers in the request that can ask for such a thing are named
    instead, as likely. If the named header is not in the captured request, it was added behind the place of capture.

    ## False alarms
    None; OSS itself says so.
    """

    code = "REQ005"
    name = "header-not-implemented"
    answers = ("NotImplemented",)
    alone = (501,)
    statuses = (400, 501)
    fix = (
        (
            "Leave the header out of this operation; conditions (If-*) belong to GET and HEAD. For a PUT that must not "
            "overwrite send `x-oss-forbid-overwrite: true` instead."
        ),
        (
            "Find who sets it: the program, its HTTP library's cache or interceptor, or a gateway. Capture on the "
            "client as well to tell which."
        ),
    )
    sources = (
        "OSS error catalogue: NotImplemented",
        "OSS user guide 2019 (D): operations supported by OSS, but not the parameter",
    )

    def fits(self, exchange: Exchange, operation: Operation) -> bool:  # noqa: ARG002 - the base's signature
        """A bare 400 has many meanings: only a condition on a request that writes makes this one probable."""
        request = exchange.request
        if exchange.status in self.alone:
            return True
        if request is None or request.method in READING:
            return False
        fields = request.fields()
        return any(name in fields for name in CONDITIONS)

    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:
        """Name the header with its value, or those that can be meant."""
        named = element(error, "Header")
        stated = self.stated(exchange, error, "Header")
        if not named:
            return self._unnamed(exchange)
        name = shortened(named, MAX_NAME_CHARS)
        sent = header(exchange.request, named)
        if sent is not None:
            return Telling(
                f"OSS does not implement the request header {name} (`{name}: {shortened(sent.value)}`) for "
                f"{operation.name if operation.name != 'unknown' else 'this request'}",
                (*self.shown(exchange, sent), *stated),
                cause=f"{named} {operation.name}",
            )
        return Telling(
            f"OSS does not implement the request header {name}, which the captured request does not have",
            (*self.asked(exchange, f"without {name}"), *stated),
            explanation=f"OSS names {name}, and the request as captured has no such header: a proxy or gateway behind "
            "this place of capture added it, or the element means the feature and not a header line.",
            confidence=Confidence.LIKELY,
            cause=f"{named} {operation.name} added",
        )

    def _unnamed(self, exchange: Exchange) -> Telling:
        suspects = _suspects(exchange)
        if not suspects:
            return Telling(
                "OSS does not implement what a header or parameter of the request asks for, and does not say which",
                self.asked(exchange),
                explanation="The answer does not name the header, and the request has none known to be refused. "
                "Take headers and parameters away one by one; a proxy behind the place of capture may have added one.",
                confidence=Confidence.POSSIBLE,
            )
        names = ", ".join(fact.field.removeprefix("request header ") for fact in suspects)
        return Telling(
            f"OSS does not implement what a header of the request asks for, by all appearances {names}",
            self.shown(exchange, *suspects),
            explanation="The answer does not name the header. Those shown ask for a behaviour that OSS does not have "
            f"for every operation. To decide, send {request_name(exchange)} again without them.",
            confidence=Confidence.LIKELY,
            cause=names,
        )


def _suspects(exchange: Exchange) -> tuple[Seen[str], ...]:
    """Return the conditions of a request that writes; else all that asks for a behaviour."""
    request = exchange.request
    if request is None:
        return ()
    fields = request.fields()
    found = {name: request.seen(line) for name in SUSPECTS if (line := fields.first(name)) is not None}
    conditions = tuple(fact for name, fact in found.items() if name in CONDITIONS)
    return conditions if conditions and request.method not in READING else tuple(found.values())
