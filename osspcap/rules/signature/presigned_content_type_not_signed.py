"""SIG106 presigned-content-type-not-signed: a signed URL was used with a Content-Type that its signer left out."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Verdict
from osspcap.model.seen import Seen
from osspcap.oss.signing_facts import SigningFacts
from osspcap.rules.signature._signing import (
    SigningRule,
    content_type,
    is_altered_before_capture,
    key_name,
    refused_with,
)
from osspcap.rules.wording import shortened

_CLIENT_DEFAULTS = (
    "application/x-www-form-urlencoded",
    "application/json",
    "text/plain",
    "multipart/form-data",
    "application/octet-stream",
)
"""What HTTP clients send where nobody chose a type: curl, urllib, .NET, axios, fetch, WeChat mini programs, okhttp."""
_BROWSER_FIELDS = ("Origin", "Sec-Fetch-Mode", "Sec-Fetch-Site")
_WITHOUT_BODY = frozenset({"GET", "HEAD", "DELETE"})


class PresignedContentTypeNotSigned(SigningRule):
    """A signed URL was used with a Content-Type that its signer left out.

    ## What it finds
    Requests with a signature in the URL, refused with SignatureDoesNotMatch, that carry a Content-Type which clients
    add by themselves.

    ## Why it matters
    It is the most frequent fault of uploads by signed URL. The Content-Type that is sent is part of the signature, and
    curl, browsers and mini programs send one that nobody asked for.

    ## How it decides
    With the secret given: the URL's signature verifies without the Content-Type, or with another form of it. Without
    it: OSS signed what was captured, and the type is one that clients add by default (a browser adds the type of the
    file). A wrong secret fits as well then, and the finding is likely only.

    ## False alarms
    A signer that did include the type and has a wrong secret.
    """

    code = "SIG106"
    name = "presigned-content-type-not-signed"
    supersedes = ("SIG100", "SIG101", "SIG102", "SIG105", "REQ016")
    fix = (
        (
            "Send the request without the header, if the URL was signed without one: `curl -H 'Content-Type:' -T FILE "
            "URL` (curl's `-d` and `--data-binary` add application/x-www-form-urlencoded)."
        ),
        (
            "Or have the signer include the very type that is sent: `bucket.sign_url('PUT', key, 900, "
            "headers={'Content-Type': 'image/png'})` in oss2, `'Content-Type'` in the options of `signatureUrl` in "
            "ali-oss."
        ),
        (
            "In browsers, send a Blob with an empty type (`new Blob([file])`) or set the header to the signed type; in "
            "a mini program, set `header: {'content-type': ...}` to the signed type."
        ),
    )

    def check(self, exchange: Exchange) -> Iterator[Verdict]:
        """Yield a finding if the Content-Type was not signed; those of one type become one."""
        facts = exchange.facts.get(SigningFacts)
        if facts is None or not (facts.is_mismatch and facts.is_url_signed) or facts.replaced:
            return
        sent = content_type(exchange)
        if facts.has_secret:
            if not _is_proved(facts):
                return
            confidence = Confidence.CONFIRMED
        elif sent is None or not facts.is_as_received or facts.accepted_twin is not None:
            return
        elif _is_typical(exchange, sent):
            confidence = Confidence.LIKELY
        else:
            return
        shown = "no Content-Type" if sent is None else f"Content-Type {shortened(sent.value, 80)}"
        yield self.finding(
            f"{refused_with(exchange)}: the request was sent with {shown}, {_against(sent, confidence)}",
            *self.request_evidence(exchange, facts.authentication),
            *([] if sent is None else [self.evidence(exchange, sent, "the Content-Type that was signed, or none")]),
            *self.string_evidence(exchange, facts.best),
            *self.error_evidence(exchange),
            explanation=_explanation(facts),
            exchanges=(exchange,),
            confidence=confidence,
            cause=f"{key_name(facts.authentication)} {shown}",
        )


def _against(sent: Seen[str] | None, confidence: Confidence) -> str:
    if sent is None:
        return "but its URL was signed for one (application/octet-stream)"
    how_sure = "did not sign" if confidence is Confidence.CONFIRMED else "most likely did not sign"
    return f"which the signer of its URL {how_sure}"


def _is_proved(facts: SigningFacts) -> bool:
    verified = facts.verification
    if verified is None or not is_altered_before_capture(facts):
        return False
    return any(name.startswith("content-type") for name in verified.candidate.variant)


def _is_typical(exchange: Exchange, sent: Seen[str]) -> bool:
    """Tell whether nobody chose the type: it is a client's default, a browser's, or of a request without a body."""
    request = exchange.request
    if request is None:
        return False
    if sent.value.lower().startswith(_CLIENT_DEFAULTS) or request.method in _WITHOUT_BODY:
        return True
    fields = request.fields()
    return any(name in fields for name in _BROWSER_FIELDS) or fields.get("User-Agent").startswith("Mozilla/")


def _explanation(facts: SigningFacts) -> str:
    if facts.has_secret:
        return (
            "The secret that you gave reproduces the signature of the URL, but over another Content-Type than was "
            "sent: key and secret are right, and the header is what breaks the URL."
        )
    return (
        "OSS signed the request as it was captured, Content-Type included, so nothing was changed behind the point of "
        "capture. The type is one that HTTP clients add by themselves, and URLs are mostly signed without any. The "
        "other cause that fits is a wrong access key secret of the signer. Sending the request without Content-Type "
        "decides; the secret (`--secret-env`) decides as well."
    )
