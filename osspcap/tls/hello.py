"""Hello messages: what client and server say in clear before anything is encrypted.

In: the body of a ClientHello or ServerHello, perhaps cut (snap length, lost packet). Out: its parts, as far as they are
there; nothing raises.

Source: RFC 8446 sections 4.1.2, 4.1.3 and 5.1; RFC 5246 section 7.4.1; RFC 6066 section 3 (SNI), RFC 7301 (ALPN).
"""

from osspcap.model.record import record
from osspcap.model.tls import ClientLibrary
from osspcap.tls import numbers

MAX_NAMES = 64
"""Entries of one list (names, protocols, versions) that are read."""


@record
class Hello:
    """The parts of a ClientHello or a ServerHello."""

    legacy_version: int
    random: bytes
    """32 bytes; shorter if it was cut."""
    session_id: bytes
    suites: tuple[int, ...]
    """Offered, or the one chosen."""
    extensions: dict[int, bytes]
    """Type to content; in order of appearance."""
    is_whole: bool
    """Nothing was cut off."""


def parse_client_hello(body: bytes) -> Hello:
    """Take a ClientHello apart; `body` is the message without its four bytes of header."""
    session, offset = _vector(body, 34, 1)
    suites, offset = _vector(body, offset, 2)
    _, offset = _vector(body, offset, 1)
    extensions, is_whole = _extensions(body, offset)
    numbered = tuple(int.from_bytes(suites[at : at + 2]) for at in range(0, len(suites) - 1, 2))
    return Hello(int.from_bytes(body[:2]), body[2:34], session, numbered, extensions, is_whole)


def parse_server_hello(body: bytes) -> Hello:
    """Take a ServerHello apart; likewise."""
    session, offset = _vector(body, 34, 1)
    suites = (int.from_bytes(body[offset : offset + 2]),) if offset + 2 <= len(body) else ()
    extensions, is_whole = _extensions(body, offset + 3)
    return Hello(int.from_bytes(body[:2]), body[2:34], session, suites, extensions, is_whole)


def server_name(hello: Hello) -> str | None:
    """Return the host name of the server_name extension; None if there is none or it lies behind a cut."""
    value = hello.extensions.get(numbers.SERVER_NAME, b"")
    # server_name_list: 2 bytes length, then entries of type (0 = host_name), 2 bytes length, name
    if len(value) < 5 or value[2] != 0:
        return None
    name = value[5 : 5 + int.from_bytes(value[3:5])]
    return name.decode("ascii", "backslashreplace") or None


def protocols(value: bytes) -> tuple[str, ...]:
    """Return the protocols of an ALPN extension: `h2`, `http/1.1`; reserved ones (RFC 8701) are left out."""
    found: list[str] = []
    offset = 2
    while offset < len(value) and len(found) < MAX_NAMES:
        length = value[offset]
        name = value[offset + 1 : offset + 1 + length]
        if len(name) == length and name and not (length == 2 and is_reserved(int.from_bytes(name))):
            found.append(name.decode("ascii", "backslashreplace"))
        offset += 1 + length
    return tuple(found)


def versions_offered(hello: Hello) -> tuple[str, ...]:
    """Return the versions that a client offers, highest first."""
    value = hello.extensions.get(numbers.SUPPORTED_VERSIONS)
    if value is None:
        return (version_name(hello.legacy_version),)
    listed = value[1 : 1 + 2 * MAX_NAMES]
    offered = {int.from_bytes(listed[at : at + 2]) for at in range(0, len(listed) - 1, 2)}
    return tuple(version_name(number) for number in sorted(offered, reverse=True) if not is_reserved(number))


def version_chosen(hello: Hello) -> int:
    """Return the version that a server chose: supported_versions of TLS 1.3, else the old field."""
    value = hello.extensions.get(numbers.SUPPORTED_VERSIONS, b"")
    return int.from_bytes(value[:2]) if len(value) >= 2 else hello.legacy_version


def version_name(number: int) -> str:
    """Return the name of a version: `TLS 1.2`."""
    return numbers.VERSIONS.get(number, f"version 0x{number:04x}")


def is_reserved(number: int) -> bool:
    """Tell whether a number is one of those that say nothing (GREASE, RFC 8701): 0x0A0A, 0x1A1A and so on."""
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF


def client_library(hello: Hello) -> ClientLibrary:
    """Tell the family of the client's TLS library by what only that family offers; a guess, for advice only.

    Chromium: reserved values (RFC 8701). Firefox: delegated_credentials with record_size_limit. Java:
    status_request_v2. OpenSSL: encrypt_then_mac. Go: signed_certificate_timestamp, renegotiation_info as an extension,
    and none of the others.
    """
    extensions = hello.extensions
    if any(is_reserved(number) for number in (*hello.suites, *extensions)):
        return ClientLibrary.CHROMIUM
    if numbers.DELEGATED_CREDENTIALS in extensions and numbers.RECORD_SIZE_LIMIT in extensions:
        return ClientLibrary.FIREFOX
    if numbers.STATUS_REQUEST_V2 in extensions:
        return ClientLibrary.JAVA
    if numbers.ENCRYPT_THEN_MAC in extensions:
        return ClientLibrary.OPENSSL
    if numbers.SIGNED_CERTIFICATE_TIMESTAMP in extensions and numbers.RENEGOTIATION_INFO in extensions:
        return ClientLibrary.GO
    return ClientLibrary.UNKNOWN


def _vector(body: bytes, offset: int, length_bytes: int) -> tuple[bytes, int]:
    """Return a vector with a length in front of it, and where it ends."""
    start = offset + length_bytes
    end = start + int.from_bytes(body[offset:start])
    return body[start:end], end


def _extensions(body: bytes, offset: int) -> tuple[dict[int, bytes], bool]:
    """Return the extensions, and whether they are all there; a hello without any is whole."""
    found: dict[int, bytes] = {}
    if offset >= len(body):
        return found, offset == len(body)
    end = offset + 2 + int.from_bytes(body[offset : offset + 2])
    is_whole = offset + 2 <= len(body) and end <= len(body)
    offset += 2
    while offset + 4 <= len(body):
        kind = int.from_bytes(body[offset : offset + 2])
        value, offset = _vector(body, offset + 2, 2)
        found.setdefault(kind, value)
    return found, is_whole
