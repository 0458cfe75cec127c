"""CBK010 callback-signature-invalid: a callback's signature does not hold for the request as captured."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.operation import Role
from osspcap.oss.callback_signature import CallbackSignature
from osspcap.rules.base import ExchangeRule
from osspcap.rules.callback._legs import SOURCES, evidence_of
from osspcap.rules.wording import request_id_note

_CHANGED_FIX = (
    "Verify over the request as OSS sent it: the decoded path, `?` and the raw query, a line feed, the raw body.",
    "Keep reverse proxies in front of the application from rewriting path, query or body; capture before them too.",
)
_FORGED_FIX = (
    "Fetch keys from http(s)://gosspublic.alicdn.com/ only, and refuse callbacks that name another place.",
    "Find out who sent the request: anyone on the internet can call the application.",
)


class CallbackSignatureInvalid(ExchangeRule):
    """A callback's signature does not hold for the request as captured.

    ## What it finds
    Callbacks that were signed by OSS's key over another path, query or body than was captured; that name a key
    outside of OSS's two official places; whose signature is no base64; or, with `--callback-key`, that were made with
    another key than the one given.

    ## Why it matters
    An application that verifies signatures refuses the callback, and one that does not verify can be deceived by
    anyone who knows its URL.

    ## How it decides
    RSA with MD5 over decoded path, query and body, with the key that OSS publishes or the one given. A signature that
    another key made is left undecided as long as no key was given: a capture cannot tell a forgery from a key that OSS
    introduced later or a test server.

    ## False alarms
    A capture behind a reverse proxy that rewrites the path: the application has to undo that as well.
    """

    code = "CBK010"
    name = "callback-signature-invalid"
    severity = Severity.WARNING
    on_error_only = False
    on_facts = (CallbackSignature,)
    on_roles = (Role.CALLBACK,)
    fix = _CHANGED_FIX
    sources = (*SOURCES[:1], "RFC 8017 section 8.2.2")

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding where the proof is firm, else what is missing for it."""
        signature = exchange.facts.get(CallbackSignature) if exchange.facts else None
        if signature is None or signature.check.valid:
            return
        check = signature.check
        if check.valid is None:
            yield self.undecided(f"{check.reason}: its signature cannot be verified", exchange)
            return
        is_other_key = check.made_with_key is False
        if is_other_key and not signature.has_own_key:
            yield self.undecided(
                "the signature was made with another key than the one OSS publishes; give that key with --callback-key",
                exchange,
            )
            return
        reason = "it was not made with the key given" if is_other_key else check.reason
        yield self.finding(
            f"the callback's signature is not valid: {reason}{request_id_note(exchange)}",
            *_evidence(exchange, signature),
            exchanges=(exchange,),
            fix=_CHANGED_FIX if check.made_with_key else _FORGED_FIX,
            cause=reason,
        )


def _evidence(exchange: Exchange, signature: CallbackSignature) -> Iterator[Evidence]:
    if exchange.request is not None:
        yield evidence_of(exchange, exchange.request.seen_start_line())
    if signature.key_url is not None:
        is_official = signature.check.key_url_official
        yield evidence_of(exchange, signature.key_url, "" if is_official else "http(s)://gosspublic.alicdn.com/...")
    if signature.signature is not None:
        yield evidence_of(exchange, signature.signature)
    if exchange.operation is not None and exchange.operation.request_id is not None:
        yield evidence_of(exchange, exchange.operation.request_id)
