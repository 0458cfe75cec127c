"""SIG113 v1-no-longer-accepted: the signature is right, but account or bucket take V4 signatures only."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Verdict
from osspcap.oss.sdk import SdkUse, identify_sdk
from osspcap.rules.signature._signing import SigningRule, refused_with

EC = "0002-00000080"
"""V1 signatures are not accepted for this account or bucket. Source: EC page of this number."""


class V1NoLongerAccepted(SigningRule):
    """The request is signed with V1, but account or bucket take V4 signatures only.

    ## What it finds
    Requests that OSS refused with EC 0002-00000080.

    ## Why it matters
    V1 has been closed to new accounts since March 2025 and to new buckets since September 2025. Neither secret nor
    network has a part in it: the same program works with an older bucket.

    ## How it decides
    By the EC code, before anything is compared. The User-Agent tells which client signed, and so whether a setting is
    enough or a newer release is needed.

    ## False alarms
    None known: OSS gives this EC code for nothing else.
    """

    code = "SIG113"
    name = "v1-no-longer-accepted"
    on_facts = ()  # the EC code tells
    supersedes = ("SIG10", "SIG110", "SIG114", "PRX10", "PRX110", "REQ016")
    fix = (
        "Sign with V4 (`OSS4-HMAC-SHA256`) and set the region; all SDKs of the V2 generation do so by default.",
        "V4 URLs live for 7 days at most: check how long the program's signed URLs are meant to live.",
    )
    sources = (
        "OSS documentation: guide to upgrading V1 signatures to V4",
        "OSS documentation: EC 0002-00000080",
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding for the EC code; those of one client become one."""
        operation, request = exchange.operation, exchange.request
        if operation is None or operation.ec != EC:
            return
        fields = None if request is None else request.fields()
        used = None if fields is None else identify_sdk(fields.get("User-Agent"), fields.get("x-oss-user-agent"))
        agent = None if fields is None else fields.first("x-oss-user-agent") or fields.first("User-Agent")
        shown = [] if request is None or agent is None else [self.evidence(exchange, request.seen(agent))]
        signature = None if fields is None else fields.first("Authorization")
        if request is not None and signature is not None:
            shown.append(self.evidence(exchange, request.seen(signature), "OSS4-HMAC-SHA256 Credential=..."))
        yield self.finding(
            f"{refused_with(exchange)}: V1 signatures are no longer accepted here, V4 is needed",
            *shown,
            *self.error_evidence(exchange),
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED,
            fix=(*_steps(used), *self.fix),
            cause="" if used is None else used.label,
        )


def _steps(used: SdkUse | None) -> tuple[str, ...]:
    """Say what the client that signed has to change."""
    if used is None:
        return ()
    family = used.family
    setting = family.v4_setting
    if used.can_sign_v4 is False:
        if family.v4_since == "never":
            return (f"{family.name} cannot sign with V4: {setting}.",)
        step = f"Upgrade {family.name} from {used.version} to {family.v4_since} or later"
        return (f"{step}, then {setting}." if setting else f"{step}.",)
    if setting:
        known = f" {used.version}" if used.version else ""
        since = f" (from release {family.v4_since} on)" if used.can_sign_v4 is None else ""
        return (f"In {family.name}{known}, {setting}{since}.",)
    return (f"{family.name} signs with V4 unless told otherwise: remove the setting that makes it use V1.",)
