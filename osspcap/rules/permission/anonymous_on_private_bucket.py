"""PRM009 anonymous-on-private-bucket: a request without signature asks for something that is not public."""

from osspcap.model.exchange import Exchange
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, grant_steps, needed, signer_note


class AnonymousOnPrivateBucket(RefusalRule):
    """A request without signature asks for something that is not public.

    ## What it finds
    Unsigned reads and listings that OSS refused with AccessDenied.

    ## Why it matters
    Private buckets answer signed requests only. A plain URL of an object works just with public-read, and
    listing just with a bucket policy.

    ## How it decides
    The request has neither an Authorization header nor signature parameters, and OSS refused it with
    AccessDenied; a Referer or region as the cause is excluded.

    ## False alarms
    Crawlers and people that try URLs.
    """

    code = "PRM009"
    name = "anonymous-on-private-bucket"
    answers = Cause.ANONYMOUS_READ
    fix = (
        (
            "Sign the request: with an SDK and a RAM user's key, or have the server issue a signed URL for "
            "browsers and apps."
        ),
        (
            "For content that everybody may see, set the ACL of the object or bucket to public-read (OSS "
            "console > the bucket > Permission Control > ACL; PutObjectACL) and check that Block Public "
            "Access is off."
        ),
        (
            "If the URL was signed, look for what cut off its query: an `&` in a shell needs quotes, a link "
            "in HTML needs `&amp;`."
        ),
    )
    sources = (
        "OSS error catalogue: AccessDenied",
        "OSS user guides (D) section 4, (E) section 3: permissions",
        "OSS EC pages: 0003-00000905",
    )

    def told(self, _exchange: Exchange, _denial: Denial) -> str:
        """Say what is wrong."""
        return "the request carries no signature and what it asks for is not public"

    def why(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what a signed request would need."""
        return f"{signer_note(denial)} A signed one needs {needed(denial)}."

    def steps(self, _exchange: Exchange, denial: Denial) -> tuple[str, ...]:
        """Sign first; then the policy for who signs."""
        return (*self.fix[:1], *grant_steps(denial), *self.fix[1:])
