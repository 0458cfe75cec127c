"""REQ011 invalid-argument: a parameter has a value that the operation does not take."""

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.oss.catalogue import lookup
from osspcap.oss.ec_codes import explain_ec
from osspcap.oss.neighbours import query_of
from osspcap.rules.request._stated import StatedErrorRule, Telling, element, header
from osspcap.rules.wording import shortened

MAX_NAME_CHARS = 60
"""Of an argument's name inside a sentence."""


class InvalidArgument(StatedErrorRule):
    """A parameter has a value that the operation does not take.

    ## What it finds
    Requests that OSS answered with 400 InvalidArgument and that no rule about signatures, clocks, callbacks, forms,
    tokens or multipart uploads explains.

    ## Why it matters
    OSS uses this one code for everything from a part number of 0 to a date in the wrong form. The elements
    ArgumentName and ArgumentValue of the error document say which argument it is about.

    ## How it decides
    OSS states the error code InvalidArgument. The argument is looked up in the captured request, so that the value
    sent and the value that arrived can be compared.

    ## False alarms
    None as to the error; a more specific rule takes this one's place.
    """

    code = "REQ011"
    name = "invalid-argument"
    is_generic = True
    answers = ("InvalidArgument",)
    statuses = (400,)
    fix = (
        "Compare the argument's value with what the operation's API page allows: range, unit, case, encoding.",
        (
            "If the value that arrived differs from the one the program sets, look for double percent-encoding and for "
            "a gateway that rewrites parameters."
        ),
        "If the message says no more, open a ticket with the request ID, the time and the endpoint.",
    )
    sources = ("OSS error catalogue: InvalidArgument", "OSS user guide 2019 (D): error codes")

    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:  # noqa: ARG002 - base
        """Name the argument, the value that OSS got, and where the request has it."""
        argument, value = element(error, "ArgumentName"), element(error, "ArgumentValue")
        message = "" if error is None or error.message is None else shortened(error.message.value)
        sent = _sent(exchange, argument)
        if argument:
            told = f"OSS does not take {shortened(value) or '(empty)'} for {shortened(argument, MAX_NAME_CHARS)}"
        else:
            told = "OSS does not take an argument of the request"
        if message:
            told += f" ({message.rstrip('.')})"
        explanation = ""
        if sent is not None and value and sent.observed.strip() != value:
            explanation = (
                f"The request was captured with another value, {shortened(sent.observed)}: either OSS shows what it "
                "made of it, or something behind this place of capture changed it."
            )
        shown = (() if sent is None else (sent,)) or self.asked(exchange)
        ec = "" if error is None or error.ec is None else error.ec.value
        return Telling(
            told,
            (*shown, *self.stated(exchange, error, "ArgumentName", "ArgumentValue")),
            explanation=" ".join(part for part in (explanation, _known(ec)) if part),
            cause=f"{argument} {value if argument else message} {ec}",
        )


def _known(ec: str) -> str:
    """Return what is known of the error beside the message."""
    known = explain_ec(ec) if ec else None
    if known is not None:
        return f"EC {shortened(ec, 40)}: {known.meaning.rstrip('.')}."
    entry = lookup("InvalidArgument")
    causes = "" if entry is None else "; ".join(cause.rstrip(".") for cause in entry.causes)
    return f"Usual causes: {causes}." if causes else ""


def _sent(exchange: Exchange, argument: str) -> Evidence | None:
    """Show where the captured request has an argument: a header or a parameter of its target."""
    request = exchange.request
    if request is None or not argument:
        return None
    seen = header(request, argument)
    if seen is not None:
        return Evidence.of(seen, stream=exchange.stream, exchange=exchange.id)
    for name, value in query_of(exchange).items():
        if name.lower() == argument.lower():
            return Evidence(request.frame, exchange.stream, exchange.id, f"request target {name}", value)
    return None
