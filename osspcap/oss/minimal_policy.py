"""The smallest RAM policy that lets an operation through: its actions, its resources, and the JSON to paste.

In: an operation and its request. Out: `Permission`s and the policy's text. Most operations need the action of their own
name; the others stand in `_ACTIONS`. Source: OSS documentation, "RAM policies: actions of OSS"; API reference of each
operation, "Permissions".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from osspcap.model.message import Message
from osspcap.model.operation import Operation
from osspcap.model.record import record
from osspcap.oss.target import percent_decode

NO_BUCKET = "<bucket>"
"""Stands in a policy where the capture does not tell the bucket."""
MAX_SOURCE_CHARS = 4_096
"""Of a copy source that is put into a policy: bucket and key take 1087 bytes, percent-encoded three times that."""

_ACTIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "GetService": ("ListBuckets",),
        "HeadBucket": ("GetBucketInfo",),
        "ListObjectsV2": ("ListObjects",),
        "HeadObject": ("GetObject",),
        "GetObjectMeta": ("GetObject",),
        "GetSymlink": ("GetObject",),
        "SelectObject": ("GetObject",),
        "CreateSelectObjectMeta": ("GetObject",),
        "ProcessObject": ("GetObject", "PutObject"),
        "AsyncProcessObject": ("GetObject", "PutObject"),
        "PutSymlink": ("PutObject",),
        "PostObject": ("PutObject",),
        "AppendObject": ("PutObject",),
        "CopyObject": ("PutObject",),
        "InitiateMultipartUpload": ("PutObject",),
        "UploadPart": ("PutObject",),
        "UploadPartCopy": ("PutObject",),
        "CompleteMultipartUpload": ("PutObject",),
        "DeleteMultipleObjects": ("DeleteObject",),
        "PutObjectACL": ("PutObjectAcl",),
        "GetObjectACL": ("GetObjectAcl",),
        "PutBucketTags": ("PutBucketTagging",),
        "GetBucketTags": ("GetBucketTagging",),
        "DeleteBucketTags": ("DeleteBucketTagging",),
        "PutLiveChannelStatus": ("PutLiveChannelStatus",),
    }
)
"""Operations whose action has another name than they have, or that need several."""
_ALL_OBJECTS = frozenset({"DeleteMultipleObjects"})
"""Operations on a bucket whose action is one on its objects."""
_COPIES = frozenset({"CopyObject", "UploadPartCopy"})


@record
class Permission:
    """One action on one resource."""

    action: str
    """`oss:PutObject`."""
    resource: str
    """`acs:oss:*:*:bucket/key`."""


def permissions_for(operation: Operation, request: Message | None) -> tuple[Permission, ...]:
    """Return what a requester needs for an operation; empty if the operation is not known.

    The action that OSS states in `AccessDeniedDetail.AuthAction` goes before the table.
    """
    error = operation.error
    stated = None if error is None else error.fields.get("AccessDeniedDetail.AuthAction")
    resource = resource_of(operation)
    actions: tuple[str, ...]
    if stated is not None and stated.value.strip().startswith("oss:"):
        actions = (stated.value.strip(),)
    elif operation.name == "unknown":
        return ()
    else:
        actions = tuple(f"oss:{name}" for name in _ACTIONS.get(operation.name, (operation.name,)))
    needed = [Permission(action, resource) for action in actions]
    needed += _of_headers(operation, request, resource)
    return tuple(dict.fromkeys(needed))


def resource_of(operation: Operation) -> str:
    """Return the resource of an operation as RAM names it."""
    if operation.name == "GetService":
        return "acs:oss:*:*:*"
    bucket = operation.bucket or NO_BUCKET
    if operation.name in _ALL_OBJECTS:
        return f"acs:oss:*:*:{bucket}/*"
    if operation.object:
        return f"acs:oss:*:*:{bucket}/{operation.object}"
    return f"acs:oss:*:*:{bucket}/*" if operation.name == "PostObject" else f"acs:oss:*:*:{bucket}"


def policy_json(permissions: Sequence[Permission]) -> str:
    """Return a policy that grants them, ready to paste: one statement a resource."""
    by_resource: dict[str, list[str]] = {}
    for permission in permissions:
        by_resource.setdefault(permission.resource, []).append(permission.action)
    statements = [
        {"Effect": "Allow", "Action": actions, "Resource": [resource]} for resource, actions in by_resource.items()
    ]
    return json.dumps({"Version": "1", "Statement": statements}, ensure_ascii=False)


def _of_headers(operation: Operation, request: Message | None, resource: str) -> Iterator[Permission]:
    """Yield what headers ask for on top: the source of a copy, the ACL and the tags of a new object."""
    if request is None or request.method not in ("PUT", "POST"):
        return
    fields = request.fields()
    if operation.name in _COPIES:
        source = percent_decode(fields.get("x-oss-copy-source")[:MAX_SOURCE_CHARS]).partition("?")[0].strip("/ ")
        if source:
            yield Permission("oss:GetObject", f"acs:oss:*:*:{source}")
    if operation.object:
        if "x-oss-object-acl" in fields:
            yield Permission("oss:PutObjectAcl", resource)
        if "x-oss-tagging" in fields:
            yield Permission("oss:PutObjectTagging", resource)
