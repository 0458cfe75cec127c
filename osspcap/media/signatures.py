"""What media objects begin with: so much is known of them before anything else of this package is needed.

Only signatures that chance does not make are taken. Source: WHATWG MIME Sniffing Standard, and the formats' own
documents.
"""

from osspcap.model.media import Container

MIN_BYTES = 16
"""Fewer bytes tell nothing."""
MATROSKA = b"\x1a\x45\xdf\xa3"
"""EBML header, which Matroska and WebM begin with (RFC 8794 section 11.2.1)."""
TRANSPORT_SYNC = 0x47
"""Sync byte of an MPEG transport stream."""
_PICTURES = {
    b"\xff\xd8\xff": Container.JPEG,
    b"\x89PNG\r\n\x1a\n": Container.PNG,
    b"GIF87a": Container.GIF,
    b"GIF89a": Container.GIF,
    b"II*\0": Container.TIFF,
    b"MM\0*": Container.TIFF,
}
_OTHERS = {
    b"OggS\0": Container.OGG,
    b"ID3\2": Container.MP3,
    b"ID3\3": Container.MP3,
    b"ID3\4": Container.MP3,
    b"\0\0\1\xba": Container.MPEG_PS,
    b".RMF": Container.REAL,
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": Container.ASF,
}
SIGNATURES = _PICTURES | _OTHERS
"""Containers that their first bytes tell."""
FIRST_BYTES = frozenset([signature[0] for signature in SIGNATURES] + [0x00, TRANSPORT_SYNC, MATROSKA[0], *b"RF"])
"""What the first byte of a media object may be; MP4 begins with the length of a short box."""
