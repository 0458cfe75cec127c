"""Who sends a request: account key, RAM user, temporary credentials, or nobody.

In: a request, its operation and the error document. Out: `Requester`. The wire tells temporary keys (`STS.`) and
anonymous requests; a permanent key (`LTAI`) belongs to an account or to one of its RAM users, and only the error
document's `AccessDeniedDetail.AuthPrincipalType` says which.

Source: RAM documentation, AccessKey pairs; OSS API reference, "Error responses" (AccessDeniedDetail).
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from osspcap.model.message import Fields, Message
from osspcap.model.operation import Operation
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.units import FrameNumber

TEMPORARY_KEY = "STS."
"""What the access key ID of temporary credentials starts with."""
CONSOLE_KEY = "TMP."
"""What the key ID of the console's own short sessions starts with."""
_PRINCIPAL = "AccessDeniedDetail.AuthPrincipalType"


class RequesterKind(StrEnum):
    """What is known of the one who signed."""

    ANONYMOUS = "anonymous"
    """The request carries no signature."""
    TEMPORARY = "temporary"
    """An `STS.` key: a role's session."""
    CONSOLE = "console"
    """A `TMP.` key: a session of the console."""
    RAM_USER = "ram-user"
    """A permanent key that OSS says is a RAM user's."""
    ACCOUNT = "account"
    """A permanent key that OSS says is the account's own."""
    PERMANENT = "permanent"
    """A permanent key; the wire does not tell the account from its RAM users."""
    UNKNOWN = "unknown"
    """The request was not captured, or its signature names no key."""


@record
class Requester:
    """The one who signed, and what shows it."""

    kind: RequesterKind
    key_id: Seen[str] | None = None
    """The access key ID as sent."""
    principal: Seen[str] | None = None
    """OSS's own word for the requester, from the error document."""

    @property
    def is_anonymous(self) -> bool:
        """True if the request carries no signature."""
        return self.kind is RequesterKind.ANONYMOUS

    @property
    def is_temporary(self) -> bool:
        """True if a role's session signed."""
        return self.kind is RequesterKind.TEMPORARY


def requester_of(request: Message | None, operation: Operation, form: Mapping[str, str]) -> Requester:
    """Tell who signed a request.

    Args:
        request: The request; None if it was not captured.
        operation: What it means to OSS.
        form: Fields of a PostObject form; empty for any other request.
    """
    error = operation.error
    principal = None if error is None else error.fields.get(_PRINCIPAL)
    summary = operation.signature
    if request is None:
        return Requester(_stated_kind(principal) or RequesterKind.UNKNOWN, None, principal)
    if summary is None:
        return Requester(RequesterKind.ANONYMOUS, None, principal)
    key_id = summary.access_key_id
    if key_id is None:
        return Requester(_stated_kind(principal) or RequesterKind.UNKNOWN, None, principal)
    seen = next(_places(request, form, key_id), None) or Seen(
        key_id, request.frame, "request AccessKeyId", key_id.encode("utf-8", "replace")
    )
    return Requester(_kind_of_key(key_id, principal), seen, principal)


def _kind_of_key(key_id: str, principal: Seen[str] | None) -> RequesterKind:
    if key_id.startswith(TEMPORARY_KEY):
        return RequesterKind.TEMPORARY
    if key_id.startswith(CONSOLE_KEY):
        return RequesterKind.CONSOLE
    return _stated_kind(principal) or RequesterKind.PERMANENT


def _stated_kind(principal: Seen[str] | None) -> RequesterKind | None:
    word = "" if principal is None else principal.value.strip().lower()
    match word:
        case "subuser" | "ramuser":
            return RequesterKind.RAM_USER
        case "assumedroleuser" | "role":
            return RequesterKind.TEMPORARY
        case "account" | "rootuser" | "customer":
            return RequesterKind.ACCOUNT
        case _:
            return None


def _places(request: Message, form: Mapping[str, str], key_id: str) -> Iterator[Seen[str]]:
    """Yield where the key ID stands: header, else query, else form."""
    raw = key_id.encode("utf-8", "replace")
    fields: Fields = request.fields()
    for line in fields.all("Authorization"):
        if key_id in line.value:
            yield Seen(key_id, line.frame, f"request header {line.name}, AccessKeyId", raw)
    for name in ("OSSAccessKeyId", "x-oss-credential", "x-oss-access-key-id", "AWSAccessKeyId", "X-Amz-Credential"):
        if name in request.target:
            yield Seen(key_id, request.frame, f"request query parameter {name}", raw)
        if name in form:
            frame = request.body.first_frame or FrameNumber(request.frame)
            yield Seen(key_id, frame, f"form field {name}", raw)
