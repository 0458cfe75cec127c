"""Whether a callback's signature is OSS's own: verified with the published key, or with the one the user gives.

In: a callback. Out: a `CallbackSignature`. Only what the key's holder signed can be proved: a signature by another key
is a forgery, a key that OSS made later, or a test server, and a capture cannot tell which.

Source: OSS API reference, Callback (signature); RFC 8017 section 8.2.2. Cost: one modular exponentiation, about 20 us.
"""

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.facts import Context
from osspcap.oss.signing.callback_rsa import PUBLISHED_KEY, CallbackCheck, check_callback, key_url
from osspcap.oss.signing.request import from_message

MAX_VERIFIED = 1_000
"""Signatures verified of one capture: with the longest key that a user may name each costs a tenth of a second."""


@record
class CallbackSignature:
    """What came out of verifying a callback's signature."""

    check: CallbackCheck
    key_url: Seen[str] | None
    """Decoded `x-oss-pub-key-url`."""
    signature: Seen[str] | None
    """`authorization` as sent."""
    has_own_key: bool
    """The user named the key."""


def gather_callback_signature(exchange: Exchange, context: Context) -> CallbackSignature | None:
    """Verify the signature of a callback; None if the exchange is none."""
    request, operation = exchange.request, exchange.operation
    if request is None or operation is None or operation.role is not Role.CALLBACK:
        return None
    if not context.spend("callback signature", MAX_VERIFIED):
        return None
    split = from_message(request)
    body = request.body
    is_whole = body.complete and len(body.window) == body.captured
    own_key = context.callback_key
    check = check_callback(
        split,
        body.window if is_whole else None,
        PUBLISHED_KEY if own_key is None else own_key,
        trust_any_url=own_key is not None,
    )
    line = split.fields.first("authorization")
    return CallbackSignature(
        check, key_url(split), None if line is None else request.seen(line), has_own_key=own_key is not None
    )
