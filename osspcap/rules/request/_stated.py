"""What the rules of this family share: OSS states a code, and one rule says in its own words what to do about it.

In: an exchange that OSS refused. A rule names the codes it `answers` and tells them; how OSS answered, its evidence
and the request ID are added here. An answer without a code (HEAD, a cut document) is told by its status where that
leaves one meaning, and is left undecided where it leaves several.
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.message import Message
from osspcap.model.operation import ErrorDocument, Operation, Role
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.ec_codes import explain_ec
from osspcap.rules.base import ExchangeRule
from osspcap.rules.refusing import answer_name


@record
class Telling:
    """What a rule has to say about one exchange."""

    summary: str
    """Half a sentence with the values; how OSS answered follows."""
    evidence: tuple[Evidence, ...] = ()
    """What the request holds, or other exchanges do; the answer's own evidence follows."""
    explanation: str = ""
    """Empty for the paragraph "Why it matters"."""
    fix: tuple[str, ...] | None = None
    """None for the rule's own steps."""
    confidence: Confidence = Confidence.CONFIRMED
    cause: str = ""
    """What findings have in common to be told as one; empty for the bucket."""


class StatedErrorRule(ExchangeRule):
    """Base of the rules about one error code of OSS."""

    answers: ClassVar[tuple[str, ...]]
    """Codes this rule is about."""
    alone: ClassVar[tuple[int, ...]] = ()
    """Statuses that stand for this error even where no code is stated."""
    statuses: ClassVar[tuple[int, ...]]
    """Statuses it comes with."""
    severity = Severity.ERROR
    supersedes: ClassVar[tuple[str, ...]] = ("REQ016",)
    on_roles = (Role.OSS,)

    def __init_subclass__(cls) -> None:
        """Ask only for the codes that a rule answers, unless it tells otherwise what is stated."""
        super().__init_subclass__()
        if cls.is_stated is StatedErrorRule.is_stated:
            cls.on_codes = frozenset(cls.answers)

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding where OSS states the error; an undecided where the statement was not captured."""
        operation = exchange.operation
        if operation is None or not operation.answered_by_oss:
            return
        error = operation.error
        if error is not None:
            if self.is_stated(error):
                yield self._found(exchange, self.tell(exchange, operation, error))
        elif self._ec_code(operation) in self.answers or (
            exchange.status in self.alone and self.fits(exchange, operation)
        ):
            yield self._found(exchange, self.tell(exchange, operation, None), alone=True)
        elif exchange.status in self.statuses and is_cut(exchange) and self.fits(exchange, operation):
            yield self.undecided(
                f"the answer {exchange.status} fits, but its error document is not in the capture", exchange
            )

    def is_stated(self, error: ErrorDocument) -> bool:
        """Tell whether an error document states what this rule is about."""
        return error.code.value in self.answers

    def fits(self, exchange: Exchange, operation: Operation) -> bool:  # noqa: ARG002 - for rules to refine
        """Tell whether a request can meet this error, where only the status is known."""
        return True

    def _ec_code(self, operation: Operation) -> str:
        known = None if operation.ec is None else explain_ec(operation.ec)
        return "" if known is None else known.code

    @abstractmethod
    def tell(self, exchange: Exchange, operation: Operation, error: ErrorDocument | None) -> Telling:
        """Say what is wrong; `error` is None where the status alone tells it."""

    def _found(self, exchange: Exchange, told: Telling, *, alone: bool = False) -> Verdict:
        operation = exchange.operation
        explanation, confidence = told.explanation, told.confidence
        if alone:
            by = f"the status {exchange.status}" if exchange.status in self.alone else "the EC code"
            said = f"The answer states no error code; {by} stands for {self.answers[0]} in OSS's answers."
            explanation = f"{said} {explanation or self._why()}"
            confidence = Confidence.LIKELY if confidence is Confidence.CONFIRMED else confidence
        return self.finding(
            f"{told.summary}: {answer_name(exchange)}",
            *told.evidence,
            *self.error_evidence(exchange),
            explanation=explanation,
            exchanges=(exchange,),
            confidence=confidence,
            fix=told.fix,
            cause=f"{alone} {told.cause or (operation.bucket if operation is not None else None)}",
        )

    def _why(self) -> str:
        return " ".join(self.sections.get("Why it matters", "").split())

    def asked(self, exchange: Exchange, expected: str = "") -> tuple[Evidence, ...]:
        """Show the request line; empty without a request."""
        request = exchange.request
        return () if request is None else (self.evidence(exchange, request.seen_start_line(), expected),)

    def shown(self, exchange: Exchange, *facts: Seen[str] | None) -> tuple[Evidence, ...]:
        """Show the facts that are there."""
        return tuple(self.evidence(exchange, fact) for fact in facts if fact is not None)

    def stated(self, exchange: Exchange, error: ErrorDocument | None, *names: str) -> tuple[Evidence, ...]:
        """Show elements of the error document, those of the names that it has."""
        fields = {} if error is None else error.fields
        return self.shown(exchange, *(fields.get(name) for name in names))


def header(message: Message | None, name: str) -> Seen[str] | None:
    """Return the first header of a name as a fact; None if it is not there."""
    line = None if message is None else message.fields().first(name)
    return None if message is None or line is None else message.seen(line)


def element(error: ErrorDocument | None, *names: str) -> str:
    """Return the text of the first of some elements that the error document has; empty if it has none."""
    for name in names:
        found = None if error is None else error.fields.get(name)
        if found is not None and found.value.strip():
            return found.value.strip()
    return ""


def is_cut(exchange: Exchange) -> bool:
    """Tell whether an error document was sent but not captured."""
    response, request = exchange.response, exchange.request
    if response is None or (request is not None and request.method == "HEAD"):
        return False
    return not response.body.complete
