"""STS003 invalid-security-token: the security token is not valid, or not the one of this key."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, signer


class InvalidSecurityToken(RefusalRule):
    """The security token is not valid, or not the one of this key.

    ## What it finds
    Requests refused with InvalidSecurityToken or AccessKeyIdAndSecurityTokenNotMatch, and temporary keys that
    OSS does not know although a token is sent.

    ## Why it matters
    A token works with the key and secret of the same AssumeRole answer, unchanged, and while it lives. Cut,
    encoded twice, or mixed with an older key, it is worthless.

    ## How it decides
    OSS states it. A temporary key that OSS does not know is usually one whose session is over; that finding is
    likely only.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "STS003"
    name = "invalid-security-token"
    answers = Cause.TOKEN_INVALID
    fix = (
        "Take key ID, secret and token from one AssumeRole answer and replace all three at once.",
        (
            "Pass the token on unchanged: no line break, no `+` turned into a blank, percent-encoded exactly "
            "once in a URL."
        ),
        "With a permanent key (`LTAI`) send no token at all.",
        "If the session may be over, fetch new credentials.",
    )
    sources = (
        "OSS error catalogue",
        "OSS API reference: access with temporary credentials (STS)",
        "OSS EC pages: 0002-00000003 to 0002-00000010",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        if denial.requester.key_id is not None and not denial.requester.is_temporary:
            return f"{signer(denial)} is no temporary key, and a security token is sent with it that does not fit"
        return f"the security token sent with {signer(denial)} is not valid, not of its session, or no longer known"

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show the token's place as well."""
        yield from super().shown(exchange, denial)
        if denial.token.read is not None:
            yield self.evidence(exchange, denial.token.read)
