"""Causes of refusals and what states them: error code, words of the message, EC.

Source: OSS error catalogue (messages), OSS EC pages, OSS user guides (D) sections 4 and 6 and (E) sections 3, 4, 6
and 8, STS API reference, AssumeRole. Words are lower case and looked for in the lower-cased message.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Cause(StrEnum):
    """The one cause of a refusal; each has a rule of its own."""

    REFERER_EMPTY = "referer-empty"
    REFERER_NOT_LISTED = "referer-not-listed"
    KEY_UNKNOWN = "key-unknown"
    KEY_DISABLED = "key-disabled"
    BUCKET_ACL = "bucket-acl"
    OBJECT_ACL_READ = "object-acl-read"
    OBJECT_ACL_WRITE = "object-acl-write"
    LIST_BUCKETS = "list-buckets"
    NOT_OWNED = "not-owned"
    POLICY = "policy"
    """No policy of the requester allows it, or one denies it."""
    BUCKET_POLICY = "bucket-policy"
    """The bucket's own policy denies it."""
    ANONYMOUS_READ = "anonymous-read"
    ANONYMOUS_WRITE = "anonymous-write"
    USER_DISABLED = "user-disabled"
    DENIED = "denied"
    """AccessDenied, and nothing says why."""
    TOKEN_MISSING = "token-missing"  # noqa: S105 - a cause
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - likewise
    TOKEN_INVALID = "token-invalid"  # noqa: S105 - likewise
    TOKEN_MISPLACED = "token-misplaced"  # noqa: S105 - likewise
    STS_POLICY = "sts-policy"
    """A role's session: neither its role nor its session policy allows it, or one of them denies it."""
    OTHER_REGION = "other-region"
    BUCKET_NAME = "bucket-name"
    OBJECT_NAME = "object-name"
    PATH_STYLE = "path-style"
    CNAME_NOT_BOUND = "cname-not-bound"
    ROLE_BY_ROOT = "role-by-root"
    TOKEN_KEY_USED = "token-key-used"  # noqa: S105 - likewise
    STS_KEY_UNKNOWN = "sts-key-unknown"
    STS_KEY_INACTIVE = "sts-key-inactive"
    POLICY_GRAMMAR = "policy-grammar"
    SESSION_NAME = "session-name"
    DURATION = "duration"
    ASSUME_DENIED = "assume-denied"


CODES: Final[Mapping[str, Cause]] = MappingProxyType(
    {
        "UserDisable": Cause.USER_DISABLED,
        "BucketDisable": Cause.USER_DISABLED,
        "AbnormalBucketOwnerStatus": Cause.USER_DISABLED,
        "BucketNotBelongTo": Cause.NOT_OWNED,
        "SecondLevelDomainForbidden": Cause.PATH_STYLE,
        "InvalidBucketName": Cause.BUCKET_NAME,
        "InvalidObjectName": Cause.OBJECT_NAME,
        "SecurityTokenExpired": Cause.TOKEN_EXPIRED,
        "InvalidSecurityToken": Cause.TOKEN_INVALID,
        "AccessKeyIdAndSecurityTokenNotMatch": Cause.TOKEN_INVALID,
        "CnameDenied": Cause.CNAME_NOT_BOUND,
        "NoSuchCname": Cause.CNAME_NOT_BOUND,
    }
)
"""Codes that have one cause, whatever the message says."""

MESSAGES: Final[Mapping[str, tuple[tuple[str, Cause], ...]]] = MappingProxyType(
    {
        "AccessDenied": (
            ("must be addressed using the specified endpoint", Cause.OTHER_REGION),
            ("third level domain", Cause.PATH_STYLE),
            ("virtual hosted style", Cause.PATH_STYLE),
            ("referer policy", Cause.REFERER_NOT_LISTED),
            ("forbidden to list buckets", Cause.LIST_BUCKETS),
            ("write acl permission", Cause.OBJECT_ACL_WRITE),
            ("read acl permission", Cause.OBJECT_ACL_READ),
            ("does not belong to you", Cause.NOT_OWNED),
            ("because of bucket acl", Cause.BUCKET_ACL),
            ("by bucket policy", Cause.BUCKET_POLICY),
            ("authorizer", Cause.POLICY),
            ("anonymous", Cause.ANONYMOUS_READ),
            ("no right to access this", Cause.POLICY),
            ("read permission on this object", Cause.POLICY),
            ("write permission on this object", Cause.POLICY),
            ("not authorized", Cause.POLICY),
        ),
        "InvalidAccessKeyId": (
            ("is disabled", Cause.KEY_DISABLED),
            ("inactive", Cause.KEY_DISABLED),
            ("does not exist", Cause.KEY_UNKNOWN),
        ),
        "InvalidRequest": (("security-token must be provided", Cause.TOKEN_MISPLACED),),
    }
)
"""Codes that have several causes: words of the message, the most telling first."""

ECS: Final[Mapping[str, Cause]] = MappingProxyType(
    {
        "0002-00000003": Cause.TOKEN_MISSING,
        "0002-00000004": Cause.TOKEN_INVALID,
        "0002-00000005": Cause.TOKEN_MISPLACED,
        "0002-00000006": Cause.TOKEN_INVALID,
        "0002-00000007": Cause.TOKEN_EXPIRED,
        "0002-00000008": Cause.TOKEN_INVALID,
        "0002-00000010": Cause.TOKEN_MISPLACED,
        "0002-00000902": Cause.KEY_UNKNOWN,
        "0002-00000904": Cause.KEY_DISABLED,
        "0003-00000001": Cause.NOT_OWNED,
        "0003-00000005": Cause.POLICY,
        "0003-00000007": Cause.OBJECT_ACL_READ,
        "0003-00000101": Cause.BUCKET_POLICY,
        "0003-00000201": Cause.POLICY,
        "0003-00000301": Cause.STS_POLICY,
        "0003-00000501": Cause.REFERER_EMPTY,
        "0003-00000502": Cause.REFERER_NOT_LISTED,
        "0003-00000503": Cause.REFERER_NOT_LISTED,
        "0003-00000801": Cause.USER_DISABLED,
        "0003-00000905": Cause.POLICY,
        "0003-00000908": Cause.USER_DISABLED,
        "0003-00001401": Cause.PATH_STYLE,
        "0003-00001403": Cause.OTHER_REGION,
        "0015-00000001": Cause.BUCKET_NAME,
    }
)
"""What an EC says where code and message do not: an answer to HEAD, or words that are not known here."""

ELSEWHERE: Final = (
    "expired",
    "invalid according to policy",
    "valid date",
    "invalid date",
    "query string authentication",
    "signature",
    "authentication",
    "kms",
    "same data center",
    "requester",
    "cors",
    "callback",
)
"""Words of AccessDenied messages that speak of something else than permissions."""

TOKEN_SERVICE: Final[tuple[tuple[str, str, Cause], ...]] = (
    ("NoPermission", "root account", Cause.ROLE_BY_ROOT),
    ("NoPermission", "", Cause.ASSUME_DENIED),
    ("AuthenticationFail.NoPermission", "", Cause.ASSUME_DENIED),
    ("MissingSecurityToken", "", Cause.TOKEN_KEY_USED),
    ("InvalidAccessKeyId.NotFound", "", Cause.STS_KEY_UNKNOWN),
    ("InvalidAccessKeyId.Inactive", "", Cause.STS_KEY_INACTIVE),
    ("InvalidParameter.PolicyGrammar", "", Cause.POLICY_GRAMMAR),
    ("InvalidParameter.RoleSessionName", "", Cause.SESSION_NAME),
    ("InvalidParameter.DurationSeconds", "", Cause.DURATION),
)
"""Errors of the token service: code, words of the message (empty: any), cause. The first that fits counts."""
