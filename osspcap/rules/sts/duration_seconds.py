"""STS012 duration-seconds: the life asked of AssumeRole is out of range."""

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule


class DurationSeconds(RefusalRule):
    """The life asked of AssumeRole is out of range.

    ## What it finds
    AssumeRole refused with InvalidParameter.DurationSeconds.

    ## Why it matters
    A session lives 900 seconds at least, and no longer than the maximum session time of its role, 3600 seconds
    unless it was raised.

    ## How it decides
    The token service states the code. Its answers can be read only where they went over plain HTTP, or with the
    TLS keys.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "STS012"
    name = "duration-seconds"
    answers = Cause.DURATION
    on_roles = (Role.STS,)
    fix = (
        "Ask for 900 to 3600 seconds in `DurationSeconds`; the value counts seconds, not minutes or milliseconds.",
        "For longer sessions raise the role's maximum session time in the RAM console, up to 43200 seconds.",
    )
    sources = (
        "OSS user guide 2022 in Chinese (E), section 6: STS",
        "STS API reference, AssumeRole",
    )

    def told(self, _exchange: Exchange, _denial: Denial) -> str:
        """Say what is wrong."""
        return "the DurationSeconds given to AssumeRole is out of range"
