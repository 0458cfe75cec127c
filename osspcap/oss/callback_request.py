"""OSS calling an application server after an upload: recognised by its request headers, wherever it goes.

Both generations are read: the old one (`http-client/0.0.1`) tells itself by `authorization` with `x-oss-pub-key-url`,
the current one also by its User-Agent and `x-oss-tag: CALLBACK`, and it names the bucket in a header.

Source: OSS API reference, "Callback" (2021 and current versions).
"""

import json
from typing import NamedTuple

from osspcap.oss.head import Head
from osspcap.oss.target import percent_decode

# A callback body repeats a few variables of at most 5 KB of parameters; more is not read for bucket and key.
MAX_BODY_BYTES = 65_536
# Members looked at.
MAX_MEMBERS = 200

_USER_AGENT = "aliyun-oss-callback"
# Names that applications give the bucket and the key, by the examples of OSS's documents.
_BUCKET_NAMES = ("bucket",)
_OBJECT_NAMES = ("object", "filename", "key")


class CallbackSubject(NamedTuple):
    """What a callback is about."""

    bucket: str | None
    object: str | None
    bucket_source: str
    """Where the bucket was read; empty if nothing names it."""


def is_callback(head: Head) -> bool:
    """Tell whether a request is an upload callback sent by OSS."""
    if head.has(b"\nx-oss-pub-key-url:") and head.has(b"\nauthorization:"):
        return True
    if head.has(b"\nx-oss-tag:") and head.value(b"\nx-oss-tag:").upper() == "CALLBACK":
        return True
    return head.has(b"aliyun-oss-callback") and head.value(b"\nuser-agent:").startswith(_USER_AGENT)


def read_subject(head: Head) -> CallbackSubject:
    """Read bucket and key of the upload from the callback's headers and body, as far as they name them."""
    members = _body_members(head.value(b"\ncontent-type:"), head.message.body.content[:MAX_BODY_BYTES])
    key = next((members[name] for name in _OBJECT_NAMES if members.get(name)), None)
    bucket = head.value(b"\nx-oss-bucket:")
    if bucket:
        return CallbackSubject(bucket, key, "request header x-oss-bucket")
    bucket = next((members[name] for name in _BUCKET_NAMES if members.get(name)), "")
    return CallbackSubject(bucket or None, key, "request body" if bucket else "")


def _body_members(content_type: str, body: bytes) -> dict[str, str]:
    """Return the text members of a JSON or form body by name; whichever it is, whatever Content-Type says."""
    if body.lstrip()[:1] == b"{" or "json" in content_type.lower():
        try:
            document = json.loads(body.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            document = None
        if isinstance(document, dict):
            texts = ((name, value) for name, value in list(document.items())[:MAX_MEMBERS] if isinstance(value, str))
            return {name: value.encode("utf-8", "replace").decode() for name, value in texts}
    members: dict[str, str] = {}
    for item in body.decode("latin-1").split("&", MAX_MEMBERS)[:MAX_MEMBERS]:
        name, separator, value = item.partition("=")
        if separator and name not in members:
            members[name] = percent_decode(value, plus_is_blank=True)
    return members
