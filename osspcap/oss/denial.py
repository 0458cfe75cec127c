"""Why OSS, or its token service, refused a request: permissions, keys, tokens, Referer, endpoint.

In: an error answer and its request. Out: `Denial` with exactly one cause, so that no two rules tell one fault; None
where the refusal is about something else (signature, clock, CORS, forms, the object itself).

The message decides, then the EC, then the request's shape (who signs, which operation, which host). Cost: a few
microseconds for an error of another kind, about 90 us otherwise.
"""

from dataclasses import field

from osspcap.model.exchange import Exchange
from osspcap.model.form import PostForm
from osspcap.model.message import Message
from osspcap.model.operation import ErrorDocument, Operation, Role, Scheme
from osspcap.model.pattern import pattern
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.denial_table import CODES, ECS, ELSEWHERE, MESSAGES, TOKEN_SERVICE, Cause
from osspcap.oss.facts import Context
from osspcap.oss.minimal_policy import Permission, permissions_for
from osspcap.oss.requester import Requester, requester_of
from osspcap.oss.security_token import TokenUse, find_tokens

_READS = frozenset({"SelectObject", "CreateSelectObjectMeta", "DoMetaQuery"})
"""Operations that are sent with POST and change nothing."""
_NAMES_TWO_BUCKETS = "."
_key_form = pattern(r"[0-9A-Za-z._=-]+").fullmatch
_POLICY_TYPE = "AccessDeniedDetail.PolicyType"
_OPEN_TO_SHAPE = frozenset({Cause.POLICY, Cause.BUCKET_ACL, Cause.NOT_OWNED, Cause.DENIED, Cause.ANONYMOUS_READ})
"""Causes that an anonymous request turns into its own: nobody signed, so nobody's policy can be at fault."""
_ANONYMOUS_ACL = frozenset({Cause.OBJECT_ACL_READ, Cause.OBJECT_ACL_WRITE})
_SHOWN_POLICY = frozenset({Cause.POLICY, Cause.DENIED})
_NO_TOKENS = TokenUse()


@record
class Denial:
    """One refusal, its cause, and what the rules need to tell it."""

    cause: Cause
    requester: Requester
    is_stated: bool
    """True if code and message state the cause; False if EC or the request's shape suggests it."""
    permissions: tuple[Permission, ...] = ()
    """What the requester would need."""
    token: TokenUse = field(default=_NO_TOKENS, repr=False)
    referer: Seen[str] | None = None
    endpoint: Seen[str] | None = None
    """The endpoint that the error document names."""


def gather_denial(exchange: Exchange, _context: Context) -> Denial | None:
    """Find the cause of a refusal; None if it is about something else. Never raises on traffic."""
    operation, status = exchange.operation, exchange.status
    if operation is None or status is None or status < 400:
        return None
    match operation.role:
        case Role.OSS:
            return _of_oss(operation, status, exchange.request, exchange.facts.get(PostForm))
        case Role.STS if operation.error is not None:
            return _of_token_service(operation.error, operation, exchange.request)
        case _:
            return None


def _of_token_service(error: ErrorDocument, operation: Operation, request: Message | None) -> Denial | None:
    code, message = error.code.value, _message(error)
    for wanted, words, cause in TOKEN_SERVICE:
        if code == wanted and words in message:
            return Denial(cause, requester_of(request, operation, {}), is_stated=True)
    return None


def _of_oss(operation: Operation, status: int, request: Message | None, posted: PostForm | None) -> Denial | None:
    found = _stated_cause(operation, status)
    cause, is_stated = found if found is not None else (None, False)
    error = operation.error
    is_silent = error is None and not operation.ec and status == 403 and operation.answered_by_oss
    if cause is None and not is_silent:
        return None
    form = {} if posted is None else posted.texts
    requester = requester_of(request, operation, form)
    scheme = Scheme.UNKNOWN if operation.signature is None else operation.signature.scheme
    token = _NO_TOKENS if request is None else find_tokens(request, scheme, form)
    if cause is None:
        # HEAD without any reason: one fault can be told from the request alone.
        if not requester.is_temporary or requester.key_id is None or token.read is not None:
            return None
        return Denial(_without_token(token), requester, is_stated=False, token=token)
    cause = _shaped(cause, operation, request, requester, token)
    fields = None if request is None else request.fields()
    referer = None if fields is None else fields.first("Referer")
    if cause in (Cause.REFERER_EMPTY, Cause.REFERER_NOT_LISTED):
        if fields is None or "Authorization" in fields:
            return None  # OSS checks the Referer of anonymous and URL-signed requests only
        cause = Cause.REFERER_NOT_LISTED if referer is not None and referer.value else Cause.REFERER_EMPTY
    if cause is Cause.KEY_UNKNOWN and (requester.key_id is None or not _key_form(requester.key_id.value)):
        return None  # malformed, which is another fault
    return Denial(
        cause,
        requester,
        is_stated,
        permissions_for(operation, request),
        token,
        None if request is None or referer is None else request.seen(referer),
        _endpoint(error),
    )


def _stated_cause(operation: Operation, status: int) -> tuple[Cause, bool] | None:
    """Return the cause that the answer states, and whether code and message do."""
    error, ec = operation.error, operation.ec or ""
    by_ec = ECS.get(ec.strip())
    if error is None:
        return None if by_ec is None else (by_ec, False)
    code, message = error.code.value, _message(error)
    if code in CODES:
        return CODES[code], True
    if code == "PermanentRedirect":
        return (Cause.OTHER_REGION, True) if _endpoint(error) is not None else None
    if code == "NoSuchBucket":
        return (Cause.CNAME_NOT_BOUND, False) if _is_unbound(operation, error) else None
    if code == "AccessDenied" and _POLICY_TYPE in error.fields:
        return _by_policy_type(error.fields[_POLICY_TYPE].value), True
    for words, cause in MESSAGES.get(code, ()):
        if words in message:
            return cause, True
    if by_ec is not None and code not in ("AccessForbidden", "SignatureDoesNotMatch"):
        return by_ec, False
    if code == "InvalidAccessKeyId":
        return Cause.KEY_UNKNOWN, False
    if code != "AccessDenied" or status != 403 or ec.startswith(("0002-", "0006-")) or ec == "0003-00000703":
        return None
    return None if any(words in message for words in ELSEWHERE) else (Cause.DENIED, False)


def _by_policy_type(policy_type: str) -> Cause:
    match policy_type.strip().lower().replace("-", "").replace(" ", ""):
        case "sessionpolicy" | "assumerolesessionpolicy":
            return Cause.STS_POLICY
        case "bucketpolicy" | "resourcepolicy":
            return Cause.BUCKET_POLICY
        case _:
            return Cause.POLICY


def _shaped(
    cause: Cause, operation: Operation, request: Message | None, requester: Requester, token: TokenUse
) -> Cause:
    """Refine a stated cause by who asked for what, and how."""
    if requester.is_temporary and cause in (Cause.KEY_UNKNOWN, Cause.TOKEN_MISSING):
        return Cause.TOKEN_INVALID if token.read is not None else _without_token(token)
    if cause in (Cause.PATH_STYLE, Cause.BUCKET_NAME) and _is_cname(operation):
        return Cause.CNAME_NOT_BOUND
    if requester.is_temporary and cause in _SHOWN_POLICY and operation.name != "GetService":
        return Cause.STS_POLICY if cause is Cause.POLICY else cause
    if operation.name == "GetService" and cause in (*_SHOWN_POLICY, Cause.ANONYMOUS_READ):
        return Cause.LIST_BUCKETS
    if cause is Cause.ANONYMOUS_READ or (requester.is_anonymous and cause in _OPEN_TO_SHAPE | _ANONYMOUS_ACL):
        return Cause.ANONYMOUS_WRITE if _is_write(operation, request) else Cause.ANONYMOUS_READ
    return cause


def _without_token(token: TokenUse) -> Cause:
    return Cause.TOKEN_MISSING if token.stray is None else Cause.TOKEN_MISPLACED


def _is_write(operation: Operation, request: Message | None) -> bool:
    method = "" if request is None else request.method
    return method in ("PUT", "POST", "DELETE") and operation.name not in _READS


def _is_cname(operation: Operation) -> bool:
    return operation.endpoint is not None and operation.endpoint.kind == "cname"


def _is_unbound(operation: Operation, error: ErrorDocument) -> bool:
    """Tell whether OSS looked for a bucket that is a custom domain, or its first label: nothing is bound to it."""
    if operation.endpoint is None or not _is_cname(operation):
        return False
    bucket, host = error.fields.get("BucketName"), operation.endpoint.host
    if bucket is None:
        return False
    name = bucket.value.strip().lower()
    return name == host or (_NAMES_TWO_BUCKETS in name and host.endswith(name)) or host.startswith(f"{name}.")


def _endpoint(error: ErrorDocument | None) -> Seen[str] | None:
    found = None if error is None else error.fields.get("Endpoint")
    return found if found is not None and found.value.strip() else None


def _message(error: ErrorDocument) -> str:
    return "" if error.message is None else error.message.value.lower()
