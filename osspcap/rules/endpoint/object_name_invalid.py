"""END007 object-name-invalid: the name of the object is not allowed."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.oss.limits import FORBIDDEN_KEY_STARTS, MAX_KEY_BYTES
from osspcap.rules.refusing import RefusalRule
from osspcap.rules.wording import shortened


class ObjectNameInvalid(RefusalRule):
    """The name of the object is not allowed.

    ## What it finds
    Requests refused with InvalidObjectName.

    ## Why it matters
    OSS stores no object under such a name: a name has 1 to 1023 bytes of UTF-8 and does not begin with a slash
    or backslash.

    ## How it decides
    OSS states InvalidObjectName. What is wrong is told from the request target. A target that begins with `//`
    comes from a key that begins with a slash, or from an endpoint that ends with one.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "END007"
    name = "object-name-invalid"
    answers = Cause.OBJECT_NAME
    fix = (
        "Take the slash or backslash away in front of the object's name, and cut names to 1023 bytes of UTF-8.",
        "Check that the endpoint setting does not end with a slash.",
        "Encode names as UTF-8 before they are percent-encoded.",
    )
    sources = (
        "OSS error catalogue: InvalidObjectName",
        "OSS documentation: Limits, object names",
    )

    def told(self, exchange: Exchange, _denial: Denial) -> str:
        """Say what is wrong."""
        return f"the object's name is not allowed: {_fault(exchange)}"

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show the target."""
        yield from self.request_evidence(exchange, "a name of 1 to 1023 bytes that does not begin with a slash")
        yield from self.host_evidence(exchange)
        yield from self.signer_evidence(exchange, denial)


def _fault(exchange: Exchange) -> str:
    """Say what is wrong with a name."""
    name = "" if exchange.operation is None else exchange.operation.object or ""
    size = len(name.encode("utf-8", "replace"))
    if name.startswith(FORBIDDEN_KEY_STARTS):
        return f"it begins with {name[0]}, or the endpoint ends with a slash"
    if size > MAX_KEY_BYTES:
        return f"it has {size} bytes where {MAX_KEY_BYTES} are allowed"
    if "\ufffd" in name:
        return "it is no UTF-8"
    return f"OSS does not take {shortened(name, 80) or 'an empty name'}"
