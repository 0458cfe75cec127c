"""PRM002 access-key-disabled: the access key that signed is disabled."""

from osspcap.model.exchange import Exchange
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, signer


class AccessKeyDisabled(RefusalRule):
    """The access key that signed is disabled.

    ## What it finds
    Requests that OSS refused with InvalidAccessKeyId because the key is disabled.

    ## Why it matters
    Somebody switched the key off in the console, or a network rule of the key shuts this client out. Every
    request signed with it fails.

    ## How it decides
    OSS states InvalidAccessKeyId and says that the key is disabled, or the EC 0002-00000904 does.

    ## False alarms
    The same EC stands for a key that may be used from certain addresses only.
    """

    code = "PRM002"
    name = "access-key-disabled"
    answers = Cause.KEY_DISABLED
    fix = (
        (
            "Enable the key in the console: RAM > Identities > Users > the user > AccessKey > Enable (RAM "
            "API: UpdateAccessKey)."
        ),
        "If it was disabled on purpose, because it leaked, configure another key.",
        "If it is enabled, look whether a network access rule limits the addresses it may be used from.",
    )
    sources = (
        "OSS error catalogue: InvalidAccessKeyId",
        "OSS user guides (D) section 6, (E) section 8",
        "OSS EC pages: 0002-00000904",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"{signer(denial)} is disabled"
