"""What the rules about forms share: one cause, one rule; the form's parts as evidence; how OSS answered.

In: an exchange with a `FormCase`. A rule names the cause it `answers` and says in its own words what is wrong.
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.form import FormCase, FormCause, FormPart, PostForm
from osspcap.model.operation import Role
from osspcap.model.record import record
from osspcap.rules.base import ExchangeRule
from osspcap.rules.refusing import answer_name

MAX_NAMES = 8
"""Fields that a sentence lists."""
MAX_VALUE_CHARS = 120
"""Characters of a value inside a sentence."""
ROWS = "OSS user guide 2019 (D) 3, table of PostObject errors; OSS guide 2022 (E) 2, the same table"


@record
class Told:
    """What a rule has to say about one refused form."""

    summary: str
    """Half a sentence with the values; how OSS answered follows."""
    evidence: tuple[Evidence, ...] = ()
    """What the form holds; the answer's own evidence follows."""
    explanation: str = ""
    """Empty for the paragraph "Why it matters"."""
    fix: tuple[str, ...] | None = None
    """None for the rule's own steps."""
    confidence: Confidence | None = None
    """None: confirmed if OSS states the cause, else likely."""
    cause: str = ""
    """What findings have in common to be told as one, beside the bucket."""


class FormRule(ExchangeRule):
    """Base of the rules about one cause of a form's refusal."""

    answers: ClassVar[FormCause]
    """The cause this rule is about."""
    severity = Severity.ERROR
    on_roles = (Role.OSS,)
    on_facts: ClassVar[tuple[type, ...]] = (FormCase,)
    supersedes: ClassVar[tuple[str, ...]] = ("REQ011", "REQ016")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding where this is the cause; those of one bucket and fault become one."""
        case = exchange.facts.get(FormCase)
        if case is not None and case.cause is self.answers:
            yield self.refused(exchange, case, self.tell(exchange, case, exchange.facts.get(PostForm)))

    @abstractmethod
    def tell(self, exchange: Exchange, case: FormCase, form: PostForm | None) -> Told:
        """Say what is wrong; `form` is None where it was not captured."""

    def refused(self, exchange: Exchange, case: FormCase, told: Told, severity: Severity | None = None) -> Verdict:
        """Make the finding of a refused form."""
        operation = exchange.operation
        stated = Confidence.CONFIRMED if case.is_stated else Confidence.LIKELY
        return self.finding(
            f"{told.summary}: {answer_name(exchange)}",
            *told.evidence,
            *self.error_evidence(exchange),
            explanation=told.explanation,
            exchanges=(exchange,),
            severity=severity,
            confidence=stated if told.confidence is None else told.confidence,
            fix=told.fix,
            cause=f"{None if operation is None else operation.bucket} {told.cause or told.summary}",
        )

    def part_evidence(self, exchange: Exchange, part: FormPart | None, expected: str = "") -> tuple[Evidence, ...]:
        """Show that a part is there: its Content-Disposition."""
        return () if part is None else (self.evidence(exchange, part.head, expected),)

    def value_evidence(self, exchange: Exchange, part: FormPart | None, expected: str = "") -> tuple[Evidence, ...]:
        """Show the value of a field."""
        return () if part is None else (self.evidence(exchange, part.value, expected),)

    def shape_evidence(self, exchange: Exchange, form: PostForm | None) -> tuple[Evidence, ...]:
        """Show the form's fields in their order, at the request line."""
        request = exchange.request
        if request is None:
            return ()
        seen = request.seen_start_line()
        if form is None or not form.parts:
            return (self.evidence(exchange, seen),)
        order = ", ".join(part.name or "(no name)" for part in form.parts[: 2 * MAX_NAMES])
        frame = form.parts[0].head.frame
        return (
            self.evidence(exchange, seen),
            Evidence(frame, exchange.stream, exchange.id, "request body, parts of the form in order", order),
        )


def listed(names: tuple[str, ...]) -> str:
    """Return names as a sentence has them: `key`, `key and policy`, `key, policy and 3 more`."""
    shown = list(dict.fromkeys(names))[:MAX_NAMES]
    rest = len(set(names)) - len(shown)
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(part for part in (", ".join(shown[:-1]), shown[-1] if shown else "") if part)


def whose(exchange: Exchange) -> str:
    """Name the bucket: `to bucket rokid`."""
    operation = exchange.operation
    return f"to bucket {operation.bucket}" if operation is not None and operation.bucket else "to OSS"


NOT_CAPTURED = "The form itself was not captured far enough to show it; the answer says so."
