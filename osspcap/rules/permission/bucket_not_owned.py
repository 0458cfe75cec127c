"""PRM007 bucket-not-owned: the bucket belongs to another account than the one that signed."""

from osspcap.model.exchange import Exchange
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, grant_steps, needed, signer, signer_note


class BucketNotOwned(RefusalRule):
    """The bucket belongs to another account than the one that signed.

    ## What it finds
    Requests refused with "The bucket you access does not belong to you.", or with BucketNotBelongTo.

    ## Why it matters
    Settings of a bucket are for its owner. A RAM user without that permission gets the same answer as another
    account.

    ## How it decides
    OSS states it. Whether the account is the wrong one or the RAM user lacks the permission cannot be told from
    the wire.

    ## False alarms
    Requests that are meant to be refused.
    """

    code = "PRM007"
    name = "bucket-not-owned"
    answers = Cause.NOT_OWNED
    fix = (
        (
            "Compare the account ID of the key (RAM console > Overview) with the owner of the bucket (OSS "
            "console > the bucket > Overview)."
        ),
        (
            "If they differ, configure the key of the owner, or correct the bucket's name: names are unique "
            "over all accounts."
        ),
    )
    sources = (
        "OSS error catalogue: AccessDenied, BucketNotBelongTo",
        "OSS user guides (D) section 4, (E) section 3: permissions",
        "OSS EC pages: 0003-00000001",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"this bucket does not belong to {signer(denial)}, or they lack {needed(denial)}"

    def why(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is missing, and who lacks it."""
        return f"The key is another account's, or a RAM user's without permission. {signer_note(denial)}".strip()

    def steps(self, _exchange: Exchange, denial: Denial) -> tuple[str, ...]:
        """Put the policy in front."""
        return (*grant_steps(denial), *self.fix)
