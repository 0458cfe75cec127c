"""STS006 role-assumed-by-root: assumeRole was called with a key of the account itself."""

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, signer


class RoleAssumedByRoot(RefusalRule):
    """AssumeRole was called with a key of the account itself.

    ## What it finds
    AssumeRole refused with NoPermission, "Roles may not be assumed by root accounts."

    ## Why it matters
    A role is assumed by RAM users or other roles, never by the account itself, whatever its permissions.

    ## How it decides
    The token service states the code. Its answers can be read only where they went over plain HTTP, or with the
    TLS keys.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "STS006"
    name = "role-assumed-by-root"
    answers = Cause.ROLE_BY_ROOT
    on_roles = (Role.STS,)
    fix = (
        (
            "Create a RAM user (RAM console > Identities > Users), attach AliyunSTSAssumeRoleAccess, and call"
            " AssumeRole with that user's key."
        ),
    )
    sources = (
        "OSS user guide 2022 in Chinese (E), section 6: STS",
        "STS API reference, AssumeRole",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"{signer(denial)} is the account's own, and an account may not assume a role"
