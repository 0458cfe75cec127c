"""Tells TLS by its first bytes, whatever the port.

In: bytes at the start of a packet or of a stream. Out: what they begin.

Source: RFC 8446 section 5.1, RFC 5246 section 6.2.1.
"""

CLIENT_HELLO, SERVER_HELLO = 1, 2
RECORD_HEADER_BYTES = 5
MAX_RECORD_BYTES = 16_384 + 2_048
"""Longest payload that a record may announce (RFC 5246 section 6.2.3; RFC 8446 allows 256 in place of 2,048)."""
_HANDSHAKE, _APPLICATION_DATA = 22, 23


def is_header(kind: int, version: int, length: int) -> bool:
    """Tell whether these can stand in the header of a record."""
    return 20 <= kind <= 23 and 0x0300 <= version <= 0x0304 and length <= MAX_RECORD_BYTES


def starts_hello(data: bytes | bytearray | memoryview) -> int | None:
    """Tell whether bytes begin a TLS handshake: `CLIENT_HELLO`, `SERVER_HELLO`, or None for anything else.

    Six bytes decide: record type 22, version 3.x, a length that RFC 8446 allows, handshake type.
    """
    if len(data) < RECORD_HEADER_BYTES + 1 or data[0] != _HANDSHAKE or data[1] != 3 or data[2] > 4:
        return None
    length = data[3] << 8 | data[4]
    if not 4 <= length <= 16_384 + 256:
        return None
    return data[5] if data[5] in (CLIENT_HELLO, SERVER_HELLO) else None


def starts_data(data: bytes | bytearray | memoryview) -> bool:
    """Tell whether bytes are records from the middle of a connection: application data that fits in.

    One header proves little. Where its record ends with the bytes, or another one stands behind it, the lengths fit as
    they do by chance once in millions.
    """
    at, records = 0, 0
    while at + RECORD_HEADER_BYTES <= len(data) and records < 2:
        length = data[at + 3] << 8 | data[at + 4]
        if data[at] != _APPLICATION_DATA or data[at + 1] != 3 or not 1 <= data[at + 2] <= 3 or not length:
            return False
        if not is_header(_APPLICATION_DATA, data[at + 1] << 8 | data[at + 2], length):
            return False
        at += RECORD_HEADER_BYTES + length
        records += 1
        if at == len(data):
            return True
    return records == 2
