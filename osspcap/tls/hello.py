"""ClientHello: what a TLS client says in clear before anything is encrypted.

In: the first bytes a client sent. Out: server name and protocols offered, or None if they are no ClientHello.
A hello may be cut (snap length, lost packet) or spread over several records; what is there is read.

Source: RFC 8446 sections 4.1.2 and 5.1, RFC 6066 section 3 (SNI), RFC 7301 (ALPN).
"""

from dataclasses import dataclass

HANDSHAKE_RECORD = 0x16
CLIENT_HELLO, SERVER_HELLO = 1, 2
_RECORD_HEADER = 5
_SERVER_NAME, _ALPN = 0, 16
MAX_HELLO_BYTES = 16_384
"""A ClientHello larger than one full record is read only this far; real ones stay below 4 KiB."""


@dataclass(frozen=True, slots=True)
class ClientHello:
    """The readable part of a ClientHello."""

    sni: str | None
    """Host name of the server_name extension; None if there is none or it lies behind a cut."""
    alpn: tuple[str, ...]
    """Protocols offered: `h2`, `http/1.1`."""


def starts_hello(data: bytes | bytearray | memoryview) -> int | None:
    """Tell whether bytes begin a TLS handshake: `CLIENT_HELLO`, `SERVER_HELLO`, or None for anything else.

    Six bytes decide: record type 22, version 3.x, a length that RFC 8446 allows, handshake type.
    """
    if len(data) < _RECORD_HEADER + 1 or data[0] != HANDSHAKE_RECORD or data[1] != 3 or data[2] > 4:
        return None
    length = data[3] << 8 | data[4]
    if not 4 <= length <= 16_384 + 256:
        return None
    return data[5] if data[5] in (CLIENT_HELLO, SERVER_HELLO) else None


def parse_client_hello(data: bytes) -> ClientHello | None:
    """Read server name and ALPN from the first bytes of a client; never raises on cut or damaged bytes.

    Returns:
        None if the bytes do not begin with a ClientHello.
    """
    if starts_hello(data) != CLIENT_HELLO:
        return None
    hello = _handshake_bytes(data[:MAX_HELLO_BYTES])
    # handshake header 4, legacy_version 2, random 32; then three vectors, then extensions
    offset = 4 + 2 + 32
    for length_bytes in (1, 2, 1):  # legacy_session_id, cipher_suites, legacy_compression_methods
        offset += length_bytes + int.from_bytes(hello[offset : offset + length_bytes])
    offset += 2
    sni: str | None = None
    alpn: tuple[str, ...] = ()
    while offset + 4 <= len(hello):
        kind = int.from_bytes(hello[offset : offset + 2])
        length = int.from_bytes(hello[offset + 2 : offset + 4])
        value = hello[offset + 4 : offset + 4 + length]
        if kind == _SERVER_NAME:
            sni = _server_name(value)
        elif kind == _ALPN:
            alpn = _protocols(value)
        offset += 4 + length
    return ClientHello(sni, alpn)


def _handshake_bytes(data: bytes) -> bytes:
    """Join the fragments of consecutive handshake records."""
    parts = []
    offset = 0
    while offset + _RECORD_HEADER <= len(data) and data[offset] == HANDSHAKE_RECORD:
        length = int.from_bytes(data[offset + 3 : offset + 5])
        parts.append(data[offset + _RECORD_HEADER : offset + _RECORD_HEADER + length])
        offset += _RECORD_HEADER + length
    return b"".join(parts)


def _server_name(value: bytes) -> str | None:
    # server_name_list: 2 bytes length, then entries of type (0 = host_name), 2 bytes length, name
    if len(value) < 5 or value[2] != 0:
        return None
    name = value[5 : 5 + int.from_bytes(value[3:5])]
    return name.decode("ascii", "backslashreplace") or None


def _protocols(value: bytes) -> tuple[str, ...]:
    found = []
    offset = 2
    while offset < len(value):
        length = value[offset]
        name = value[offset + 1 : offset + 1 + length]
        if len(name) == length and name:
            found.append(name.decode("ascii", "backslashreplace"))
        offset += 1 + length
    return tuple(found)
