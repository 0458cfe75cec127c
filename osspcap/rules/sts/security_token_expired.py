"""STS002 security-token-expired: the life of the temporary credentials is over."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, signer


class SecurityTokenExpired(RefusalRule):
    """The life of the temporary credentials is over.

    ## What it finds
    Requests refused with SecurityTokenExpired.

    ## Why it matters
    Temporary credentials live as long as AssumeRole was asked for, an hour by default. A program that fetches
    them once and keeps them works at first and fails later.

    ## How it decides
    OSS states SecurityTokenExpired, or the EC 0002-00000007 does.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "STS002"
    name = "security-token-expired"
    answers = Cause.TOKEN_EXPIRED
    fix = (
        (
            "Fetch new credentials before `Expiration`, with some minutes to spare, and replace ID, secret "
            "and token together."
        ),
        (
            "Use the SDK's refreshing provider (`refreshSTSToken` of ali-oss, a CredentialsProvider of the "
            "other SDKs), so that long uploads outlive a session."
        ),
        "Ask for a longer life with DurationSeconds (up to 3600 s, or the role's maximum session time).",
    )
    sources = (
        "OSS error catalogue: SecurityTokenExpired",
        "STS API reference, AssumeRole",
        "OSS EC pages: 0002-00000007",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        return f"the security token of {signer(denial)} has expired"

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show the token's place as well."""
        yield from super().shown(exchange, denial)
        if denial.token.read is not None:
            yield self.evidence(exchange, denial.token.read)
