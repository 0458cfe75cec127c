"""PRM008 ram-policy-denied: no policy allows the RAM user this action, or one denies it."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, grant_steps, needed, signer, signer_note
from osspcap.rules.wording import shortened

_DETAILS = (
    "AccessDeniedDetail.PolicyType",
    "AccessDeniedDetail.NoPermissionType",
    "AccessDeniedDetail.AuthAction",
)
"""Elements that say which policy decided, and how."""


class RamPolicyDenied(RefusalRule):
    """No policy allows the RAM user this action, or one denies it.

    ## What it finds
    Signed requests refused with "Access denied by authorizer's policy.", "by bucket policy", or "You have no
    right to access this object.", and those whose error document has an AccessDeniedDetail.

    ## Why it matters
    A RAM user may do what a policy allows and none denies. The answer is the same whether a permission is
    missing or a Deny or Condition bites.

    ## How it decides
    OSS states it. AccessDeniedDetail, where it is there, names the kind of policy, the action, and whether it
    was denied explicitly. The action and resource shown are what the operation needs.

    ## False alarms
    Requests that are meant to be refused.
    """

    code = "PRM008"
    name = "ram-policy-denied"
    answers = Cause.POLICY
    also = (Cause.BUCKET_POLICY,)
    fix = (
        (
            "Look at the policies there are (RAM console > Identities > Users > the user > Permissions): a "
            "missing `/*` behind the bucket, a Condition on address or VPC, and any Deny win over an Allow."
        ),
        (
            "Look at the bucket's own policy: OSS console > the bucket > Permission Control > Bucket Policy "
            "(GetBucketPolicy)."
        ),
    )
    sources = (
        "OSS error catalogue: AccessDenied",
        "OSS user guides (D) section 4, (E) section 3: permissions",
        "OSS EC pages: 0003-00000101, 0003-00000201, 0003-00000905",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"no policy lets {signer(denial)} do this, or one forbids it; needed is {needed(denial)}"

    def why(self, exchange: Exchange, denial: Denial) -> str:
        """Say which policy, as far as OSS tells."""
        detail = _detail(exchange)
        which = "The bucket's own policy denies it." if denial.cause is Cause.BUCKET_POLICY else ""
        told = f"OSS's details: {detail}." if detail else ""
        return " ".join(part for part in (which, told, signer_note(denial)) if part)

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show the details that OSS gives as well."""
        yield from super().shown(exchange, denial)
        error = None if exchange.operation is None else exchange.operation.error
        for name in _DETAILS:
            seen = None if error is None else error.fields.get(name)
            if seen is not None:
                yield self.evidence(exchange, seen)

    def steps(self, _exchange: Exchange, denial: Denial) -> tuple[str, ...]:
        """Begin with the bucket's policy where that is what denies."""
        if denial.cause is Cause.BUCKET_POLICY:
            return (*reversed(self.fix), *grant_steps(denial))
        return (*grant_steps(denial), *self.fix)


def _detail(exchange: Exchange) -> str:
    error = None if exchange.operation is None else exchange.operation.error
    found = [] if error is None else [(name, error.fields.get(name)) for name in _DETAILS]
    return ", ".join(
        f"{name.partition('.')[2]} {shortened(seen.value, 80)}" for name, seen in found if seen is not None
    )
