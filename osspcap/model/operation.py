"""What an exchange means to OSS: who was addressed, what was asked, how it was signed, what went wrong."""

from dataclasses import field
from enum import StrEnum

from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.units import FrameNumber


class Role(StrEnum):
    """Part that an exchange plays in a conversation with OSS."""

    OSS = "oss"
    """A request to the object service."""
    PREFLIGHT = "preflight"
    """A browser's CORS preflight to the object service."""
    CALLBACK = "callback"
    """OSS calling the application server after an upload."""
    STS = "sts"
    """A request to the token service."""
    OTHER = "other"
    """Related (an answer that a middlebox gave in place of OSS) but none of the above."""


class Network(StrEnum):
    """Which network an endpoint is reached through."""

    PUBLIC = "public"
    INTERNAL = "internal"
    ACCELERATE = "accelerate"
    DUAL_STACK = "dual-stack"
    S3 = "s3"
    CNAME = "cname"
    UNKNOWN = "unknown"


class Addressing(StrEnum):
    """How the bucket was named."""

    VIRTUAL_HOST = "virtual-host"
    PATH = "path"
    CNAME = "cname"
    SERVICE = "service"
    """No bucket: the service itself (GetService)."""
    UNKNOWN = "unknown"


@record
class Endpoint:
    """The endpoint that a host name stands for."""

    host: str
    """Host as sent, without port, lower case."""
    region: str | None
    """Region ID without `oss-`: `cn-hangzhou`; None if the name tells none."""
    network: Network
    kind: str
    """Row of the endpoint table: `public`, `internal`, `dual-stack`, `accelerate`, `s3`, `data-accelerator`, `hdfs`,
    `cloud-box`, `access-point`, `legacy`, `regionless`, `cname`, `ip`, `private` (a deployment under its own domain
    that keeps the endpoint pattern), `sts`."""
    service_host: str
    """The endpoint without the bucket label: `oss-cn-hangzhou.aliyuncs.com`; the host itself for a CNAME."""


class Scheme(StrEnum):
    """Signature schemes, by where they stand on the wire."""

    V1_HEADER = "v1-header"
    V1_URL = "v1-url"
    V2_HEADER = "v2-header"
    V2_URL = "v2-url"
    V4_HEADER = "v4-header"
    V4_URL = "v4-url"
    POST_V1 = "post-v1"
    POST_V2 = "post-v2"
    POST_V4 = "post-v4"
    S3_HEADER = "s3-header"
    S3_URL = "s3-url"
    CALLBACK_RSA = "callback-rsa"
    UNKNOWN = "unknown"


@record
class SignatureSummary:
    """Scheme and key ID of a request: enough to list it."""

    scheme: Scheme
    access_key_id: str | None
    """As sent; None if it cannot be told."""


@record
class ErrorDocument:
    """An error as OSS (or STS) stated it: XML or JSON body, or `x-oss-err` on HEAD."""

    code: Seen[str]
    message: Seen[str] | None = None
    request_id: Seen[str] | None = None
    host_id: Seen[str] | None = None
    ec: Seen[str] | None = None
    """`0002-00000040`; from the body or `x-oss-ec`."""
    fields: dict[str, Seen[str]] = field(default_factory=dict)
    """All other elements, by name, nested ones as `AccessDeniedDetail.AuthAction`; text as sent, blanks kept."""
    source: str = "response body"
    """`response body` or `response header x-oss-err`."""
    complete: bool = True
    """False if the document is cut or broken; what could be read is still there."""


@record
class CatalogueEntry:
    """What is known of an error code."""

    code: str
    statuses: tuple[int, ...]
    """Statuses it comes with; empty if no source states one."""
    meaning: str
    """One sentence, our words."""
    causes: tuple[str, ...]
    """Likely causes, most likely first."""
    fix: tuple[str, ...]
    """What to do, one step each."""
    sources: tuple[str, ...]


@record
class Operation:
    """An exchange seen as an OSS operation."""

    role: Role
    bucket: str | None = None
    object: str | None = None
    """Decoded key; None for bucket and service operations."""
    name: str = "unknown"
    """API name: `PutObject`, `InitiateMultipartUpload`; `unknown` if the request matches none."""
    endpoint: Endpoint | None = None
    addressing: Addressing = Addressing.UNKNOWN
    request_id: Seen[str] | None = None
    signature: SignatureSummary | None = None
    """None for an anonymous request."""
    error: ErrorDocument | None = None
    server_time_ms: int | None = None
    """`x-oss-server-time`."""
    ec: str | None = None
    """`x-oss-ec`, also on answers without an error document."""
    answered_by_oss: bool = False
    """True if the response itself shows that OSS made it (request ID, Server, error document)."""
    bucket_source: str = ""
    """What told the bucket: `Host`, `request target`, `error HostId`, `StringToSign`; empty if nothing did."""
    sdk: str | None = None
    """SDK by its User-Agent prefix, with version: `aliyun-sdk-python/2.19.1`."""
    frame: FrameNumber | None = None
    """Packet in which the exchange starts."""
