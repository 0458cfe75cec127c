"""STS008 access-key-not-found: the token service does not know the access key."""

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, signer


class AccessKeyNotFound(RefusalRule):
    """The token service does not know the access key.

    ## What it finds
    Calls refused with InvalidAccessKeyId.NotFound.

    ## Why it matters
    The key ID is mistyped, has a blank around it, or was deleted. No call with it succeeds.

    ## How it decides
    The token service states the code. Its answers can be read only where they went over plain HTTP, or with the
    TLS keys.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "STS008"
    name = "access-key-not-found"
    answers = Cause.STS_KEY_UNKNOWN
    on_roles = (Role.STS,)
    fix = ("Copy the key ID again from the RAM console (Identities > Users > the user > AccessKey), without blanks.",)
    sources = (
        "OSS user guide 2022 in Chinese (E), section 6: STS",
        "STS API reference, AssumeRole",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"the token service does not know {signer(denial)}"
