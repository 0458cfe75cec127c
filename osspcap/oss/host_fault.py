"""What is wrong with a Host header because the endpoint was configured wrongly.

In: a refused exchange. Out: `HostFault`, or None where the host has the form it should have. SDKs put the bucket in
front of whatever stands in the endpoint setting, so that a bucket, a slash or a blank there ends up in the Host.

Source: OSS user guide (D, E): SignatureDoesNotMatch, "check the endpoint". Cost: one split of the head a request.
"""

import re
from enum import StrEnum

from osspcap.model.exchange import Exchange
from osspcap.model.operation import Role
from osspcap.model.pattern import pattern
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.address import parse_host
from osspcap.oss.facts import Context

_blank = pattern(r"[ \t\u00a0\u3000]|%20|%09|%3000|\+", re.IGNORECASE).search
_SLASHES = ("/", "\\", "%2f")
_ABOUT_BUCKET = frozenset({"NoSuchBucket", "InvalidBucketName"})


class HostFaultKind(StrEnum):
    """What is wrong."""

    BUCKET_TWICE = "bucket-twice"
    """The bucket stands in front of itself: it is in the endpoint as well."""
    TWO_BUCKETS = "two-buckets"
    """Two different names stand in front of the endpoint."""
    SLASH = "slash"
    """A scheme, a path or a slash is in the host."""
    BLANK = "blank"
    """A blank is in the host."""


@record
class HostFault:
    """A Host that a wrong endpoint setting made."""

    kind: HostFaultKind
    host: Seen[str]
    wanted: str
    """The host as it should be; empty if that cannot be told."""
    endpoint: str
    """The endpoint as it should be configured; empty if that cannot be told."""


def gather_host_fault(exchange: Exchange, _context: Context) -> HostFault | None:
    """Look at the host of a refused request; None if nothing is wrong with it."""
    operation, request = exchange.operation, exchange.request
    if operation is None or request is None or operation.role is not Role.OSS:
        return None
    line = request.fields().first("Host")
    if line is None or not line.value:
        return None
    host = request.seen(line)
    kind = _kind_by_form(host.value)
    if kind is not None:
        cleaned = _cleaned(host.value)
        parts = parse_host(cleaned)
        if parts is None:
            return HostFault(kind, host, "", "")
        return HostFault(kind, host, cleaned, parts.endpoint.service_host)
    parts = parse_host(host.value)
    if parts is None or parts.bucket is None or "." not in parts.bucket:
        return None
    first, _, rest = parts.bucket.partition(".")
    endpoint = parts.endpoint.service_host
    if first == rest:
        return HostFault(HostFaultKind.BUCKET_TWICE, host, f"{first}.{endpoint}", endpoint)
    if operation.error is not None and operation.error.code.value in _ABOUT_BUCKET:
        return HostFault(HostFaultKind.TWO_BUCKETS, host, f"{first}.{endpoint}", endpoint)
    return None


def _kind_by_form(host: str) -> HostFaultKind | None:
    if _blank(host) is not None:
        return HostFaultKind.BLANK
    lowered = host.lower()
    return HostFaultKind.SLASH if any(slash in lowered for slash in _SLASHES) else None


def _cleaned(host: str) -> str:
    """Return the host without blanks, scheme and path."""
    text = re.sub(r"[\s\u3000]|%20|%09|\+", "", host.lower())
    text = re.sub(r"https?:(?://|%2f%2f|\\\\)", "", text)
    return re.split(r"[/\\]|%2f", text, maxsplit=1)[0]
