"""PRM004 object-acl-read: the one who signed may not read the ACL of an object."""

from osspcap.model.exchange import Exchange
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, grant_steps, needed, signer, signer_note


class ObjectAclRead(RefusalRule):
    """The one who signed may not read the ACL of an object.

    ## What it finds
    GetObjectACL refused with "You do not have read acl permission on this object."

    ## Why it matters
    Reading an ACL is a permission of its own: who may read an object may not see who else may.

    ## How it decides
    OSS states AccessDenied and names the permission to read the ACL, or the EC 0003-00000007 does.

    ## False alarms
    Programs that copy ACLs along and go on without them.
    """

    code = "PRM004"
    name = "object-acl-read"
    answers = Cause.OBJECT_ACL_READ
    fix = ("Check that the program needs the ACL at all; copying tools have an option to leave it out.",)
    sources = (
        "OSS error catalogue: AccessDenied",
        "OSS user guides (D) section 4, (E) section 3: permissions",
        "OSS EC pages: 0003-00000007",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"{signer(denial)} may not read the ACL of this object and lacks {needed(denial)}"

    def why(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is missing, and who lacks it."""
        return f"The action oss:GetObjectAcl is not granted. {signer_note(denial)}".strip()

    def steps(self, _exchange: Exchange, denial: Denial) -> tuple[str, ...]:
        """Put the policy in front."""
        return (*grant_steps(denial), *self.fix)
