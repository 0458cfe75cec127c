"""Which API operation a request is: method, what is addressed, and subresources.

Source: OSS API reference, "List of operations by function"; query names as the SDKs send them. A request that matches
no row is `unknown`; a name is never guessed from a body.
"""

from collections.abc import Mapping
from typing import Final, Literal

Level = Literal["service", "bucket", "object"]

UNKNOWN: Final = "unknown"

# Requests without a subresource.
DEFAULTS: Final[Mapping[tuple[Level, str], str]] = {
    ("service", "GET"): "GetService",
    ("bucket", "GET"): "ListObjects",
    ("bucket", "PUT"): "PutBucket",
    ("bucket", "DELETE"): "DeleteBucket",
    ("bucket", "HEAD"): "HeadBucket",
    ("object", "GET"): "GetObject",
    ("object", "HEAD"): "HeadObject",
    ("object", "PUT"): "PutObject",
    ("object", "DELETE"): "DeleteObject",
    ("service", "OPTIONS"): "OptionObject",
    ("bucket", "OPTIONS"): "OptionObject",
    ("object", "OPTIONS"): "OptionObject",
}

# Requests with a subresource. Where a request names several, the one that stands first here decides.
SUBRESOURCES: Final[Mapping[tuple[Level, str], Mapping[str, str]]] = {
    ("service", "GET"): {
        "regions": "DescribeRegions",
        "regionList": "DescribeRegions",
        "accessPoint": "ListAccessPoints",
        "publicAccessBlock": "GetPublicAccessBlock",
        "cloudboxes": "ListCloudBoxes",
        "resourcePool": "ListResourcePools",
        "qosInfo": "GetUserQosInfo",
        "redundancyTransition": "ListUserDataRedundancyTransition",
    },
    ("service", "PUT"): {"publicAccessBlock": "PutPublicAccessBlock"},
    ("service", "DELETE"): {"publicAccessBlock": "DeletePublicAccessBlock"},
    ("bucket", "GET"): {
        "uploads": "ListMultipartUploads",
        "versions": "ListObjectVersions",
        "acl": "GetBucketAcl",
        "bucketInfo": "GetBucketInfo",
        "location": "GetBucketLocation",
        "stat": "GetBucketStat",
        "cors": "GetBucketCors",
        "referer": "GetBucketReferer",
        "lifecycle": "GetBucketLifecycle",
        "website": "GetBucketWebsite",
        "logging": "GetBucketLogging",
        "userDefinedLogFieldsConfig": "GetUserDefinedLogFieldsConfig",
        "policyStatus": "GetBucketPolicyStatus",
        "policy": "GetBucketPolicy",
        "tagging": "GetBucketTags",
        "versioning": "GetBucketVersioning",
        "encryption": "GetBucketEncryption",
        "requestPayment": "GetBucketRequestPayment",
        "inventory": "ListBucketInventory",
        "worm": "GetBucketWorm",
        "replicationLocation": "GetBucketReplicationLocation",
        "replicationProgress": "GetBucketReplicationProgress",
        "replication": "GetBucketReplication",
        "transferAcceleration": "GetBucketTransferAcceleration",
        "resourceGroup": "GetBucketResourceGroup",
        "accessmonitor": "GetBucketAccessMonitor",
        "httpsConfig": "GetBucketHttpsConfig",
        "bucketArchiveDirectRead": "GetBucketArchiveDirectRead",
        "publicAccessBlock": "GetBucketPublicAccessBlock",
        "redundancyTransition": "ListBucketDataRedundancyTransition",
        "dataAccelerator": "GetBucketDataAccelerator",
        "accessPointPolicyStatus": "GetAccessPointPolicyStatus",
        "accessPointPolicy": "GetAccessPointPolicy",
        "accessPoint": "ListAccessPoints",
        "cname": "ListCname",
        "style": "ListStyle",
        "live": "ListLiveChannel",
        "metaQuery": "GetMetaQueryStatus",
        "asyncFetch": "GetAsyncFetchTask",
        "qosInfo": "GetBucketQosInfo",
        "requesterQosInfo": "GetBucketRequesterQosInfo",
        "responseHeader": "GetBucketResponseHeader",
        "list-type": "ListObjects",
    },
    ("bucket", "PUT"): {
        "acl": "PutBucketAcl",
        "cors": "PutBucketCors",
        "referer": "PutBucketReferer",
        "lifecycle": "PutBucketLifecycle",
        "website": "PutBucketWebsite",
        "logging": "PutBucketLogging",
        "policy": "PutBucketPolicy",
        "tagging": "PutBucketTags",
        "versioning": "PutBucketVersioning",
        "encryption": "PutBucketEncryption",
        "requestPayment": "PutBucketRequestPayment",
        "inventory": "PutBucketInventory",
        "transferAcceleration": "PutBucketTransferAcceleration",
        "resourceGroup": "PutBucketResourceGroup",
        "accessmonitor": "PutBucketAccessMonitor",
        "httpsConfig": "PutBucketHttpsConfig",
        "bucketArchiveDirectRead": "PutBucketArchiveDirectRead",
        "publicAccessBlock": "PutBucketPublicAccessBlock",
        "dataAccelerator": "PutBucketDataAccelerator",
        "accessPointPolicy": "PutAccessPointPolicy",
        "accessPoint": "CreateAccessPoint",
        "style": "PutStyle",
        "rtc": "PutBucketRTC",
        "qosInfo": "PutBucketQosInfo",
        "requesterQosInfo": "PutBucketRequesterQosInfo",
        "responseHeader": "PutBucketResponseHeader",
        "userDefinedLogFieldsConfig": "PutUserDefinedLogFieldsConfig",
    },
    ("bucket", "POST"): {
        "delete": "DeleteMultipleObjects",
        "wormExtend": "ExtendBucketWorm",
        "wormId": "CompleteBucketWorm",
        "worm": "InitiateBucketWorm",
        "replication": "PutBucketReplication",
        "cname": "PutCname",
        "metaQuery": "OpenMetaQuery",
        "asyncFetch": "PostAsyncFetchTask",
        "redundancyTransition": "CreateBucketDataRedundancyTransition",
    },
    ("bucket", "DELETE"): {
        "cors": "DeleteBucketCors",
        "lifecycle": "DeleteBucketLifecycle",
        "website": "DeleteBucketWebsite",
        "logging": "DeleteBucketLogging",
        "policy": "DeleteBucketPolicy",
        "tagging": "DeleteBucketTags",
        "encryption": "DeleteBucketEncryption",
        "inventory": "DeleteBucketInventory",
        "worm": "AbortBucketWorm",
        "publicAccessBlock": "DeleteBucketPublicAccessBlock",
        "dataAccelerator": "DeleteBucketDataAccelerator",
        "redundancyTransition": "DeleteBucketDataRedundancyTransition",
        "accessPointPolicy": "DeleteAccessPointPolicy",
        "accessPoint": "DeleteAccessPoint",
        "style": "DeleteStyle",
        "qosInfo": "DeleteBucketQosInfo",
        "requesterQosInfo": "DeleteBucketRequesterQosInfo",
        "responseHeader": "DeleteBucketResponseHeader",
        "userDefinedLogFieldsConfig": "DeleteUserDefinedLogFieldsConfig",
    },
    ("object", "GET"): {
        "uploadId": "ListParts",
        "acl": "GetObjectACL",
        "tagging": "GetObjectTagging",
        "symlink": "GetSymlink",
        "objectMeta": "GetObjectMeta",
        "live": "GetLiveChannelInfo",
        "vod": "GetVodPlaylist",
    },
    ("object", "HEAD"): {"objectMeta": "GetObjectMeta"},
    ("object", "PUT"): {
        "partNumber": "UploadPart",
        "uploadId": "UploadPart",
        "acl": "PutObjectACL",
        "tagging": "PutObjectTagging",
        "symlink": "PutSymlink",
        "live": "PutLiveChannel",
    },
    ("object", "POST"): {
        "uploads": "InitiateMultipartUpload",
        "uploadId": "CompleteMultipartUpload",
        "append": "AppendObject",
        "restore": "RestoreObject",
        "cleanRestoredObject": "CleanRestoredObject",
        "seal": "SealAppendObject",
        "vod": "PostVodPlaylist",
        "x-oss-async-process": "AsyncProcessObject",
        "x-oss-process": "ProcessObject",
        "x-oss-rename": "Rename",
        "x-oss-dir": "CreateDirectory",
    },
    ("object", "DELETE"): {
        "uploadId": "AbortMultipartUpload",
        "tagging": "DeleteObjectTagging",
        "live": "DeleteLiveChannel",
        "x-oss-delete": "DeleteDirectory",
    },
}

# An operation that a further parameter turns into another one: parameter, value that it must have (None: any).
REFINEMENTS: Final[Mapping[str, tuple[tuple[str, str | None, str], ...]]] = {
    "ListObjects": (("list-type", "2", "ListObjectsV2"),),
    "ListBucketInventory": (("inventoryId", None, "GetBucketInventory"),),
    "ListStyle": (("styleName", None, "GetStyle"),),
    "ListCname": (("comp", "token", "GetCnameToken"),),
    "ListBucketDataRedundancyTransition": (
        ("x-oss-redundancy-transition-taskid", None, "GetBucketDataRedundancyTransition"),
    ),
    "PutBucketReplication": (("comp", "delete", "DeleteBucketReplication"),),
    "PutCname": (("comp", "token", "CreateCnameToken"), ("comp", "delete", "DeleteCname")),
    "OpenMetaQuery": (("comp", "query", "DoMetaQuery"), ("comp", "delete", "CloseMetaQuery")),
    "PutLiveChannel": (("status", None, "PutLiveChannelStatus"),),
    "GetLiveChannelInfo": (("comp", "stat", "GetLiveChannelStat"), ("comp", "history", "GetLiveChannelHistory")),
    "ProcessObject": (
        ("x-oss-process", "csv/select", "SelectObject"),
        ("x-oss-process", "json/select", "SelectObject"),
        ("x-oss-process", "csv/meta", "CreateSelectObjectMeta"),
        ("x-oss-process", "json/meta", "CreateSelectObjectMeta"),
    ),
}

_RANKS: Final = {
    key: {name: (rank, operation) for rank, (name, operation) in enumerate(rows.items())}
    for key, rows in SUBRESOURCES.items()
}


def operation_name(level: Level, method: str, query: Mapping[str, str]) -> str:
    """Return the API name of a request, `unknown` if it matches none.

    Operations that only a header or a body tells apart (CopyObject, UploadPartCopy, PostObject) are told by the caller.

    Args:
        level: What is addressed: the service, a bucket or an object.
        method: As sent; methods are case-sensitive.
        query: Query names with their values, percent-decoded.
    """
    rows = _RANKS.get((level, method))
    best: tuple[int, str] | None = None
    if rows is not None:
        for name in query:
            row = rows.get(name)
            if row is not None and (best is None or row < best):
                best = row
    found = best[1] if best is not None else DEFAULTS.get((level, method), UNKNOWN)
    for parameter, wanted, refined in REFINEMENTS.get(found, ()):
        value = query.get(parameter)
        if value is not None and wanted in {None, value}:
            return refined
    return found
