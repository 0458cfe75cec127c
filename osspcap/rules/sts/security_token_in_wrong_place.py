"""STS004 security-token-in-wrong-place: the security token stands where OSS does not read it."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule


class SecurityTokenInWrongPlace(RefusalRule):
    """The security token stands where OSS does not read it.

    ## What it finds
    Requests refused because the token of a signed URL is in a header, because it is sent in header and query at
    once, or because it is in a header that OSS does not read.

    ## Why it matters
    OSS reads the token of a header signature from x-oss-security-token, that of a signed URL from the query.
    Anywhere else it counts for nothing, and the key is unknown without it.

    ## How it decides
    OSS says so, or it answers InvalidAccessKeyId to a temporary key whose token stands somewhere else in the
    request.

    ## False alarms
    None known: the answer itself states the cause.
    """

    code = "STS004"
    name = "security-token-in-wrong-place"
    answers = Cause.TOKEN_MISPLACED
    fix = (
        "For a header signature send the token in the header x-oss-security-token, and sign it.",
        (
            "For a signed URL put it into the query before signing: `security-token` with V1, `x-oss-"
            "security-token` with V4. Let the SDK do it: create the client with the token, then sign."
        ),
        "Send it in one place only.",
    )
    sources = (
        "OSS error catalogue",
        "OSS API reference: access with temporary credentials (STS)",
        "OSS EC pages: 0002-00000003 to 0002-00000010",
        "OSS error catalogue: InvalidRequest",
    )

    def told(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what is wrong."""
        wanted = denial.token.place or "x-oss-security-token"
        stray = denial.token.stray
        if denial.token.is_twice:
            return f"the security token is sent twice, in {wanted} and elsewhere"
        where = "in the wrong place" if stray is None else f"in {stray.field.removeprefix('request ')}"
        return f"the security token stands {where}, and OSS reads it from {wanted}"

    def shown(self, exchange: Exchange, denial: Denial) -> Iterator[Evidence]:
        """Show where the token stands."""
        yield from super().shown(exchange, denial)
        for seen in (denial.token.read, denial.token.stray):
            if seen is not None:
                yield self.evidence(exchange, seen)
