"""STS001 security-token-missing: a temporary key signed, and its security token was not sent."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, signer


class SecurityTokenMissing(RefusalRule):
    """A temporary key signed, and its security token was not sent.

    ## What it finds
    Requests signed with a key ID that starts with `STS.`, without a security token anywhere, that OSS refused.

    ## Why it matters
    Temporary credentials have three parts: key ID, secret and token. Without the token OSS does not know the
    key at all, and answers as if it did not exist.

    ## How it decides
    The key ID starts with `STS.`, and neither header, query nor form holds a token. OSS answers
    InvalidAccessKeyId; an answer to HEAD without a reason makes it likely only.

    ## False alarms
    None where OSS states InvalidAccessKeyId.
    """

    code = "STS001"
    name = "security-token-missing"
    answers = Cause.TOKEN_MISSING
    fix = (
        (
            "Give the SDK all three parts of the AssumeRole answer, for example `oss2.StsAuth(id, secret, "
            "token)`, `new OSS({accessKeyId, accessKeySecret, stsToken})`, "
            "`credentials.NewStaticCredentialsProvider(id, secret, token)`."
        ),
        (
            "If requests are signed by hand, send the header x-oss-security-token and sign it with the other "
            "x-oss- headers; in a signed URL put `security-token` (V4: `x-oss-security-token`) into the query"
            " before signing."
        ),
        "Look whether a proxy takes the header away, if the program does send it.",
    )
    sources = (
        "OSS error catalogue",
        "OSS API reference: access with temporary credentials (STS)",
        "OSS EC pages: 0002-00000003 to 0002-00000010",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        place = denial.token.place or "x-oss-security-token"
        return f"{signer(denial)} signed, and its security token is missing: nothing stands in {place}"

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show the key and what should be with it."""
        yield from self.request_evidence(exchange)
        yield from self.signer_evidence(exchange, denial, "with the token of the same session in x-oss-security-token")
