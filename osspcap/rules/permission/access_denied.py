"""PRM012 access-denied: OSS denies access, and nothing in the capture says why."""

from osspcap.model.exchange import Exchange
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, grant_steps, needed, signer, signer_note


class AccessDenied(RefusalRule):
    """OSS denies access, and nothing in the capture says why.

    ## What it finds
    Signed requests refused with 403 AccessDenied whose message names no cause.

    ## Why it matters
    The key is known and the signature is right, so it is about permissions: of the RAM user or role, of the
    bucket, or of its Block Public Access.

    ## How it decides
    OSS states AccessDenied with a message that fits no cause known here. The finding gives way to any rule that
    knows more.

    ## False alarms
    Requests that are meant to be refused.
    """

    code = "PRM012"
    name = "access-denied"
    answers = Cause.DENIED
    is_generic = True
    supersedes = ("REQ016",)
    fix = (
        (
            "Check that the key is the intended one, and the user's permissions: RAM console > Identities > "
            "Users > the user > Permissions."
        ),
        "Look at the bucket: Permission Control > ACL, Bucket Policy and Block Public Access.",
        "If all look right, open a ticket with the request ID.",
    )
    sources = (
        "OSS error catalogue: AccessDenied",
        "OSS user guides (D) section 6, (E) section 8: AccessDenied",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"{signer(denial)} is denied access; needed is {needed(denial)}"

    def why(self, _exchange: Exchange, denial: Denial) -> str:
        """Say who signed."""
        return f"The message names no cause. {signer_note(denial)}".strip()

    def steps(self, _exchange: Exchange, denial: Denial) -> tuple[str, ...]:
        """Put the policy in front."""
        return (*grant_steps(denial), *self.fix)
