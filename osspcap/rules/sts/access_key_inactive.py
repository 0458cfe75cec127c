"""STS009 access-key-inactive: the access key used with the token service is disabled."""

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, signer


class AccessKeyInactive(RefusalRule):
    """The access key used with the token service is disabled.

    ## What it finds
    Calls refused with InvalidAccessKeyId.Inactive.

    ## Why it matters
    Somebody switched the key off in the RAM console. No call with it succeeds.

    ## How it decides
    The token service states the code. Its answers can be read only where they went over plain HTTP, or with the
    TLS keys.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "STS009"
    name = "access-key-inactive"
    answers = Cause.STS_KEY_INACTIVE
    on_roles = (Role.STS,)
    fix = (
        (
            "Enable the key in the RAM console (Identities > Users > the user > AccessKey), or use another "
            "one of that user."
        ),
    )
    sources = (
        "OSS user guide 2022 in Chinese (E), section 6: STS",
        "STS API reference, AssumeRole",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"{signer(denial)} is disabled"
