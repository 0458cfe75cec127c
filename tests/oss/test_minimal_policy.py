import json
from typing import Any

import pytest

from osspcap.model.operation import Operation, Role
from osspcap.oss.minimal_policy import Permission, permissions_for, policy_json
from tests.build.http import request
from tests.build.pairs import pair


def needed(name: str, key: str | None = "a/b.txt", bucket: str | None = "rokid", **headers: Any) -> list[str]:
    sent = pair(request("PUT", "/k", **headers)).request
    operation = Operation(Role.OSS, bucket=bucket, object=key, name=name)
    return [f"{item.action} {item.resource}" for item in permissions_for(operation, sent)]


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        ("PutObject", "a/b.txt", "oss:PutObject acs:oss:*:*:rokid/a/b.txt"),
        ("UploadPart", "a/b.txt", "oss:PutObject acs:oss:*:*:rokid/a/b.txt"),
        ("HeadObject", "a/b.txt", "oss:GetObject acs:oss:*:*:rokid/a/b.txt"),
        ("AbortMultipartUpload", "k", "oss:AbortMultipartUpload acs:oss:*:*:rokid/k"),
        ("PutObjectACL", "k", "oss:PutObjectAcl acs:oss:*:*:rokid/k"),
        ("ListObjectsV2", None, "oss:ListObjects acs:oss:*:*:rokid"),
        ("DeleteMultipleObjects", None, "oss:DeleteObject acs:oss:*:*:rokid/*"),
        ("PostObject", None, "oss:PutObject acs:oss:*:*:rokid/*"),
        ("GetBucketTags", None, "oss:GetBucketTagging acs:oss:*:*:rokid"),
        ("PutBucketCors", None, "oss:PutBucketCors acs:oss:*:*:rokid"),
        ("GetService", None, "oss:ListBuckets acs:oss:*:*:*"),
    ],
)
def test_an_operation_needs_its_action(name: str, key: str | None, expected: str) -> None:
    assert needed(name, key) == [expected]


def test_a_copy_reads_its_source() -> None:
    assert needed("CopyObject", "to", x_oss_copy_source="/other/%E4%B8%AD.txt?versionId=1") == [
        "oss:PutObject acs:oss:*:*:rokid/to",
        "oss:GetObject acs:oss:*:*:other/中.txt",
    ]


def test_an_acl_and_tags_need_more() -> None:
    assert needed("PutObject", "k", x_oss_object_acl="public-read", x_oss_tagging="a=b")[1:] == [
        "oss:PutObjectAcl acs:oss:*:*:rokid/k",
        "oss:PutObjectTagging acs:oss:*:*:rokid/k",
    ]


def test_what_is_not_known_is_not_invented() -> None:
    assert needed("unknown") == []
    assert needed("PutObject", "k", None) == ["oss:PutObject acs:oss:*:*:<bucket>/k"]


def test_the_policy_can_be_pasted() -> None:
    policy = json.loads(policy_json([Permission("oss:A", "r1"), Permission("oss:B", "r1"), Permission("oss:C", '"')]))
    assert policy == {
        "Version": "1",
        "Statement": [
            {"Effect": "Allow", "Action": ["oss:A", "oss:B"], "Resource": ["r1"]},
            {"Effect": "Allow", "Action": ["oss:C"], "Resource": ['"']},
        ],
    }
