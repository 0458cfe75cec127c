"""PRM001 access-key-unknown: OSS does not know the access key that signed."""

from osspcap.model.exchange import Exchange
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, signer


class AccessKeyUnknown(RefusalRule):
    """OSS does not know the access key that signed.

    ## What it finds
    Requests that OSS refused with InvalidAccessKeyId because the key ID does not exist in its records.

    ## Why it matters
    The key was deleted, mistyped, or belongs to another cloud or site. Every request signed with it fails in
    the same way.

    ## How it decides
    OSS states InvalidAccessKeyId and says that the key does not exist. Temporary keys (`STS.`) are left to the
    rules about tokens, malformed key IDs to authorization-malformed.

    ## False alarms
    None known; a key that was created seconds ago may not be known everywhere yet.
    """

    code = "PRM001"
    name = "access-key-unknown"
    answers = Cause.KEY_UNKNOWN
    fix = (
        (
            "Look the key ID up in the console: RAM > Identities > Users > the user > AccessKey, or AccessKey"
            " Management for the account's own."
        ),
        (
            "If it is not there, create a new key for a RAM user and configure ID and secret together (RAM "
            "API: CreateAccessKey)."
        ),
        (
            "Compare the configured ID with the one in the capture: blanks, quotes and missing characters "
            "come from copying."
        ),
        "Check that key and endpoint belong to one site: keys of aliyun.com do not work on a private deployment.",
    )
    sources = (
        "OSS error catalogue: InvalidAccessKeyId",
        "OSS user guides (D) section 6, (E) section 8",
        "OSS EC pages: 0002-00000902",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"OSS does not know {signer(denial)}"
