"""What a form's signature shows: its own fields, and with a secret lent, what the client signed.

In: a form, how it is authenticated, the endpoint, and the secret. Out: a `SignatureCheck`. Only the policy is signed,
so the usual mistakes are few and each can be tried: the JSON signed in the place of its base64, blanks and line breaks
in the base64, hexadecimal in the place of base64, the hash of another scheme, a key for another region or day.

Source: OSS API reference, POST V1 signature and POST V4 signature. Cost: some 30 hashes for a refused form.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, unquote

from osspcap.model.form import PostForm, SignatureCheck
from osspcap.model.operation import Operation, Scheme
from osspcap.model.seen import Seen
from osspcap.oss.signing.authentication import Authentication, CredentialScope, ProblemName
from osspcap.oss.signing.request import as_raw
from osspcap.oss.signing.scheme import FORM_SCHEMES
from osspcap.oss.signing.v1_string import sign_v1
from osspcap.oss.signing.v2 import sign_v2
from osspcap.oss.signing.v4_canonical import sign_v4

_OWN_FAULTS = frozenset(
    {
        ProblemName.SIGNATURE_NOT_BASE64,
        ProblemName.SIGNATURE_NOT_HEX,
        ProblemName.SIGNATURE_LENGTH,
        ProblemName.CREDENTIAL_MALFORMED,
        ProblemName.SCOPE_DATE_MALFORMED,
        ProblemName.ACCESS_KEY_ID_BLANK,
        ProblemName.ACCESS_KEY_ID_CHARACTERS,
    }
)
_AS_SENT = ""


def check_signature(form: PostForm, auth: Authentication, operation: Operation, secret: str | None) -> SignatureCheck:
    """Look at a form's signature; never raises on traffic."""
    faults = tuple(_faults(form, auth, operation))
    if secret is None or auth.policy is None or auth.signature is None or auth.scheme not in FORM_SCHEMES:
        return SignatureCheck(faults)
    sent = auth.signature.value.strip()
    for words, computed in _readings(auth, auth.policy, secret, _region_of(operation)):
        if computed and hmac.compare_digest(as_raw(computed), as_raw(sent)):
            return SignatureCheck(faults, has_secret=True, is_right=words == _AS_SENT, signed_instead=words)
    return SignatureCheck(faults, has_secret=True)


def _region_of(operation: Operation) -> str | None:
    return None if operation.endpoint is None else operation.endpoint.region


def _faults(form: PostForm, auth: Authentication, operation: Operation) -> Iterator[tuple[str, Seen[str] | None]]:
    """Yield what is wrong with the fields by themselves."""
    for problem in auth.problems:
        if problem.name in _OWN_FAULTS:
            yield f"{_label(problem.seen)}: {problem.detail}", problem.seen
    signature, policy, scope = auth.signature, auth.policy, auth.scope
    if signature is not None and "%" in signature.value:
        yield "the signature is percent-encoded, and forms are not decoded", signature
    if policy is not None and any(char.isspace() for char in policy.value):
        yield "the policy has blanks or line breaks inside; base64 has none, or a + became a blank", policy
    if scope is None:
        return
    region = _region_of(operation)
    if region and scope.region != region:
        yield f"the credential names the region {scope.region!r}, and the endpoint lies in {region}", auth.credential
    dated = auth.signed_at
    if dated is not None and not dated.value.startswith(scope.date):
        yield f"the credential is of {scope.date}, and x-oss-date of {dated.value[:8]}", dated
    version = form.field("x-oss-signature-version")
    if version is not None and version.value.value != "OSS4-HMAC-SHA256":
        yield f"x-oss-signature-version is {version.value.value[:40]!r} and must be OSS4-HMAC-SHA256", version.value


def _label(seen: Seen[str] | None) -> str:
    return "the form" if seen is None else seen.field.partition(",")[0]


def _readings(auth: Authentication, policy: Seen[str], secret: str, region: str | None) -> Iterator[tuple[str, str]]:
    """Yield what the client may have signed, in words, and the signature that it gives; as sent comes first."""
    raw = policy.raw or as_raw(policy.value)
    texts = list(_texts(raw))
    for words, text in texts:
        yield words, _sign(auth, auth.scope, text, secret)
    scheme_words = "the usual text"
    for shown, changed in _secrets(secret):
        yield f"it used the secret {shown}", _sign(auth, auth.scope, raw, changed)
    if auth.scheme is Scheme.POST_V4 and auth.scope is not None:
        yield from _other_scopes(auth, auth.scope, raw, secret, region)
    for words, text in texts[:2]:
        what = words or scheme_words
        yield from _other_hashes(auth, what, text, secret)


def _sign(auth: Authentication, scope: CredentialScope | None, text: bytes, secret: str) -> str:
    match auth.scheme:
        case Scheme.POST_V1:
            return sign_v1(text, secret)
        case Scheme.POST_V2:
            return sign_v2(text, secret)
        case _:
            return sign_v4(text, scope, secret)


def _texts(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the policy as sent, and what it may have been when it was signed."""
    yield _AS_SENT, raw
    stripped = b"".join(raw.split())
    try:
        document = base64.b64decode(stripped + b"=" * (-len(stripped) % 4))
    except (binascii.Error, ValueError):
        document = b""
    if document:
        yield "it signed the policy's JSON, and not its base64", document
    if stripped != raw:
        yield "it signed the policy without the blanks or line breaks that the form has", stripped
        yield "it signed the policy with + where the form has blanks", raw.replace(b" ", b"+")
    else:
        lines = [stripped[at : at + 76] for at in range(0, len(stripped), 76)]
        yield "it signed the base64 with a line feed at its end", stripped + b"\n"
        yield "it signed the base64 in lines of 76 characters", b"\n".join(lines) + b"\n"
        yield "it signed the base64 in lines of 76 characters", b"\r\n".join(lines)
    quoted = quote(raw.decode("latin-1"), safe="").encode()
    if quoted != raw:
        yield "it signed the percent-encoded policy", quoted
    unquoted = unquote(raw.decode("latin-1")).encode("latin-1", "replace")
    if unquoted != raw:
        yield "it signed the policy before it was percent-encoded", unquoted
    safe = stripped.replace(b"+", b"-").replace(b"/", b"_")
    if safe != stripped:
        yield "it signed the policy in the URL-safe alphabet of base64", safe


def _secrets(secret: str) -> Iterator[tuple[str, str]]:
    yield "with a line feed behind it", secret + "\n"
    yield "with a carriage return and line feed behind it", secret + "\r\n"
    yield "with a blank behind it", secret + " "
    yield "with a blank in front of it", " " + secret


def _other_scopes(
    auth: Authentication, scope: CredentialScope, raw: bytes, secret: str, region: str | None
) -> Iterator[tuple[str, str]]:
    """Yield signatures under keys derived for another scope than the credential names."""
    day = "" if auth.signed_at is None else auth.signed_at.value[:8]
    others = [
        (f"for the region {region}", replace(scope, region=region or scope.region)),
        (f"for the region oss-{scope.region}", replace(scope, region=f"oss-{scope.region}")),
        (f"for the day {day} of x-oss-date", replace(scope, date=day)),
    ]
    for words, other in others:
        if other != scope:
            yield f"it derived its key {words}, and the credential names {scope.text}", _sign(auth, other, raw, secret)
    plain = hmac.new(as_raw(secret), raw, hashlib.sha256)
    yield "it used the secret itself, and not the key derived from it", plain.hexdigest()
    key = sign_v4(b"", scope, secret)
    if key:
        in_base64 = base64.b64encode(bytes.fromhex(_sign(auth, scope, raw, secret))).decode()
        yield "it wrote the signature as base64, and V4 has hexadecimal digits", in_base64


def _other_hashes(auth: Authentication, what: str, text: bytes, secret: str) -> Iterator[tuple[str, str]]:
    """Yield signatures of other hashes and in other notations."""
    sha1 = hmac.new(as_raw(secret), text, hashlib.sha1)
    sha256 = hmac.new(as_raw(secret), text, hashlib.sha256)
    yield f"it wrote HMAC-SHA1 of {what} in hexadecimal, and not in base64", sha1.hexdigest()
    in_two = base64.b64encode(sha1.hexdigest().encode()).decode()
    yield f"it wrote base64 of the hexadecimal text of HMAC-SHA1 of {what}, and not of its 20 bytes", in_two
    if auth.scheme is not Scheme.POST_V2:
        yield f"it used HMAC-SHA256 of {what}", base64.b64encode(sha256.digest()).decode()
    if auth.scheme is not Scheme.POST_V1:
        yield f"it used HMAC-SHA1 of {what}", base64.b64encode(sha1.digest()).decode()
    md5 = hmac.new(as_raw(secret), text, hashlib.md5)
    yield f"it used HMAC-MD5 of {what}", base64.b64encode(md5.digest()).decode()
    bare = hashlib.sha1(as_raw(secret) + text, usedforsecurity=False)
    yield f"it used SHA-1 of secret and {what}, and not HMAC", base64.b64encode(bare.digest()).decode()
