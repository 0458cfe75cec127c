"""STS011 role-session-name: the session name given to AssumeRole is not allowed."""

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule


class RoleSessionName(RefusalRule):
    """The session name given to AssumeRole is not allowed.

    ## What it finds
    AssumeRole refused with InvalidParameter.RoleSessionName.

    ## Why it matters
    The name tells sessions apart in the logs; it has 2 to 32 letters, digits, dots, at signs, hyphens or
    underscores.

    ## How it decides
    The token service states the code. Its answers can be read only where they went over plain HTTP, or with the
    TLS keys.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "STS011"
    name = "role-session-name"
    answers = Cause.SESSION_NAME
    on_roles = (Role.STS,)
    fix = (
        (
            "Use 2 to 32 characters of `A-Z`, `a-z`, `0-9`, `.`, `@`, `-` and `_`; no Chinese, no `*`, not a "
            "single letter."
        ),
    )
    sources = (
        "OSS user guide 2022 in Chinese (E), section 6: STS",
        "STS API reference, AssumeRole",
    )

    def told(self, _exchange: Exchange, _denial: Denial) -> str:
        """Say what is wrong."""
        return "the RoleSessionName given to AssumeRole is not allowed"
