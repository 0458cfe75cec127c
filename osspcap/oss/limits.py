"""Limits that OSS sets, each with its unit and source; rules compare with these and nothing else.

Sources: OSS documentation, "Limits" and API reference; EC pages (error codes by number); constants of the Go SDKs.
"""

from typing import Final

from osspcap.units import NS_PER_S

# Multipart upload. Source: "Limits", multipart upload; Go SDK `const.go`; EC 0042-00000213.
MIN_PART_BYTES: Final = 100 * 1024
"""Of every part but the last."""
MAX_PART_BYTES: Final = 5 * 1024**3
MAX_PART_NUMBER: Final = 10_000
"""Part numbers run from 1 and need not be consecutive, but must ascend in CompleteMultipartUpload."""
MAX_MULTIPART_OBJECT_BYTES: Final = MAX_PART_NUMBER * MAX_PART_BYTES
"""48.83 TiB; the documentation rounds it to 48.8 TB."""

# Simple upload. Source: "Limits", PutObject, PostObject, AppendObject.
MAX_SIMPLE_OBJECT_BYTES: Final = 5 * 1024**3
MAX_COPY_BYTES: Final = 1024**3
"""CopyObject; larger sources need UploadPartCopy."""

# Names. Source: "Limits", object names and bucket names.
MAX_KEY_BYTES: Final = 1023
"""UTF-8 bytes of an object key; at least 1, not starting with `/` or backslash."""
FORBIDDEN_KEY_STARTS: Final = ("/", "\\")
MIN_BUCKET_NAME_CHARS: Final = 3
MAX_BUCKET_NAME_CHARS: Final = 63
MAX_BUCKETS_PER_REGION: Final = 100
"""For an account in a region; older documents say 10 for an account."""

# Time. Source: RequestTimeTooSkewed error document, `MaxAllowedSkewMilliseconds`.
MAX_CLOCK_SKEW_NS: Final = 900 * NS_PER_S

# Signed URLs. Source: EC 0002-00000232 (V4), EC 0002-00000069 (console).
MAX_V4_URL_LIFETIME_S: Final = 604_800
MIN_V4_URL_LIFETIME_S: Final = 1
MAX_CONSOLE_URL_LIFETIME_S: Final = 32_400

# Temporary credentials. Source: STS API reference, AssumeRole.
MIN_STS_DURATION_S: Final = 900
MAX_STS_DURATION_S: Final = 3_600
"""Unless the role's own maximum is raised, up to `MAX_ROLE_SESSION_S`."""
MAX_ROLE_SESSION_S: Final = 43_200
MIN_ROLE_SESSION_NAME_CHARS: Final = 2
MAX_ROLE_SESSION_NAME_CHARS: Final = 32
"""Letters, digits and `.@-_`; newer documents allow 64."""

# Metadata. Source: "Limits", user metadata.
MAX_USER_METADATA_BYTES: Final = 8 * 1024

# Upload callback. Source: API reference, "Callback".
CALLBACK_TIMEOUT_NS: Final = 5 * NS_PER_S
MAX_CALLBACK_URLS: Final = 5
MAX_CALLBACK_PARAMETER_BYTES: Final = 5 * 1024
"""Of `callback` and `callback-var`, each."""
MAX_CALLBACK_RESPONSE_BYTES: Final = 1024**2
"""Another page says 3 MB; the smaller one is what works everywhere."""
MAX_CALLBACK_VARIABLE_BYTES: Final = 512
"""Recommended total of custom variables; URL and header lengths bound them."""

# PostObject. Source: EC 0006-00000110, EC 0006-00000112, API reference "PostObject".
MAX_FORM_NAME_BYTES: Final = 8 * 1024
MAX_FORM_VALUE_BYTES: Final = 2 * 1024**2
MAX_FORM_BYTES_BEFORE_FILE: Final = 8 * 1024**2
"""Older documents say 4 KB for everything but the file."""

# Cross-origin rules. Source: API reference, "PutBucketCors".
MAX_CORS_RULES: Final = 10
MAX_CORS_XML_BYTES: Final = 16 * 1024

# Lifecycle. Source: EC 0014-00000014.
MAX_LIFECYCLE_RULES: Final = 1000

# Listing and deleting. Source: API reference, "GetBucket", "DeleteMultipleObjects".
MAX_LIST_KEYS: Final = 1000
DEFAULT_LIST_KEYS: Final = 100
MAX_DELETE_KEYS: Final = 1000

# `x-oss-traffic-limit`, bit/s. Source: InvalidArgument messages of OSS.
MIN_TRAFFIC_LIMIT_BITS_PER_S: Final = 819_200
MAX_TRAFFIC_LIMIT_BITS_PER_S: Final = 838_860_800

# Throughput of an account. Source: "Limits", bandwidth and QPS.
MAX_REQUESTS_PER_S: Final = 10_000
MAX_SEQUENTIAL_REQUESTS_PER_S: Final = 2_000
"""For keys whose names ascend (time stamps as prefix)."""
MAX_MAINLAND_BITS_PER_S: Final = 10_000_000_000
MAX_OTHER_BITS_PER_S: Final = 5_000_000_000

# Access points. Source: API reference, "CreateAccessPoint".
MIN_ACCESS_POINT_NAME_CHARS: Final = 3
MAX_ACCESS_POINT_NAME_CHARS: Final = 19
MAX_ACCESS_POINTS_PER_BUCKET: Final = 100
MAX_ACCESS_POINTS_PER_ACCOUNT: Final = 1000
