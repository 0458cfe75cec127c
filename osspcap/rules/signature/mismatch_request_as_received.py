"""SIG102 mismatch-request-as-received: OSS signed what was captured here, the client signed something else before."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Verdict
from osspcap.oss.proxy import ProxyTrace
from osspcap.oss.signing.compare import Outcome
from osspcap.oss.signing.shown import alterations
from osspcap.oss.signing_facts import SigningFacts
from osspcap.rules.signature._signing import (
    SIGNING_SOURCES,
    SigningRule,
    came_through_proxy,
    harmless,
    is_altered_before_capture,
    key_name,
    refused_with,
)


class MismatchRequestAsReceived(SigningRule):
    """OSS signed the request as it was captured here, but the client signed something else before that.

    ## What it finds
    Requests refused with SignatureDoesNotMatch where OSS's string equals the captured request, and either the request
    had passed a proxy before it was captured, or the secret given proves that the client signed other content.

    ## Why it matters
    The change lies in front of the point of capture: in the proxy whose marks the request bears, in an agent on the
    client, or in the HTTP library that adds a header after the SDK has signed.

    ## How it decides
    The string to sign rebuilt from the captured request is the one that OSS states. Headers such as Via and
    X-Forwarded-For, or the same request captured before the proxy, show that it was passed on; so does a head that the
    client named by User-Agent never writes so (Connection dropped, fields in another order). With a secret given, the
    content that the client signed is searched for and named.

    ## False alarms
    A wrong access key secret behind a harmless proxy looks the same without the secret and without a capture on the
    client's side; the finding says so and is then likely, not confirmed.
    """

    code = "SIG102"
    name = "mismatch-request-as-received"
    supersedes = ("SIG100", "SIG101", "REQ016")
    fix = (
        (
            "Capture the same request on the client, in front of the proxy, and run `osspcap compare CLIENT SERVER`: "
            "it shows what the proxy changed."
        ),
        (
            "Let the proxy pass on the request target, Content-Type, Content-MD5, Date and all x-oss- headers "
            "unchanged, or send to OSS without it, by HTTPS."
        ),
        "If nothing differs between the two captures, check the access key secret.",
    )
    sources = (*SIGNING_SOURCES, "OSS user guide 2019 (D): 403 errors, item 6 (proxies that add headers)")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding if the request changed before it was captured; those of one key become one."""
        facts = exchange.facts.get(SigningFacts)
        if facts is None or not facts.is_mismatch or facts.replaced:
            return
        auth, verified = facts.authentication, facts.verification
        is_proved = is_altered_before_capture(facts)
        is_signed_as_captured = verified is not None and verified.as_captured
        if is_signed_as_captured or not (
            facts.is_as_received or (is_proved and facts.outcome is not Outcome.DIFFERENT)
        ):
            return
        has_passed = came_through_proxy(exchange, facts) and not facts.is_unchanged_by_proxy
        if not (has_passed or is_proved):
            return
        outer = facts.outer_comparison
        is_shown = outer is not None and outer.outcome is Outcome.DIFFERENT
        named = alterations(verified.candidate) if verified is not None else []
        what = f": {'; '.join(named)}" if named else ""
        where = "passed a proxy and " if has_passed else ""
        how_sure = "the client signed" if is_proved or is_shown else "the client most likely signed"
        yield self.finding(
            f"{refused_with(exchange)}: the request {where}reached OSS as it was captured here, but {how_sure} "
            f"something else{what}",
            *self.request_evidence(exchange, auth),
            *self.proxy_evidence(exchange),
            *self.string_evidence(exchange, facts.best),
            *self.error_evidence(exchange),
            explanation=_explanation(exchange, facts, has_passed=has_passed, is_proved=is_proved or is_shown),
            exchanges=(exchange,),
            confidence=Confidence.CONFIRMED if is_proved or is_shown else Confidence.LIKELY,
            cause=f"{key_name(auth)} {what}",
        )


def _explanation(exchange: Exchange, facts: SigningFacts, *, has_passed: bool, is_proved: bool) -> str:
    parts = ["The string that OSS states to have signed is the one that the request gives as it was captured here."]
    trace = exchange.facts.get(ProxyTrace)
    if facts.outer_leg is not None:
        parts.append(f"Before the proxy the same request was captured as exchange {facts.outer_leg}.")
    elif has_passed and trace is not None and trace.came_through:
        names = ", ".join(dict.fromkeys(seen.field.removeprefix("request header ") for seen in trace.passed_on))
        devices = f" ({', '.join(trace.request_devices)})" if trace.request_devices else ""
        parts.append(f"Its headers {names} show that it had passed a proxy{devices} before.")
    elif has_passed and facts.reshaped:
        parts.append(
            "No header names a proxy, but the head is not written as the client that User-Agent names writes it "
            f"(expected: {'; '.join(expected for _, expected in facts.reshaped)}): a device wrote it anew."
        )
    if facts.verification is not None:
        parts.append(
            "The secret that you gave reproduces the client's signature only over other content, so the change was "
            "made after signing and before the point of capture, or the client leaves out what OSS signs."
        )
    elif facts.has_secret:
        parts.append(
            "The secret that you gave reproduces the client's signature over no variant of the request that was tried: "
            "the proxy changed something that cannot be guessed, or the client uses another secret. A capture between "
            "client and proxy decides."
        )
    elif not is_proved:
        parts.append(
            "Two causes fit: the proxy changed something that is signed, or the access key secret is wrong. A capture "
            "between client and proxy decides, and so does the secret (`--secret-env`)."
        )
    parts.append(harmless(exchange, facts))
    return " ".join(part for part in parts if part)
