"""PRM010 anonymous-write: a request without signature tries to write."""

from osspcap.model.exchange import Exchange
from osspcap.oss.denial import Denial
from osspcap.oss.denial_table import Cause
from osspcap.rules.refusing import RefusalRule, grant_steps, needed, signer_note


class AnonymousWrite(RefusalRule):
    """A request without signature tries to write.

    ## What it finds
    Unsigned uploads, deletions and changes of settings that OSS refused with AccessDenied.

    ## Why it matters
    Nobody should be able to write without a signature: only buckets with public-read-write take it, and those
    fill up with strangers' data at their owner's cost.

    ## How it decides
    The request has neither an Authorization header nor signature parameters nor a signed form, its method
    changes something, and OSS refused it with AccessDenied.

    ## False alarms
    Scanners that look for open buckets.
    """

    code = "PRM010"
    name = "anonymous-write"
    answers = Cause.ANONYMOUS_WRITE
    fix = (
        (
            "Sign the request: with an SDK and a RAM user's key, or have the server issue a signed URL or "
            "form for browsers and apps."
        ),
        "Do not set the bucket to public-read-write instead.",
        "If the client did sign, look for a proxy or interceptor that takes the Authorization header away.",
    )
    sources = (
        "OSS error catalogue: AccessDenied",
        "OSS user guides (D) section 4, (E) section 3: permissions",
    )

    def told(self, _exchange: Exchange, _denial: Denial) -> str:
        """Say what is wrong."""
        return "the request carries no signature, and the bucket does not let everybody write"

    def why(self, _exchange: Exchange, denial: Denial) -> str:
        """Say what a signed request would need."""
        return f"{signer_note(denial)} A signed one needs {needed(denial)}."

    def steps(self, _exchange: Exchange, denial: Denial) -> tuple[str, ...]:
        """Sign first; then the policy for who signs."""
        return (*self.fix[:1], *grant_steps(denial), *self.fix[1:])
