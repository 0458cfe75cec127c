"""SIG107 v4-region-mismatch: a V4 signature names another region or product than the one addressed."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Verdict
from osspcap.model.operation import Network
from osspcap.oss.signing.authentication import CredentialScope
from osspcap.oss.signing_facts import SigningFacts
from osspcap.rules.signature._signing import SIGNING_SOURCES, SigningRule, refused_with

_ECS = frozenset({"0002-00000226", "0002-00000227", "0002-00000228"})
_MESSAGES = ("invalid signing region", "invalid signing product")
_REGIONAL = (Network.PUBLIC, Network.INTERNAL, Network.DUAL_STACK)


class V4RegionMismatch(SigningRule):
    """A V4 signature names another region or product than the one addressed.

    ## What it finds
    V4-signed requests that OSS refused because of the region or product in the credential.

    ## Why it matters
    V4 binds a signature to a region. A client whose endpoint and region setting disagree fails with every request;
    SDKs that cannot read the region from the endpoint (acceleration, custom domain) fall back to cn-hangzhou.

    ## How it decides
    OSS says that the signing region or product is invalid. The region of the credential is shown beside the one that
    the endpoint names. Where a refusal states no reason (HEAD), the two disagreeing makes it likely.

    ## False alarms
    None where OSS says so.
    """

    code = "SIG107"
    name = "v4-region-mismatch"
    supersedes = ("SIG100", "SIG101", "REQ016")
    fix = (
        "Set the SDK's region to the one of the bucket's endpoint, a plain ID: `cn-hangzhou`, not `oss-cn-hangzhou`.",
        "With an acceleration endpoint or a custom domain, set the region in the program; the name does not tell it.",
        "The product is `oss`, and `oss-cloudbox` for cloud boxes only.",
    )
    sources = (*SIGNING_SOURCES, "OSS documentation: EC 0002-00000226, 0002-00000227, 0002-00000228")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for a wrong region or product; those of one scope and endpoint become one."""
        facts, operation = exchange.facts.get(SigningFacts), exchange.operation
        auth = None if facts is None else facts.authentication
        if operation is None or auth is None or auth.scope is None or auth.credential is None:
            return
        endpoint, scope = operation.endpoint, auth.scope
        error = operation.error
        message = "" if error is None or error.message is None else error.message.value
        is_stated = operation.ec in _ECS or message.lower().startswith(_MESSAGES)
        regional = endpoint is not None and endpoint.network in _REGIONAL
        region = endpoint.region if endpoint is not None and regional else None
        is_other = region is not None and region != scope.region
        is_silent = error is None and not operation.ec and exchange.status == 400
        if not is_stated and not (is_silent and is_other):
            return
        expected = f"region {region}" if region is not None else "the region of the bucket"
        yield self.finding(
            f"{refused_with(exchange)}: {_told(scope, region)}",
            *self.request_evidence(exchange, None),
            self.evidence(exchange, auth.credential, f"{expected}, product oss"),
            *self.error_evidence(exchange),
            explanation=_hint(scope, region),
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED if is_stated else Confidence.LIKELY,
            cause=f"{scope.region} {scope.product} {region}",
        )


def _told(scope: CredentialScope, region: str | None) -> str:
    if scope.product not in ("oss", "oss-cloudbox"):
        return f"the V4 signature is for product {scope.product!r} instead of oss"
    if region is not None and region != scope.region:
        return f"the V4 signature is for region {scope.region!r}, but the endpoint is in {region}"
    return f"the V4 signature is for region {scope.region!r}, which is not the bucket's"


def _hint(scope: CredentialScope, region: str | None) -> str:
    parts = ["The region is part of the credential and of the key that signs, so OSS refuses it before it compares."]
    if scope.region.startswith("oss-"):
        parts.append(f"The region must be given without `oss-`: {scope.region.removeprefix('oss-')!r}.")
    elif scope.region == "cn-hangzhou" and region != "cn-hangzhou":
        parts.append("cn-hangzhou is what some SDKs assume where no region was set.")
    return " ".join(parts)
