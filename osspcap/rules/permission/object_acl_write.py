"""PRM005 object-acl-write: the one who signed may not change the ACL of an object."""

from osspcap.model.exchange import Exchange
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, grant_steps, needed, signer, signer_note


class ObjectAclWrite(RefusalRule):
    """The one who signed may not change the ACL of an object.

    ## What it finds
    PutObjectACL, or an upload with an ACL in x-oss-object-acl, refused with "You do not have write acl
    permission on this object."

    ## Why it matters
    Setting an ACL is a permission of its own: who may write an object may not open it to others.

    ## How it decides
    OSS states AccessDenied and names the permission to write the ACL.

    ## False alarms
    Requests that are meant to be refused.
    """

    code = "PRM005"
    name = "object-acl-write"
    answers = Cause.OBJECT_ACL_WRITE
    fix = ("Or leave x-oss-object-acl out of uploads: the object then takes the bucket's ACL.",)
    sources = (
        "OSS error catalogue: AccessDenied",
        "OSS user guides (D) section 4, (E) section 3: permissions",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"{signer(denial)} may not set the ACL of this object and lacks {needed(denial)}"

    def why(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is missing, and who lacks it."""
        return f"The action oss:PutObjectAcl is not granted. {signer_note(denial)}".strip()

    def steps(self, _exchange: Exchange, denial: Denial) -> tuple[str, ...]:
        """Put the policy in front."""
        return (*grant_steps(denial), *self.fix)
