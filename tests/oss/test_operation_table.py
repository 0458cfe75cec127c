import pytest

from osspcap.oss.operation_table import SUBRESOURCES, UNKNOWN, Level, operation_name
from osspcap.oss.target import split_query

CASES: list[tuple[Level, str, str, str]] = [
    ("service", "GET", "", "GetService"),
    ("service", "GET", "regions", "DescribeRegions"),
    ("bucket", "GET", "", "ListObjects"),
    ("bucket", "GET", "prefix=a&max-keys=10", "ListObjects"),
    ("bucket", "GET", "list-type=2&prefix=a", "ListObjectsV2"),
    ("bucket", "GET", "list-type=1", "ListObjects"),
    ("bucket", "GET", "versions&prefix=a", "ListObjectVersions"),
    ("bucket", "GET", "uploads", "ListMultipartUploads"),
    ("bucket", "GET", "bucketInfo=", "GetBucketInfo"),
    ("bucket", "GET", "location", "GetBucketLocation"),
    ("bucket", "GET", "inventory&inventoryId=a", "GetBucketInventory"),
    ("bucket", "GET", "cname&comp=token&cname=x", "GetCnameToken"),
    ("bucket", "PUT", "", "PutBucket"),
    ("bucket", "PUT", "cors", "PutBucketCors"),
    ("bucket", "POST", "delete", "DeleteMultipleObjects"),
    ("bucket", "POST", "worm", "InitiateBucketWorm"),
    ("bucket", "POST", "cname&comp=add", "PutCname"),
    ("bucket", "POST", "cname&comp=delete", "DeleteCname"),
    ("bucket", "POST", "", UNKNOWN),
    ("bucket", "DELETE", "lifecycle", "DeleteBucketLifecycle"),
    ("object", "PUT", "", "PutObject"),
    ("object", "PUT", "partNumber=1&uploadId=A", "UploadPart"),
    ("object", "PUT", "uploadId=A&partNumber=1", "UploadPart"),
    ("object", "PUT", "acl", "PutObjectACL"),
    ("object", "PUT", "live&status=disabled", "PutLiveChannelStatus"),
    ("object", "POST", "uploads=", "InitiateMultipartUpload"),
    ("object", "POST", "uploadId=A", "CompleteMultipartUpload"),
    ("object", "POST", "append&position=0", "AppendObject"),
    ("object", "POST", "restore", "RestoreObject"),
    ("object", "POST", "x-oss-process=csv/select", "SelectObject"),
    ("object", "POST", "x-oss-process=image/resize", "ProcessObject"),
    ("object", "GET", "uploadId=A", "ListParts"),
    ("object", "GET", "x-oss-process=image/resize", "GetObject"),
    ("object", "GET", "versionId=1&acl", "GetObjectACL"),
    ("object", "HEAD", "objectMeta", "GetObjectMeta"),
    ("object", "DELETE", "uploadId=A", "AbortMultipartUpload"),
    ("object", "DELETE", "", "DeleteObject"),
    ("object", "OPTIONS", "", "OptionObject"),
    ("object", "PATCH", "", UNKNOWN),
    ("object", "GET", "ACL", "GetObject"),
]


@pytest.mark.parametrize(("level", "method", "query", "name"), CASES)
def test_requests_are_called_as_the_api_calls_them(level: Level, method: str, query: str, name: str) -> None:
    assert operation_name(level, method, split_query(query)) == name


def test_a_subresource_means_one_operation_whatever_stands_beside_it() -> None:
    for (level, method), rows in SUBRESOURCES.items():
        for name, operation in rows.items():
            found = operation_name(level, method, {"x-oss-security-token": "t", name: ""})
            assert found in {operation, UNKNOWN} or found != UNKNOWN
            assert operation_name(level, method, {name: "", "prefix": "a"}) == found
