"""Record protection: one direction's keys of one epoch, and records opened with them.

In: the payload of a protected record with its sequence number. Out: its content, or None if it does not authenticate.
Content is only ever handed out if it does.

Cost: about 12 us a full record of AES-GCM, and no copy of it beside the one that decryption makes.

Source: RFC 8446 section 5.2, RFC 5246 section 6.2.3, RFC 5288 (GCM), RFC 6655 (CCM), RFC 7905 (ChaCha20-Poly1305),
RFC 7366 (encrypt-then-MAC).
"""

import hmac
from abc import ABC, abstractmethod
from typing import Any

from osspcap.tls import numbers
from osspcap.tls.schedule import expand_label
from osspcap.tls.suites import Suite

Payload = bytes | bytearray | memoryview
Opened = tuple[int, memoryview]
"""Content type and content."""

_TAG_BYTES = {"gcm": 16, "ccm": 16, "ccm8": 8, "chacha": 16}
_MAC_BYTES = {"sha1": 20, "sha256": 32, "sha384": 48}
_BLOCK = 16
_FULL_RECORD = 16_384
"""Most content that a record holds (RFC 8446 section 5.1); senders of much data fill records up to it."""


class Protection(ABC):
    """Keys of one direction."""

    overhead: int
    """Bytes that a record is longer than its content, without padding."""

    @abstractmethod
    def open(self, sequence: int, kind: int, version: int, payload: Payload) -> Opened | None:
        """Open the record with a sequence number; None if it is not this one, or damaged."""

    def content_bytes(self, payload_bytes: int) -> int:
        """Return how much content a payload of a length holds, if its padding is none or the least there can be."""
        return max(payload_bytes - self.overhead, 0)

    def updated(self) -> "Protection | None":
        """Return the protection behind a KeyUpdate; None before TLS 1.3."""
        return None


def _aead(suite: Suite, key: bytes) -> tuple[Any, type[Exception]]:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - most captures need no decryption
    from cryptography.hazmat.primitives.ciphers import aead  # noqa: PLC0415

    match suite.cipher:
        case "gcm":
            return aead.AESGCM(key), InvalidTag
        case "chacha":
            return aead.ChaCha20Poly1305(key), InvalidTag
        case _:
            return aead.AESCCM(key, tag_length=_TAG_BYTES[suite.cipher]), InvalidTag


class Tls13Protection(Protection):
    """Protection of TLS 1.3 by a traffic secret."""

    def __init__(self, suite: Suite, secret: bytes) -> None:
        self._suite = suite
        self._secret = secret
        key = expand_label(secret, b"key", suite.key_bytes, suite.hash)
        self._iv = int.from_bytes(expand_label(secret, b"iv", 12, suite.hash))
        aead, self._invalid = _aead(suite, key)
        self._decrypt = aead.decrypt
        self.overhead = 1 + _TAG_BYTES[suite.cipher]

    def open(self, sequence: int, kind: int, version: int, payload: Payload) -> Opened | None:
        """Open a record: the last byte that is not zero is the type of its content."""
        if kind != numbers.APPLICATION_DATA or len(payload) < self.overhead:
            return None
        header = b"\x17" + version.to_bytes(2) + len(payload).to_bytes(2)
        try:
            content = self._decrypt((self._iv ^ sequence).to_bytes(12), payload, header)
        except self._invalid:
            return None
        end = len(content) - 1
        if content[end] == 0:
            end = len(content.rstrip(b"\0")) - 1
            if end < 0:
                return None
        return content[end], memoryview(content)[:end]

    def updated(self) -> Protection:
        """Return the protection of the next generation (RFC 8446 section 7.2)."""
        secret = expand_label(self._secret, b"traffic upd", len(self._secret), self._suite.hash)
        return Tls13Protection(self._suite, secret)


class AeadProtection(Protection):
    """AEAD suites of TLS 1.2."""

    def __init__(self, suite: Suite, key: bytes, salt: bytes) -> None:
        """Begin with a key and the implicit part of the nonce: 4 bytes, ChaCha20 12."""
        aead, self._invalid = _aead(suite, key)
        self._decrypt = aead.decrypt
        self._salt = salt
        self._iv = int.from_bytes(salt) if len(salt) == 12 else None
        self._tag_bytes = _TAG_BYTES[suite.cipher]
        self.overhead = self._tag_bytes + (0 if len(salt) == 12 else 8)

    def open(self, sequence: int, kind: int, version: int, payload: Payload) -> Opened | None:
        """Open a record."""
        length = len(payload) - self.overhead
        if length < 0:
            return None
        header = sequence.to_bytes(8) + kind.to_bytes(1) + version.to_bytes(2) + length.to_bytes(2)
        if self._iv is not None:
            nonce = (self._iv ^ sequence).to_bytes(12)
        else:
            nonce = self._salt + payload[:8]
            payload = memoryview(payload)[8:]
        try:
            return kind, memoryview(self._decrypt(nonce, payload, header))
        except self._invalid:
            return None


class CbcProtection(Protection):
    """CBC suites of TLS 1.1 and 1.2; of TLS 1.0 with `iv`, where a record goes on where the last one ended."""

    def __init__(self, suite: Suite, key: bytes, mac_key: bytes, *, mac_first: bool, iv: bytes | None = None) -> None:
        """Begin with keys; `mac_first` is the old order, False that of encrypt-then-MAC."""
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - as above

        def decryptor(vector: bytes) -> Any:
            return Cipher(algorithm, modes.CBC(vector)).decryptor()

        algorithm = algorithms.AES(key)
        self._decryptor = decryptor
        self._mac_key, self._mac, self._mac_bytes = mac_key, suite.mac, _MAC_BYTES[suite.mac]
        self._mac_first = mac_first
        self._iv = iv
        self.overhead = self._mac_bytes + 1 + (0 if iv is not None else _BLOCK)

    def open(self, sequence: int, kind: int, version: int, payload: Payload) -> Opened | None:
        """Open a record; what its MAC does not prove is refused, however well its padding looks."""
        tail = b""
        if not self._mac_first:
            split = len(payload) - self._mac_bytes
            payload, tail = payload[:split] if split > 0 else b"", bytes(payload[max(split, 0) :])
        chained = self._iv is not None
        if len(payload) < _BLOCK * (1 if chained else 2) or len(payload) % _BLOCK:
            return None
        if tail and not self._is_proved(sequence, kind, version, payload, tail):
            return None
        vector = bytes(payload[:_BLOCK]) if self._iv is None else self._iv
        plain = self._decryptor(vector).update(payload if chained else memoryview(payload)[_BLOCK:])
        if chained:
            self._iv = bytes(payload[-_BLOCK:])
        padding = plain[-1] + 1
        end = len(plain) - padding - (self._mac_bytes if self._mac_first else 0)
        if end < 0 or plain[-padding:] != plain[-1:] * padding:
            return None
        content = memoryview(plain)[:end]
        if self._mac_first:
            mac = plain[end : end + self._mac_bytes]
            if not self._is_proved(sequence, kind, version, content, mac):
                return None
        return kind, content

    def content_bytes(self, payload_bytes: int) -> int:
        """Return how much content a payload holds: what fills a record (16,384 bytes) if it can, else the most."""
        most = max(payload_bytes - self.overhead, 0)
        return _FULL_RECORD if most - _BLOCK < _FULL_RECORD <= most else most

    def _is_proved(self, sequence: int, kind: int, version: int, data: Payload, mac: bytes) -> bool:
        header = sequence.to_bytes(8) + kind.to_bytes(1) + version.to_bytes(2) + len(data).to_bytes(2)
        return hmac.digest(self._mac_key, b"".join((header, data)), self._mac) == mac


def tls12_protections(
    suite: Suite, block: bytes, *, encrypt_then_mac: bool, is_chained: bool
) -> tuple[Protection, Protection]:
    """Cut a key block (RFC 5246 section 6.3) into the protections of client and server.

    Args:
        suite: One that can be decrypted.
        block: At least `block_bytes(suite)` bytes.
        encrypt_then_mac: RFC 7366 was agreed on.
        is_chained: TLS 1.0, whose initialization vectors are in the block.
    """
    if suite.cipher == "cbc":
        mac, key = _MAC_BYTES[suite.mac], suite.key_bytes
        parts = _cut(block, (mac, mac, key, key, _BLOCK, _BLOCK))
        return tuple(  # type: ignore[return-value] # of two
            CbcProtection(
                suite,
                parts[2 + side],
                parts[side],
                mac_first=not encrypt_then_mac,
                iv=parts[4 + side] if is_chained else None,
            )
            for side in (0, 1)
        )
    salt = 12 if suite.cipher == "chacha" else 4
    parts = _cut(block, (suite.key_bytes, suite.key_bytes, salt, salt))
    return AeadProtection(suite, parts[0], parts[2]), AeadProtection(suite, parts[1], parts[3])


def block_bytes(suite: Suite) -> int:
    """Return how long the key block of a suite has to be."""
    if suite.cipher == "cbc":
        return 2 * (_MAC_BYTES[suite.mac] + suite.key_bytes + _BLOCK)
    return 2 * (suite.key_bytes + (12 if suite.cipher == "chacha" else 4))


def _cut(block: bytes, lengths: tuple[int, ...]) -> list[bytes]:
    parts, at = [], 0
    for length in lengths:
        parts.append(block[at : at + length])
        at += length
    return parts
