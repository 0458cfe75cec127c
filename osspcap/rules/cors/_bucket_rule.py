"""The bucket rule that would allow what a page asks, ready to paste: XML, JSON, and the console's fields.

Source: OSS API reference, PutBucketCors; ossutil 2.0, `api put-bucket-cors`.
"""

import json
from collections.abc import Iterable
from html import escape

from osspcap.model.record import record

METHODS = ("GET", "PUT", "DELETE", "POST", "HEAD")
"""All that an AllowedMethod may be."""
EXPOSED = ("ETag", "x-oss-request-id")
"""What uploads need to read, and what a support case needs."""
MAX_AGE_SECONDS = 600
"""How long a browser may remember the answer to a preflight; the console's default is 0."""
MAX_HEADERS = 20
"""Header names written out; a page that sends more is better served by `*`."""


@record
class BucketRule:
    """One CORSRule."""

    origin: str
    methods: tuple[str, ...]
    headers: tuple[str, ...]

    @classmethod
    def allowing(cls, origin: str, methods: Iterable[str], headers: Iterable[str]) -> "BucketRule":
        """Return the narrowest rule that allows what was asked."""
        asked = {method.strip().upper() for method in methods}
        names = tuple(dict.fromkeys(headers))
        return cls(
            origin="*" if origin in ("null", "") else origin,
            methods=tuple(method for method in METHODS if method in asked) or METHODS,
            headers=names if len(names) <= MAX_HEADERS else ("*",),
        )

    def as_xml(self) -> str:
        """Return the body of a PutBucketCors request."""
        parts = [("AllowedOrigin", self.origin)]
        parts += [("AllowedMethod", method) for method in self.methods]
        parts += [("AllowedHeader", header) for header in self.headers]
        parts += [("ExposeHeader", header) for header in EXPOSED]
        inner = "".join(f"<{name}>{escape(value, quote=False)}</{name}>" for name, value in parts)
        age = f"<MaxAgeSeconds>{MAX_AGE_SECONDS}</MaxAgeSeconds>"
        return f"<CORSConfiguration><CORSRule>{inner}{age}</CORSRule></CORSConfiguration>"

    def as_json(self) -> str:
        """Return the same for ossutil and for SDKs that take JSON."""
        rule = {
            "AllowedOrigin": [self.origin],
            "AllowedMethod": list(self.methods),
            "AllowedHeader": list(self.headers),
            "ExposeHeader": list(EXPOSED),
            "MaxAgeSeconds": MAX_AGE_SECONDS,
        }
        return json.dumps({"CORSRule": [rule]}, ensure_ascii=False)

    def as_console_fields(self) -> str:
        """Return what to enter in the console's form."""
        headers = " ".join(self.headers) or "(empty)"
        return (
            f"Sources: {self.origin} | Allowed Methods: {', '.join(self.methods)} | Allowed Headers: {headers} | "
            f"Exposed Headers: {' '.join(EXPOSED)} | Cache Timeout (Seconds): {MAX_AGE_SECONDS}"
        )

    def steps(self, bucket: str) -> tuple[str, ...]:
        """Return the steps that set the rule; PutBucketCors replaces all rules, so that the console goes first."""
        return (
            (
                f"In the OSS console open {bucket}, Content Security, CORS, Create Rule, and enter: "
                f"{self.as_console_fields()}."
            ),
            f"Or call PutBucketCors, which replaces all rules of the bucket, with the body: {self.as_xml()}",
            f"The same as JSON, for `ossutil api put-bucket-cors --bucket NAME --cors-configuration`: {self.as_json()}",
            (
                "Then try again with the browser's cache cleared: it remembers answers to "
                "preflights. A CDN in front of the "
                "bucket has to be refreshed as well."
            ),
        )
