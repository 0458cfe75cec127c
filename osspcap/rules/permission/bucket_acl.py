"""PRM003 bucket-acl: the bucket is not open to the one who signed, and no policy lets them in."""

from osspcap.model.exchange import Exchange
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, grant_steps, needed, signer, signer_note


class BucketAcl(RefusalRule):
    """The bucket is not open to the one who signed, and no policy lets them in.

    ## What it finds
    Signed requests refused with "You have no right to access this object because of bucket acl."

    ## Why it matters
    The bucket's ACL gives others nothing (or only reading), so that a RAM user or another account needs a
    policy that allows this very action.

    ## How it decides
    OSS states AccessDenied and names the bucket's ACL. The action and the resource are those of the refused
    operation.

    ## False alarms
    Requests that are meant to be refused.
    """

    code = "PRM003"
    name = "bucket-acl"
    answers = Cause.BUCKET_ACL
    fix = (
        (
            "Check in the console whether the bucket belongs to this account; for a bucket of another account"
            " its owner has to grant access by a bucket policy (OSS console > the bucket > Permission Control"
            " > Bucket Policy)."
        ),
        (
            "Leave the ACL private: opening it (Permission Control > Bucket ACL, PutBucketAcl) opens the "
            "bucket to everybody."
        ),
        "Repeat the request; a new policy takes up to a minute.",
    )
    sources = (
        "OSS error catalogue: AccessDenied",
        "OSS user guides (D) section 4, (E) section 3: permissions",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"{signer(denial)} may not do this because of the bucket's ACL, and lacks {needed(denial)}"

    def why(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is missing, and who lacks it."""
        return f"The bucket's ACL does not let them in, and no policy does. {signer_note(denial)}".strip()

    def steps(self, _exchange: Exchange, denial: Denial) -> tuple[str, ...]:
        """Put the policy in front."""
        return (*grant_steps(denial), *self.fix)
