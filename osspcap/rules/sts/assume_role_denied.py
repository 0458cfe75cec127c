"""STS013 assume-role-denied: the caller may not assume this role."""

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, signer


class AssumeRoleDenied(RefusalRule):
    """The caller may not assume this role.

    ## What it finds
    AssumeRole refused with NoPermission for another reason than an account's own key.

    ## Why it matters
    Three things must hold: the caller may call AssumeRole, the role trusts the caller's account, and the role
    is one for accounts and not for a service. The answer is the same for all three.

    ## How it decides
    The token service states the code. Its answers can be read only where they went over plain HTTP, or with the
    TLS keys.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "STS013"
    name = "assume-role-denied"
    answers = Cause.ASSUME_DENIED
    on_roles = (Role.STS,)
    fix = (
        (
            'Grant the RAM user AliyunSTSAssumeRoleAccess, or this policy: `{"Version": "1", "Statement": '
            '[{"Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": ["acs:ram::<account '
            'ID>:role/<role>"]}]}`.'
        ),
        (
            "Compare the account ID in the role's trust policy (RAM console > Identities > Roles > the role >"
            " Trust Policy) with the caller's account."
        ),
        "Check the role's type: a role for a service cannot be assumed by a user.",
    )
    sources = (
        "OSS user guide 2022 in Chinese (E), section 6: STS",
        "STS API reference, AssumeRole",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"{signer(denial)} may not assume this role, or the role does not trust its account"
