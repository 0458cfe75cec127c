"""STS005 sts-policy-denied: a role's session may not do this."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, grant_steps, needed, signer, signer_note


class StsPolicyDenied(RefusalRule):
    """A role's session may not do this.

    ## What it finds
    Requests signed with temporary credentials that OSS refused because of a policy ("Access denied by
    authorizer's policy.", "You have no right to access this object.", AccessDeniedDetail).

    ## Why it matters
    A session may do what the role's policies and the policy given to AssumeRole both allow. A policy given to
    AssumeRole only ever takes permissions away.

    ## How it decides
    The key is a temporary one and OSS names a policy, or the EC 0003-00000301 does. The action and resource
    shown are what the operation needs.

    ## False alarms
    Requests that are meant to be refused.
    """

    code = "STS005"
    name = "sts-policy-denied"
    answers = Cause.STS_POLICY
    fix = (
        (
            "Look at the program that calls AssumeRole: leave `Policy` out to try, or let it allow this "
            "action and resource."
        ),
        ("Look at the role's policies for a missing `/*` behind the bucket, for Conditions and for Deny statements."),
    )
    sources = (
        "OSS error catalogue: AccessDenied",
        "OSS user guides (D) section 4, (E) section 3: permissions",
        "OSS EC pages: 0003-00000301",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"{signer(denial)} may not do this; role and session policy must both allow {needed(denial)}"

    def why(self, _exchange: Exchange, denial: Denial) -> str:
        """Say whose permissions count."""
        return f"The policies of the role, or the one given to AssumeRole, do not allow it. {signer_note(denial)}"

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show which kind of policy, if OSS tells."""
        yield from super().shown(exchange, denial)
        error = None if exchange.operation is None else exchange.operation.error
        seen = None if error is None else error.fields.get("AccessDeniedDetail.PolicyType")
        if seen is not None:
            yield self.evidence(exchange, seen)

    def steps(self, _exchange: Exchange, denial: Denial) -> tuple[str, ...]:
        """Put the policy in front."""
        return (*grant_steps(denial), *self.fix)
