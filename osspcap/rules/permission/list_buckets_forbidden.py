"""PRM006 list-buckets-forbidden: the one who signed may not list the buckets of the account."""

from osspcap.model.exchange import Exchange
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, grant_steps, signer, signer_note


class ListBucketsForbidden(RefusalRule):
    """The one who signed may not list the buckets of the account.

    ## What it finds
    GetService (ListBuckets) refused, usually with "You are forbidden to list buckets."

    ## Why it matters
    Graphical clients list all buckets first. A RAM user who may use one bucket may well not see the others, and
    the client stops there.

    ## How it decides
    OSS says that listing is forbidden, or refuses the request for the list with AccessDenied.

    ## False alarms
    Clients that try and go on with a bucket that is configured.
    """

    code = "PRM006"
    name = "list-buckets-forbidden"
    answers = Cause.LIST_BUCKETS
    fix = (
        (
            "Or configure the bucket in the client, so that it need not list (ossbrowser: preset OSS path "
            "`oss://bucket/`)."
        ),
    )
    sources = (
        "OSS error catalogue: AccessDenied",
        "OSS user guides (D) section 4, (E) section 3: permissions",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"{signer(denial)} may not list buckets and lacks oss:ListBuckets on acs:oss:*:*:*"

    def why(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is missing, and who lacks it."""
        return f"Listing buckets is an action on the account, not on a bucket. {signer_note(denial)}".strip()

    def steps(self, _exchange: Exchange, denial: Denial) -> tuple[str, ...]:
        """Put the policy in front."""
        return (*grant_steps(denial), *self.fix)
