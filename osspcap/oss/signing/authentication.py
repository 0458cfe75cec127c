"""What a request shows of its authentication: the parts, each with its place on the wire, and what is wrong with them.

Nothing here is an error in the sense of an exception: a header that no server would accept is parsed as far as it
goes, and every oddity becomes a `Problem`.
"""

import base64
import binascii
import re
from dataclasses import field
from enum import StrEnum

from osspcap.model.operation import Scheme, SignatureSummary
from osspcap.model.pattern import pattern
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.signing.request import as_raw, seen_part

V4_TERMINATOR = "aliyun_v4_request"
"""Last part of every V4 credential scope."""
V4_MAX_EXPIRES_S = 604_800
"""Longest life of a V4 URL in seconds, 7 days (EC 0002-00000232)."""

SHA1_BYTES = 20
"""Size of a V1 signature (HMAC-SHA1)."""
SHA256_BYTES = 32
"""Size of a V2 or V4 signature (HMAC-SHA256)."""

_BASE64 = pattern(r"[A-Za-z0-9+/]+={0,2}")
_HEX64 = pattern(r"[0-9a-f]{64}")
_SCOPE_DATE = pattern(r"[0-9]{8}")


class ProblemName(StrEnum):
    """Everything that can be wrong with an authentication by its form alone. Values are stable."""

    SCHEME_UNKNOWN = "authorization-scheme-unknown"
    SCHEME_FOREIGN = "authorization-scheme-foreign"
    """Basic, Bearer and the like: not an OSS signature."""
    SCHEME_CASE = "authorization-scheme-case"
    """`oss` for `OSS`."""
    SCHEME_MALFORMED = "authorization-scheme-malformed"
    """An OSS scheme with the blank behind it missing, or misspelt."""
    HEADER_EMPTY = "authorization-empty"
    HEADER_REPEATED = "authorization-repeated"
    """Two Authorization lines, or two values folded into one."""
    PART_MISSING = "authentication-part-missing"
    """A parameter that the scheme requires is absent or empty."""
    PART_REPEATED = "authentication-part-repeated"
    PART_UNKNOWN = "authentication-part-unknown"
    PART_CASE = "authentication-part-case"
    """A parameter's name in another case than documented."""
    PART_QUOTED = "authentication-part-quoted"
    """Quotation marks around a value."""
    ACCESS_KEY_ID_BLANK = "access-key-id-with-blank"
    ACCESS_KEY_ID_CHARACTERS = "access-key-id-with-other-characters"
    """Characters outside `[0-9A-Za-z._=]`."""
    SIGNATURE_NOT_BASE64 = "signature-not-base64"
    SIGNATURE_NOT_HEX = "signature-not-hex"
    SIGNATURE_LENGTH = "signature-of-wrong-length"
    CREDENTIAL_MALFORMED = "credential-malformed"
    """Not `<id>/<date>/<region>/<product>/aliyun_v4_request`."""
    SCOPE_DATE_MALFORMED = "scope-date-malformed"
    """The scope's date is not eight digits."""
    VERSION_UNKNOWN = "signature-version-unknown"
    EXPIRES_NOT_NUMBER = "expires-not-a-number"
    EXPIRES_OUT_OF_RANGE = "expires-out-of-range"
    DATE_MISSING = "date-missing"
    """No date of any kind that the scheme could have signed."""
    ADDITIONAL_HEADER_MISSING = "additional-header-missing"
    """AdditionalHeaders names a header that the request lacks."""
    QUERY_HTML_ESCAPED = "query-html-escaped"
    """`&amp;` where `&` belongs: the URL was copied out of HTML."""
    TOKEN_MISSING = "security-token-missing"  # noqa: S105 - the name of a problem
    """The key ID is a temporary one (`STS.`) and no token is sent."""
    TOKEN_TWICE = "security-token-in-header-and-query"  # noqa: S105 - likewise
    TOKEN_MISPLACED = "security-token-misplaced"  # noqa: S105 - likewise
    """In a header on a URL-signed request, or in a header that OSS does not read."""


@record
class Problem:
    """One thing wrong, what exactly, and where it stands."""

    name: ProblemName
    detail: str
    """What is wrong, in words; never holds a signature or token."""
    seen: Seen[str] | None = field(default=None, repr=False)
    """The place; None where something is absent altogether."""


@record
class CredentialScope:
    """The scope of a V4 credential, as sent."""

    date: str
    """`20231216`."""
    region: str
    """`cn-hangzhou`, or the ID of a cloud box."""
    product: str
    """`oss`, `oss-cloudbox`."""
    terminator: str
    """`aliyun_v4_request`."""

    @property
    def text(self) -> str:
        """The scope as the string to sign holds it."""
        return f"{self.date}/{self.region}/{self.product}/{self.terminator}"


@record
class Authentication:
    """How a request authenticates itself. Parts that the scheme does not have, or that are absent, are None."""

    scheme: Scheme
    access_key_id: Seen[str] | None = None
    signature: Seen[str] | None = field(default=None, repr=False)
    """Signature text: base64 (V1, V2) or 64 hex digits (V4), percent-decoded where it stood in a URL."""
    credential: Seen[str] | None = None
    """V4: the whole credential."""
    scope: CredentialScope | None = None
    """V4: the credential's scope; None if the credential cannot be split."""
    additional_headers: Seen[str] | None = None
    """V2, V4: the list as sent."""
    signed_at: Seen[str] | None = None
    """`x-oss-date`, else `Date`, as sent; None for V1 and V2 URLs."""
    expires: Seen[str] | None = None
    """URLs: `Expires` (unix seconds) or `x-oss-expires` (V2 unix seconds, V4 seconds after `signed_at`)."""
    token: Seen[str] | None = field(default=None, repr=False)
    """Security token, wherever it was sent."""
    policy: Seen[str] | None = field(default=None, repr=False)
    """Forms: the base64 policy, which is what is signed."""
    problems: tuple[Problem, ...] = ()
    others: tuple["Authentication", ...] = ()
    """Further authentications of the same request. OSS refuses header and query together with 400."""
    name: str = ""
    """First word of the Authorization header, as sent: `OSS`, `Basic`; empty where there is none."""

    @property
    def additional_names(self) -> tuple[bytes, ...]:
        """Names in AdditionalHeaders: lower case, sorted, without repetition and empty ones."""
        if self.additional_headers is None:
            return ()
        names = {name.strip().lower() for name in as_raw(self.additional_headers.value).split(b";")}
        return tuple(sorted(names - {b""}))

    @property
    def summary(self) -> SignatureSummary:
        """Scheme and key ID: what a list of exchanges shows."""
        return SignatureSummary(self.scheme, None if self.access_key_id is None else self.access_key_id.value)

    def has(self, name: ProblemName) -> bool:
        """Tell whether a problem of that name was found."""
        return any(problem.name is name for problem in self.problems)


def check_base64(signature: Seen[str], size_bytes: int) -> tuple[Problem, ...]:
    """Check that a signature is base64 of so many bytes."""
    text = signature.value
    if not _BASE64.fullmatch(text):
        odd = sorted({char for char in text if not re.match(r"[A-Za-z0-9+/=]", char)})
        detail = f"characters that base64 does not have: {odd[:8]}" if odd else "padding in the wrong place"
        return (Problem(ProblemName.SIGNATURE_NOT_BASE64, detail, signature),)
    try:
        length = len(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        detail = f"{len(text)} characters are not a whole base64 text"
        return (Problem(ProblemName.SIGNATURE_LENGTH, detail, signature),)
    if length != size_bytes:
        detail = f"holds {length} bytes where the scheme has {size_bytes}"
        return (Problem(ProblemName.SIGNATURE_LENGTH, detail, signature),)
    return ()


def check_hex(signature: Seen[str]) -> tuple[Problem, ...]:
    """Check that a signature is 64 lower-case hex digits."""
    text = signature.value
    if _HEX64.fullmatch(text):
        return ()
    if re.fullmatch(r"[0-9a-f]*", text):
        return (Problem(ProblemName.SIGNATURE_LENGTH, f"{len(text)} hex digits where the scheme has 64", signature),)
    if _HEX64.fullmatch(text.lower()):
        return (Problem(ProblemName.SIGNATURE_NOT_HEX, "hex digits are in upper case", signature),)
    return (Problem(ProblemName.SIGNATURE_NOT_HEX, "characters that are no hex digits", signature),)


def check_access_key_id(access_key_id: Seen[str]) -> tuple[Problem, ...]:
    """Check the characters of an access key ID.

    Source: the text of InvalidAccessKeyId: only alphanumeric characters and `. _ =`.
    """
    text = access_key_id.value
    if re.search(r"\s", text):
        return (Problem(ProblemName.ACCESS_KEY_ID_BLANK, "the access key ID contains blanks", access_key_id),)
    odd = sorted({char for char in text if not re.match(r"[0-9A-Za-z._=-]", char)})
    if odd:
        return (Problem(ProblemName.ACCESS_KEY_ID_CHARACTERS, f"characters {odd[:8]}", access_key_id),)
    return ()


def check_expires(expires: Seen[str], *, relative: bool) -> tuple[Problem, ...]:
    """Check that a lifetime is a number, and within 7 days where it is relative (V4)."""
    if not re.fullmatch(r"[0-9]{1,19}", expires.value):
        return (Problem(ProblemName.EXPIRES_NOT_NUMBER, "not a count of seconds", expires),)
    if relative and not 1 <= int(expires.value) <= V4_MAX_EXPIRES_S:
        detail = f"must be 1 to {V4_MAX_EXPIRES_S} seconds"
        return (Problem(ProblemName.EXPIRES_OUT_OF_RANGE, detail, expires),)
    return ()


def missing(part: str, where: str) -> Problem:
    """State that a required part is absent."""
    return Problem(ProblemName.PART_MISSING, f"{part} is missing from the {where}")


def split_credential(
    credential: Seen[str],
) -> tuple[Seen[str] | None, CredentialScope | None, tuple[Problem, ...]]:
    """Split a V4 credential into access key ID and scope, and say what is wrong with it."""
    parts = credential.value.split("/")
    found: Seen[str] | None = None
    if parts[0]:
        found = seen_part(credential, "AccessKeyId", parts[0])
    if len(parts) != 5:
        detail = f"{len(parts)} parts where <id>/<date>/<region>/<product>/{V4_TERMINATOR} has 5"
        return found, None, (Problem(ProblemName.CREDENTIAL_MALFORMED, detail, credential),)
    scope = CredentialScope(*parts[1:])
    problems: list[Problem] = []
    if found is None:
        problems.append(missing("the access key ID", "credential"))
    else:
        problems += check_access_key_id(found)
    if not _SCOPE_DATE.fullmatch(scope.date):
        problems.append(Problem(ProblemName.SCOPE_DATE_MALFORMED, "not eight digits (yyyymmdd)", credential))
    if scope.terminator != V4_TERMINATOR:
        detail = f"ends in {scope.terminator!r} where {V4_TERMINATOR} belongs"
        problems.append(Problem(ProblemName.CREDENTIAL_MALFORMED, detail, credential))
    problems.extend(
        missing(f"the {name}", "credential scope")
        for name, text in (("region", scope.region), ("product", scope.product))
        if not text
    )
    return found, scope, tuple(problems)
