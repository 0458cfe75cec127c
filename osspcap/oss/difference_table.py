"""Header fields that may differ between two sightings of one request, and why."""

from typing import Final

HOP: Final = "belongs to one connection only"
FRAMING: Final = "the body is framed anew on each connection"
TRACE: Final = "devices write here that they passed the message on"

EXPECTED_IN_REQUESTS: Final = {
    "connection": HOP,
    "keep-alive": HOP,
    "proxy-connection": HOP,
    "proxy-authorization": HOP,
    "proxy-authenticate": HOP,
    "proxy-authentication-info": HOP,
    "te": HOP,
    "trailer": HOP,
    "upgrade": HOP,
    "upgrade-insecure-requests": HOP,
    "http2-settings": HOP,
    "expect": "a proxy may answer the expectation itself",
    "max-forwards": "each proxy counts down",
    "transfer-encoding": FRAMING,
    "via": TRACE,
    "forwarded": TRACE,
    "x-real-ip": TRACE,
    "x-client-scheme": TRACE,
    "x-client-ip": TRACE,
    "x-bluecoat-via": TRACE,
    "x-imforwards": TRACE,
    "true-client-ip": TRACE,
    "eagleeye-traceid": TRACE,
    "cdn-loop": TRACE,
    "traceparent": TRACE,
    "tracestate": TRACE,
    "x-request-id": TRACE,
}
"""Lower-case name to reason. Source: RFC 9110 sections 7.6.1 and 10.1.1, RFC 9112 section 6.1."""

EXPECTED_IN_RESPONSES: Final = {
    "connection": HOP,
    "keep-alive": HOP,
    "proxy-connection": HOP,
    "proxy-authenticate": HOP,
    "proxy-authentication-info": HOP,
    "trailer": HOP,
    "upgrade": HOP,
    "transfer-encoding": FRAMING,
    "via": TRACE,
    "age": TRACE,
    "x-cache": TRACE,
    "x-cache-lookup": TRACE,
    "x-cache-status": TRACE,
    "x-site-cache-status": TRACE,
    "eagleid": TRACE,
    "x-squid-error": TRACE,
    "x-served-by": TRACE,
    "x-varnish": TRACE,
    "server": "a proxy may put its own name here",
    "date": "a proxy may put the time of its own clock here",
}
"""Lower-case name to reason. Source: RFC 9110 sections 7.6.1, 10.2.4 and 6.6.1, RFC 9111 section 5."""

EXPECTED_PREFIXES: Final = ("x-forwarded-", "ali-cdn-", "cdn-", "cf-", "x-swift-", "ali-swift-", "x-bluecoat-")
"""Names that devices use for themselves, in either direction."""

SIGNED_FIELDS: Final = frozenset(("content-type", "content-md5", "date", "authorization"))
"""Covered by every signature scheme of OSS; `x-oss-*` is as well."""
