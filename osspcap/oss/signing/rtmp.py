r"""Signed RTMP URLs: `rtmp://bucket.host/live/<channel>?OSSAccessKeyId=...&Expires=...&Signature=...`.

    Expires \n name:value, a line each, sorted \n /bucket/channel

HMAC-SHA1 in base64, whatever version the client signs its HTTP requests with. Such a URL never travels in an HTTP
request line; it is found in bodies, in RTMP connect commands and in what users paste. Sources: oss2 `_sign_rtmp_url`;
C++ SDK GenerateRTMPSignatrueUrlTest.
"""

from dataclasses import field
from urllib.parse import unquote_to_bytes

from osspcap.model.record import record
from osspcap.oss.address import bare_host
from osspcap.oss.signing.request import ANY_BUCKET, as_raw, as_text, host_parts
from osspcap.oss.signing.v1_string import sign_v1

_UNSIGNED = frozenset({b"OSSAccessKeyId", b"Signature", b"Expires", b"SecurityToken"})
"""Parameters outside the string to sign; a lower-case `security-token` is inside."""


@record
class RtmpUrl:
    """The parts of a signed RTMP URL."""

    bucket: bytes | None
    """From the host; None if the host does not tell it."""
    channel: bytes
    """Decoded path without `/live/`."""
    expires: bytes
    access_key_id: bytes
    signature: bytes = field(repr=False)
    parameters: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    """Signed parameters, decoded, sorted."""

    def string_to_sign(self, bucket: bytes | None = None) -> bytes:
        """Return the string to sign; an unknown bucket is written as `ANY_BUCKET`."""
        lines = [self.expires, *(name + b":" + value for name, value in self.parameters)]
        lines.append(b"/" + (bucket or self.bucket or ANY_BUCKET) + b"/" + self.channel)
        return b"\n".join(lines)

    def verifies(self, secret: str, bucket: bytes | None = None) -> bool:
        """Tell whether the signature is the one that the secret gives."""
        return sign_v1(self.string_to_sign(bucket), secret).encode() == self.signature


def parse_rtmp_url(url: bytes) -> RtmpUrl | None:
    """Split a URL; None if it is no RTMP URL or carries no signature."""
    scheme, separator, rest = url.partition(b"://")
    if not separator or scheme.lower() not in (b"rtmp", b"rtmps"):
        return None
    location, _, query = rest.partition(b"?")
    host, _, path = location.partition(b"/")
    pairs = []
    for piece in query.split(b"&"):
        name, _, value = piece.partition(b"=")
        if name:
            pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    values = dict(reversed(pairs))
    if b"Signature" not in values or b"OSSAccessKeyId" not in values:
        return None
    bucket = host_parts(bare_host(as_text(host))).bucket
    return RtmpUrl(
        bucket=None if bucket is None else as_raw(bucket),
        channel=unquote_to_bytes(path.removeprefix(b"live/")),
        expires=values.get(b"Expires", b""),
        access_key_id=values[b"OSSAccessKeyId"],
        signature=values[b"Signature"],
        parameters=tuple(sorted((name, value) for name, value in pairs if name not in _UNSIGNED)),
    )
