"""STS007 token-key-used: assumeRole was called with a temporary key and without its token."""

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, signer


class TokenKeyUsed(RefusalRule):
    """AssumeRole was called with a temporary key and without its token.

    ## What it finds
    AssumeRole refused with MissingSecurityToken.

    ## Why it matters
    The key comes from an earlier AssumeRole. A new session is fetched with the permanent key of a RAM user, so
    that it does not hang on the old one.

    ## How it decides
    The token service states the code. Its answers can be read only where they went over plain HTTP, or with the
    TLS keys.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "STS007"
    name = "token-key-used"
    answers = Cause.TOKEN_KEY_USED
    on_roles = (Role.STS,)
    fix = (
        "Call AssumeRole with the permanent key (`LTAI`) of a RAM user.",
        "Look whether the program overwrites its own key with the temporary one when it refreshes.",
    )
    sources = (
        "OSS user guide 2022 in Chinese (E), section 6: STS",
        "STS API reference, AssumeRole",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"AssumeRole was called with {signer(denial)} and no SecurityToken"
