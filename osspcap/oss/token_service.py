"""Requests to the token service (STS): which action, which key, which request ID.

Seen in clear only where a client uses plain HTTP or a key log was given. Source: STS API reference, AssumeRole; "Common
parameters" (RPC style with `Action` in query or body, newer style with `x-acs-action`).
"""

import re
from typing import NamedTuple

from osspcap.model.message import Message
from osspcap.model.operation import Scheme, SignatureSummary
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.oss.authentication import MAX_KEY_ID_CHARS
from osspcap.oss.head import Head
from osspcap.oss.target import percent_decode, split_query

# A request body holds a policy of at most 2048 characters and a dozen short parameters.
MAX_BODY_BYTES = 65_536

_ACTION = pattern(r"[A-Za-z][A-Za-z0-9]{0,63}\Z")
_REQUEST_ID = pattern(
    rb"\"RequestId\"\s*:\s*\"([A-Za-z0-9-]{8,64})\"|<RequestId>\s*([A-Za-z0-9-]{8,64})\s*</RequestId>"
)
_ACS_KEY = pattern(r"Credential=([^/,\s]+)|\A\s*acs\s+([^:\s]+):", re.IGNORECASE)


class TokenCall(NamedTuple):
    """One call of the token service."""

    action: str
    """`AssumeRole`; `unknown` if the request names none."""
    signature: SignatureSummary | None


def read_call(head: Head, query: dict[str, str]) -> TokenCall:
    """Read action and access key ID from a request's query, headers and form body."""
    parameters = query
    if "Action" not in parameters and head.message.method == "POST":
        body = head.message.body.content[:MAX_BODY_BYTES]
        parameters = split_query(body.decode("latin-1")) | query
    action = percent_decode(parameters.get("Action", "")) or head.value(b"\nx-acs-action:")
    key = percent_decode(parameters.get("AccessKeyId", ""))
    if not key:
        found = _ACS_KEY.search(head.value(b"\nauthorization:"))
        key = (found[1] or found[2]) if found else ""
    signature = SignatureSummary(Scheme.UNKNOWN, key[:MAX_KEY_ID_CHARS]) if key else None
    return TokenCall(action if _ACTION.match(action) else "unknown", signature)


def read_request_id(response: Message) -> Seen[str] | None:
    """Return the request ID that the token service states in its answer's body, XML or JSON."""
    found = _REQUEST_ID.search(response.body.content, 0, MAX_BODY_BYTES)
    if found is None:
        return None
    raw = found[1] or found[2]
    frame = response.frame if response.body.first_frame is None else response.body.first_frame
    return Seen(raw.decode("ascii"), frame, "response body <RequestId>", raw)
