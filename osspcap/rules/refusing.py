"""What the rules about refusals share: one cause, one rule; who signed; the policy that would let the request through.

In: an exchange with a `Denial`. A rule names the cause it `answers`, and says in its own words what is wrong and what
to do. All evidence ends with the answer itself and its request ID.
"""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.operation import Role
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.oss.minimal_policy import policy_json
from osspcap.oss.requester import RequesterKind
from osspcap.rules.base import ExchangeRule
from osspcap.rules.wording import request_id_note, request_name, shortened

MAX_KEY_CHARS = 60
"""Characters of an access key ID inside a sentence."""


class RefusalRule(ExchangeRule):
    """Base of the rules that answer one cause of a refusal."""

    answers: ClassVar[Cause]
    """The cause this rule is about."""
    also: ClassVar[tuple[Cause, ...]] = ()
    """Further causes that it tells."""
    severity = Severity.ERROR
    on_roles = (Role.OSS,)
    on_facts = (Denial,)

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding where this is the cause; those of one requester and resource become one."""
        denial = exchange.facts.get(Denial)
        if denial is None or (denial.cause is not self.answers and denial.cause not in self.also):
            return
        yield self.finding(
            f"{self.told(exchange, denial)}: {answer_name(exchange)}",
            *self.shown(exchange, denial),
            *self.error_evidence(exchange),
            explanation=self.why(exchange, denial),
            exchanges=(exchange,),
            confidence=self.confidence_of(denial),
            fix=self.steps(exchange, denial),
            cause=self.group(exchange, denial),
        )

    @abstractmethod
    def told(self, exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong, as half a sentence; how OSS answered follows."""

    def why(self, _exchange: Exchange, _denial: Denial) -> str:
        """Explain; empty for the paragraph "Why it matters"."""
        return ""

    def steps(self, _exchange: Exchange, _denial: Denial) -> tuple[str, ...]:
        """Say what to do."""
        return self.fix

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Yield the evidence in the request: what was asked, and who signed."""
        yield from self.request_evidence(exchange)
        yield from self.signer_evidence(exchange, denial)

    def confidence_of(self, denial: Denial) -> Confidence:
        """Say how sure the cause is."""
        return Confidence.CONFIRMED if denial.is_stated else Confidence.LIKELY

    def group(self, exchange: Exchange, denial: Denial) -> str:
        """Return what findings of this rule have in common to be told as one."""
        operation = exchange.operation
        bucket = None if operation is None else operation.bucket
        key = denial.requester.key_id
        actions = sorted({permission.action for permission in denial.permissions})
        return f"{bucket} {'' if key is None else key.value} {' '.join(actions)} {denial.is_stated}"

    def request_evidence(self, exchange: Exchange, expected: str = "") -> Iterator[Evidence]:
        """Show what was asked for."""
        if exchange.request is not None:
            yield self.evidence(exchange, exchange.request.seen_start_line(), expected)

    def host_evidence(self, exchange: Exchange, expected: str = "") -> Iterator[Evidence]:
        """Show the Host."""
        request = exchange.request
        line = None if request is None else request.fields().first("Host")
        if request is not None and line is not None:
            yield self.evidence(exchange, request.seen(line), expected)

    def signer_evidence(self, exchange: Exchange, denial: Denial, expected: str = "") -> Iterator[Evidence]:
        """Show who signed, as far as anything does."""
        for seen in (denial.requester.key_id, denial.requester.principal):
            if seen is not None:
                yield self.evidence(exchange, seen, expected)
                expected = ""


def answer_name(exchange: Exchange) -> str:
    """Return how a request was answered: `PutObject of rokid/a is answered with 403 AccessDenied (request ID 5C27)`."""
    error = None if exchange.operation is None else exchange.operation.error
    code = "" if error is None else f" {shortened(error.code.value, MAX_KEY_CHARS)}"
    return f"{request_name(exchange)} is answered with {exchange.status}{code}{request_id_note(exchange)}"


def signer(denial: Denial) -> str:
    """Name the one who signed: `RAM user (access key LTAI...)`."""
    key = denial.requester.key_id
    name = "" if key is None else shortened(key.value, MAX_KEY_CHARS)
    match denial.requester.kind:
        case RequesterKind.ANONYMOUS:
            return "an anonymous request"
        case RequesterKind.TEMPORARY:
            return f"the temporary key {name}" if name else "a role's session"
        case RequesterKind.CONSOLE:
            return f"the console session {name}"
        case RequesterKind.RAM_USER:
            return f"the RAM user of access key {name}"
        case RequesterKind.ACCOUNT:
            return f"the account of access key {name}"
        case RequesterKind.PERMANENT:
            return f"access key {name}"
        case RequesterKind.UNKNOWN:
            return "the requester"


def signer_note(denial: Denial) -> str:
    """Say what the wire tells of the one who signed, as a sentence."""
    match denial.requester.kind:
        case RequesterKind.PERMANENT:
            return (
                "The key is a permanent one; its ID does not tell whether it belongs to a RAM user or to the account "
                "itself. The owner's account may do everything in its own buckets, so it is a RAM user's key, or one "
                "of another account."
            )
        case RequesterKind.RAM_USER:
            return "OSS says that the key belongs to a RAM user, who may do only what a policy allows."
        case RequesterKind.ACCOUNT:
            return "OSS says that the key is an account's own; then the bucket belongs to another account."
        case RequesterKind.TEMPORARY:
            return (
                "The key is a temporary one (STS): it may do what the role's policies and the policy given to "
                "AssumeRole both allow."
            )
        case RequesterKind.ANONYMOUS:
            return "The request carries no signature, so that no RAM policy counts for it."
        case _:
            return ""


def grant_steps(denial: Denial) -> tuple[str, ...]:
    """Return how to grant what was refused, with the policy to paste; empty if the operation is not known."""
    if not denial.permissions:
        return ()
    policy = policy_json(denial.permissions)
    if denial.requester.is_temporary:
        where = (
            "Attach a custom policy with this text to the role in the RAM console (Identities > Roles > the role > "
            "Permissions > Grant Permission), and have any `Policy` given to AssumeRole allow the same"
        )
    else:
        where = (
            "Attach a custom policy with this text to the RAM user in the RAM console (Identities > Users > the user > "
            "Permissions > Grant Permission; RAM API CreatePolicy, then AttachPolicyToUser)"
        )
    return (f"{where}: `{policy}`.",)


def needed(denial: Denial) -> str:
    """Name what is missing: `oss:PutObject on acs:oss:*:*:rokid/a`."""
    named = " and ".join(f"{item.action} on {shortened(item.resource)}" for item in denial.permissions)
    return named or "a permission that the capture does not tell"
