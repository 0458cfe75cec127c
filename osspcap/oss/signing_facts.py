"""What the signature of a refused request proves: did OSS sign the bytes that were captured, and whose secret fits.

In: an error answer and its request. Out: `SigningFacts`, or None where the refusal has nothing to do with the
signature. The request is rebuilt for its scheme and compared with the string to sign that OSS states; with a secret
lent by the user, the client's signature is recomputed as well.

Cost: 0.2 to 4 ms an exchange, so that only refusals about signatures get this far, and no more than `MAX_COMPARED` of
a capture: a client in a loop fails ten thousand times for one reason.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from osspcap.model.anomaly import AnomalyName
from osspcap.model.exchange import Exchange
from osspcap.model.form import PostForm
from osspcap.model.message import Message
from osspcap.model.operation import ErrorDocument, Operation, Role, Scheme
from osspcap.model.pattern import pattern
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.client_form import reshaped_fields
from osspcap.oss.facts import Context
from osspcap.oss.signing import v1_subresources
from osspcap.oss.signing.authentication import Authentication
from osspcap.oss.signing.compare import Comparison, Outcome, compare
from osspcap.oss.signing.request import QueryPair, SignedRequest, as_raw, from_message
from osspcap.oss.signing.scheme import FORM_SCHEMES, URL_SCHEMES, Verification, candidates, recognise, verify
from osspcap.oss.signing.server_string import ServerString, matches_loosely, server_string
from osspcap.oss.signing.v1_string import URL_PARAMETERS
from osspcap.oss.signing_neighbours import accepted_key, accepted_twin, buckets_around, legs_of

MAX_COMPARED = 5_000
"""Refused requests of one capture that are rebuilt and compared: about a second at the usual 0.2 ms each."""
MAX_VERIFIED = 1_000
"""Of these, requests that are searched for what the client signed: 0.3 to 4 ms each if nothing fits."""

MISMATCH_ECS = frozenset(f"0002-00000{number}" for number in ("040", "101", "201", "307", "429", "430"))
"""V1, V2, V4, S3 V2, S3 V4 and its chunks: the signatures differ. Source: EC pages of these numbers."""
EXPIRED_ECS = frozenset({"0002-00000069", "0002-00000236", "0002-00000418"})
"""The life of a signed URL is over: V1 and V2, V4, S3 V4."""
_AUTHENTICATION_EC = "0002-"
_MISMATCH_CODE = "SignatureDoesNotMatch"
_SPEAKING_CODES = frozenset({"InvalidArgument", "AccessDenied", "InvalidRequest", "MissingArgument"})
"""Codes that stand for many faults; the message tells whether they are about the signature."""
_KEY_CODES = frozenset({"InvalidAccessKeyId", "AuthorizationHeaderMalformed", "AuthorizationQueryParametersError"})
_is_about_authentication = pattern(
    r"authori[sz]ation|signature|\bsign(?:ed|ing)\b|access ?key ?id|credential|\bexpires\b|query string|valid date"
    r"|authentication|additional ?headers",
    re.IGNORECASE,
).search
_is_masked = pattern(r"\*|X{3}|x{3}").search
_CUT = frozenset({AnomalyName.HEADER_INCOMPLETE, AnomalyName.HEADER_TOO_LARGE, AnomalyName.RESYNCHRONISED})
_ALIASES = (b"-ossalias", b"-opapalias")
"""Ends of access point names, which stand in the Host where OSS may sign the bucket behind them."""

_APPENDED_IN_V1 = (b"x-oss-", b"response-", b"versionId", b"style")
"""How the names begin that people append to a finished V1 URL; parts of an upload are no such thing."""
_FAMILIAR = v1_subresources.UNION | frozenset(
    b"prefix marker max-keys delimiter encoding-type list-type start-after fetch-owner key-marker version-id-marker "
    b"upload-id-marker max-uploads part-number-marker max-parts x-id".split()
)
"""Query parameters that OSS reads."""


class Complaint(StrEnum):
    """What OSS's refusal is about, as far as signatures go."""

    MISMATCH = "mismatch"
    """The signature is another than the one OSS computed."""
    FORM = "form"
    """The authentication is malformed, incomplete, given twice, or of another region or day."""
    UNSTATED = "unstated"
    """400 or 403 without a document: HEAD answered by an old server, or a document that was not captured."""


@record
class SigningFacts:
    """One refused request and its signature."""

    complaint: Complaint
    authentication: Authentication | None
    """None for an anonymous request."""
    server: ServerString | None = None
    """What OSS states to have signed; None if it states nothing."""
    comparison: Comparison | None = None
    """Ours against OSS's string; None without one."""
    text_comparison: Comparison | None = None
    """Where text and bytes of the document contradict each other: ours against the text alone."""
    has_secret: bool = False
    """The user gave a secret for this access key ID."""
    verification: Verification | None = None
    """The reading that the client signed, found with the secret; None if none fits, or without a secret."""
    outer_leg: int | None = None
    """Exchange in which a proxy got this very request from the client; None if it was seen once."""
    outer_comparison: Comparison | None = None
    """That request against OSS's string."""
    inner_leg: int | None = None
    """Exchange in which a proxy passed this request on."""
    accepted_twin: int | None = None
    """Exchange with the same URL signature and another target that OSS accepted."""
    accepted_key: int | None = None
    """Exchange signed with the same access key ID that OSS accepted."""
    replaced: tuple[tuple[Seen[str], Seen[str]], ...] = ()
    """Key ID or signature as captured, and as OSS received it, where the two differ."""
    reshaped: tuple[tuple[Seen[str], str], ...] = ()
    """Parts of the head that its client does not write so: a device did. With the form that was expected."""
    added: tuple[Seen[str], ...] = ()
    """URL: parameters that stand where those stand that were appended after signing."""
    skipped: str = ""
    """Why nothing was compared, in words; empty otherwise."""

    @property
    def is_mismatch(self) -> bool:
        """True if OSS says that the signatures differ."""
        return self.complaint is Complaint.MISMATCH

    @property
    def is_url_signed(self) -> bool:
        """True if the signature stands in the query."""
        return self.authentication is not None and self.authentication.scheme in URL_SCHEMES

    @property
    def outcome(self) -> Outcome | None:
        """Whether OSS signed what was captured. A document that contradicts itself supports at best."""
        chosen = self.best
        if chosen is None:
            return None
        if chosen is self.text_comparison and chosen.outcome is Outcome.EQUAL:
            return Outcome.CONSISTENT
        return chosen.outcome

    @property
    def best(self) -> Comparison | None:
        """The comparison to rely on: of a document that contradicts itself, the side that agrees with the request."""
        if self.text_comparison is None or (self.comparison is not None and self.comparison.outcome is Outcome.EQUAL):
            return self.comparison
        if self.text_comparison.outcome in (Outcome.EQUAL, Outcome.CONSISTENT):
            return self.text_comparison
        reason = "StringToSign and StringToSignBytes of the error document contradict each other"
        return replace(self.text_comparison, outcome=Outcome.UNDECIDED, differences=(), reason=reason)

    @property
    def is_as_received(self) -> bool:
        """True if OSS signed the request as it was captured, as far as can be told."""
        return self.outcome in (Outcome.EQUAL, Outcome.CONSISTENT)

    @property
    def is_unchanged_by_proxy(self) -> bool:
        """True if the request was captured before its proxy as well, and nothing signed differs there."""
        return self.outer_comparison is not None and self.outer_comparison.outcome is Outcome.EQUAL


def complaint_of(exchange: Exchange) -> Complaint | None:
    """Tell what a refusal is about; None if it is not about the signature."""
    operation, status = exchange.operation, exchange.status
    if operation is None or status is None or status < 400:
        return None
    error, ec = operation.error, operation.ec or ""
    if error is None:
        if ec in MISMATCH_ECS:
            return Complaint.MISMATCH
        is_silent = status in (400, 403) and not ec and operation.answered_by_oss
        return Complaint.UNSTATED if is_silent else Complaint.FORM if _is_form_ec(ec) else None
    code, message = error.code.value, "" if error.message is None else error.message.value
    if code == _MISMATCH_CODE or ec in MISMATCH_ECS or _MISMATCH_CODE in message:
        return Complaint.MISMATCH
    if code in _KEY_CODES or _is_form_ec(ec):
        return Complaint.FORM
    if code in _SPEAKING_CODES and (_is_about_authentication(message) or _is_signed_twice(exchange)):
        return Complaint.FORM
    return None


def _is_form_ec(ec: str) -> bool:
    return ec.startswith(_AUTHENTICATION_EC) and ec not in EXPIRED_ECS


def _is_signed_twice(exchange: Exchange) -> bool:
    """Tell cheaply whether header and URL both authenticate: what OSS says of that depends on its release."""
    request = exchange.request
    return (
        exchange.status == 400
        and request is not None
        and "ignature=" in request.target
        and b"\nauthorization:" in request.raw_head.lower()
    )


def gather_signing(exchange: Exchange, context: Context) -> SigningFacts | None:
    """Examine the signature of a refused request; None if the refusal is not about it. Never raises on traffic."""
    operation, request = exchange.operation, exchange.request
    if operation is None or request is None or operation.role is not Role.OSS:
        return None
    complaint = complaint_of(exchange)
    if complaint is None:
        return None
    if not _is_whole(request):
        return _of_cut_request(complaint, operation)
    split = from_message(request)
    form = exchange.facts.get(PostForm)
    auth = recognise(split, None if form is None else form.values)
    if complaint is not Complaint.MISMATCH:
        if auth is None:
            return None
        facts = SigningFacts(complaint, auth)
    else:
        facts = _compared(exchange, operation, split, auth, context)
    return _verified(exchange, split, facts, context) if context.secrets and auth is not None else facts


def _is_whole(request: Message) -> bool:
    """Tell whether all header lines were captured: a missing one would look as if a device had added it."""
    if any(anomaly.name in _CUT for anomaly in request.anomalies):
        return False
    return request.version.startswith("HTTP/2") or request.raw_head.endswith((b"\n\r\n", b"\n\n"))


def _of_cut_request(complaint: Complaint, operation: Operation) -> SigningFacts | None:
    if complaint is not Complaint.MISMATCH:
        return None
    server = None if operation.error is None else server_string(operation.error)
    return SigningFacts(complaint, None, server, skipped="the head of the request was not captured whole")


def _compared(
    exchange: Exchange, operation: Operation, split: SignedRequest, auth: Authentication | None, context: Context
) -> SigningFacts:
    """Hold the captured request against the string that OSS states."""
    error = operation.error
    server = None if error is None else server_string(error)
    facts = SigningFacts(
        Complaint.MISMATCH,
        auth,
        server,
        replaced=() if server is None or auth is None else tuple(_replaced(auth, server)),
    )
    if auth is None or error is None or server is None:
        return facts
    if not context.spend("signatures compared", MAX_COMPARED):
        return replace(facts, skipped=f"only the first {MAX_COMPARED:,} mismatches of a capture are compared")
    buckets = buckets_around(exchange, operation, context)
    comparison = _compare(split, auth, buckets, server)
    outer, inner = legs_of(exchange, context)
    return replace(
        facts,
        comparison=comparison,
        text_comparison=_text_comparison(split, auth, buckets, error, server),
        outer_leg=outer,
        outer_comparison=None if outer is None else _compare_outer(context.exchanges[outer], server),
        inner_leg=inner,
        accepted_key=accepted_key(exchange, operation, context),
        accepted_twin=accepted_twin(exchange, split, auth, context),
        reshaped=reshaped_fields(split.message),
        added=tuple(_added(split, auth)),
    )


def _compare(split: SignedRequest, auth: Authentication, buckets: tuple[str, ...], server: ServerString) -> Comparison:
    found = compare(split, candidates(split, auth, buckets), server)
    host_bucket = split.host_bucket or b""
    if found.outcome is Outcome.DIFFERENT and host_bucket.endswith(_ALIASES):
        kept = tuple(difference for difference in found.differences if difference.part != "bucket")
        return replace(found, differences=kept, outcome=Outcome.DIFFERENT if kept else Outcome.CONSISTENT)
    return found


def _text_comparison(
    split: SignedRequest, auth: Authentication, buckets: tuple[str, ...], error: ErrorDocument, server: ServerString
) -> Comparison | None:
    """Compare with the text alone where it contradicts the bytes: either of them may be the edited one."""
    if server.agrees is not False:
        return None
    fields = {name: seen for name, seen in error.fields.items() if name != "StringToSignBytes"}
    alone = server_string(replace(error, fields=fields))
    return None if alone is None else _compare(split, auth, buckets, alone)


def _compare_outer(outer: Exchange, server: ServerString) -> Comparison | None:
    if outer.request is None:
        return None
    split = from_message(outer.request)
    auth = recognise(split)
    return None if auth is None else _compare(split, auth, (), server)


def _verified(exchange: Exchange, split: SignedRequest, facts: SigningFacts, context: Context) -> SigningFacts:
    """Search for what the client signed, with the secret that the user gave for its access key ID."""
    auth = facts.authentication
    key = None if auth is None else auth.access_key_id
    secret = context.secrets.get(None if key is None else key.value.strip())
    if facts.complaint is Complaint.FORM:
        return facts
    if auth is None or secret is None or auth.scheme in (Scheme.UNKNOWN, Scheme.S3_HEADER, Scheme.S3_URL):
        return facts
    if auth.signature is None or _is_masked(auth.signature.value[-6:]):
        return facts
    if not context.spend("signatures verified", MAX_VERIFIED):
        return facts
    buckets = () if exchange.operation is None else buckets_around(exchange, exchange.operation, context)
    return replace(facts, has_secret=True, verification=verify(split, auth, secret, buckets))


def _replaced(auth: Authentication, server: ServerString) -> Iterator[tuple[Seen[str], Seen[str]]]:
    """Yield key ID and signature where OSS got others than were captured. Masked ones are no evidence."""
    if auth.scheme in FORM_SCHEMES:
        return
    for sent, received in ((auth.access_key_id, server.access_key_id), (auth.signature, server.signature_provided)):
        if sent is None or received is None:
            continue
        ours, theirs = sent.value.strip(), received.value.strip()
        if ours == theirs or not theirs or _is_masked(ours) or _is_masked(theirs):
            continue
        # What OSS received may be the same text, decoded once more or less: that is no replacement.
        if ours.replace("+", " ") == theirs.replace("+", " ") or as_raw(ours) == as_raw(theirs).replace(b"%2B", b"+"):
            continue
        if not matches_loosely(as_raw(ours), as_raw(theirs)):
            yield sent, received


def _added(split: SignedRequest, auth: Authentication) -> Iterator[Seen[str]]:
    """Yield parameters of a signed URL that look appended after it was signed.

    Of V1, subresources behind the signature's own parameters: most SDKs write theirs in front. Of V2 and V4, where
    every parameter is signed: names that OSS does not know, and names behind the signature that sort before it.
    """
    if auth.scheme is Scheme.V1_URL:
        last = max((index for index, pair in enumerate(split.query) if pair.name in URL_PARAMETERS), default=-1)
        for pair in split.query[last + 1 :]:
            if pair.name.startswith(_APPENDED_IN_V1) and _is_subresource(pair):
                yield split.seen_query(pair)
    elif auth.scheme in (Scheme.V2_URL, Scheme.V4_URL):
        names = [pair.name for pair in split.query]
        behind = names.index(b"x-oss-signature") if b"x-oss-signature" in names else len(names)
        for index, pair in enumerate(split.query):
            is_known = pair.name in _FAMILIAR or pair.name.startswith(v1_subresources.PREFIX)
            if not is_known or (index > behind and pair.name < b"x-oss-signature"):
                yield split.seen_query(pair)


def _is_subresource(pair: QueryPair) -> bool:
    return pair.name in v1_subresources.UNION or pair.name.startswith(v1_subresources.PREFIX)
