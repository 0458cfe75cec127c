import hmac
import os
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305

from osspcap.tls.protection import Protection, Tls13Protection, block_bytes, tls12_protections
from osspcap.tls.schedule import expand_label
from osspcap.tls.suites import SUITES, Suite

SECRET = b"t" * 48
TLS13 = [0x1301, 0x1302, 0x1303, 0x1304, 0x1305]
AEADS = [number for number, suite in SUITES.items() if suite.cipher and suite.cipher != "cbc" and number not in TLS13]
CBCS = [number for number, suite in SUITES.items() if suite.cipher == "cbc"]


def aead(suite: Suite, key: bytes) -> Any:
    match suite.cipher:
        case "gcm":
            return AESGCM(key)
        case "chacha":
            return ChaCha20Poly1305(key)
        case _:
            return AESCCM(key, tag_length=8 if suite.cipher == "ccm8" else 16)


def sealed_13(suite: Suite, sequence: int, content: bytes, secret: bytes = SECRET) -> bytes:
    """The payload of a record of TLS 1.3; `content` ends with its type."""
    key = expand_label(secret, b"key", suite.key_bytes, suite.hash)
    iv = int.from_bytes(expand_label(secret, b"iv", 12, suite.hash))
    length = len(content) + (8 if suite.cipher == "ccm8" else 16)
    nonce = (iv ^ sequence).to_bytes(12)
    sealed: bytes = aead(suite, key).encrypt(nonce, content, b"\x17\x03\x03" + length.to_bytes(2))
    return sealed


def result(opened: tuple[int, memoryview] | None) -> tuple[int, bytes] | None:
    return None if opened is None else (opened[0], bytes(opened[1]))


@pytest.mark.parametrize("number", TLS13)
def test_records_of_tls_1_3_open_with_their_number_only(number: int) -> None:
    protection = Tls13Protection(SUITES[number], SECRET)
    payload = sealed_13(SUITES[number], 5, b"content\x17")
    assert result(protection.open(5, 23, 0x0303, payload)) == (23, b"content")
    assert protection.open(4, 23, 0x0303, payload) is None
    assert protection.open(5, 22, 0x0303, payload) is None
    assert protection.open(5, 23, 0x0303, payload[:-1] + bytes([payload[-1] ^ 1])) is None
    assert protection.open(5, 23, 0x0303, payload[:10]) is None


def test_padding_is_taken_off() -> None:
    protection = Tls13Protection(SUITES[0x1301], SECRET)
    assert result(protection.open(0, 23, 0x0303, sealed_13(SUITES[0x1301], 0, b"ab\x16" + bytes(100)))) == (22, b"ab")
    assert result(protection.open(0, 23, 0x0303, sealed_13(SUITES[0x1301], 0, b"a\0\x17"))) == (23, b"a\0")
    assert protection.open(0, 23, 0x0303, sealed_13(SUITES[0x1301], 0, bytes(20))) is None


def test_an_update_changes_the_keys() -> None:
    first = Tls13Protection(SUITES[0x1302], SECRET)
    second = first.updated()
    assert isinstance(second, Tls13Protection)
    assert second._secret == expand_label(SECRET, b"traffic upd", 48, "sha384")
    assert second.open(0, 23, 0x0303, sealed_13(SUITES[0x1302], 0, b"a\x17")) is None


@pytest.mark.parametrize("number", AEADS)
def test_records_of_tls_1_2_open_with_their_number_only(number: int) -> None:
    suite = SUITES[number]
    block = os.urandom(block_bytes(suite))
    pair = tls12_protections(suite, block, encrypt_then_mac=False, is_chained=False)
    salt_bytes, size = (12 if suite.cipher == "chacha" else 4), suite.key_bytes
    for side, protection in enumerate(pair):
        key = block[side * size : (side + 1) * size]
        salt = block[2 * size + side * salt_bytes :][:salt_bytes]
        header = (3).to_bytes(8) + b"\x17\x03\x03\x00\x07"
        explicit = b"" if suite.cipher == "chacha" else b"explicit"
        nonce = (int.from_bytes(salt) ^ 3).to_bytes(12) if suite.cipher == "chacha" else salt + explicit
        payload = explicit + aead(suite, key).encrypt(nonce, b"content", header)
        assert len(payload) - 7 == protection.overhead
        assert result(protection.open(3, 23, 0x0303, payload)) == (23, b"content")
        assert protection.open(2, 23, 0x0303, payload) is None
        assert protection.open(3, 22, 0x0303, payload) is None
        assert protection.open(3, 23, 0x0303, payload[:6]) is None
        assert protection.updated() is None


def cbc_record(suite: Suite, key: bytes, mac_key: bytes, iv: bytes, content: bytes, *, mac_first: bool) -> bytes:
    header = (3).to_bytes(8) + b"\x17\x03\x03"

    def mac(data: bytes) -> bytes:
        return hmac.digest(mac_key, header + len(data).to_bytes(2) + data, suite.mac)

    plain = content + mac(content) if mac_first else content
    padding = 15 - len(plain) % 16
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    payload = iv + encryptor.update(plain + bytes([padding]) * (padding + 1))
    return payload if mac_first else payload + mac(payload)


@pytest.mark.parametrize("mac_first", [True, False])
@pytest.mark.parametrize("number", CBCS)
def test_records_of_cbc_suites_open_if_their_mac_proves_them(number: int, mac_first: bool) -> None:  # noqa: FBT001
    suite = SUITES[number]
    block = os.urandom(block_bytes(suite))
    client: Protection = tls12_protections(suite, block, encrypt_then_mac=not mac_first, is_chained=False)[0]
    size = {"sha1": 20, "sha256": 32, "sha384": 48}[suite.mac]
    key = block[2 * size : 2 * size + suite.key_bytes]
    for content in (b"content", b"", b"x" * 16_000):
        payload = cbc_record(suite, key, block[:size], b"v" * 16, content, mac_first=mac_first)
        assert result(client.open(3, 23, 0x0303, payload)) == (23, content)
        assert client.open(4, 23, 0x0303, payload) is None
        for at in (0, 20, len(payload) - 1):
            damaged = bytearray(payload)
            damaged[at] ^= 0x40
            assert client.open(3, 23, 0x0303, damaged) is None


def test_the_content_of_a_lost_record_is_estimated_by_its_length() -> None:
    assert Tls13Protection(SUITES[0x1301], SECRET).content_bytes(16_401) == 16_384
    assert Tls13Protection(SUITES[0x1301], SECRET).content_bytes(3) == 0
    suite = SUITES[0x002F]
    cbc = tls12_protections(suite, bytes(block_bytes(suite)), encrypt_then_mac=False, is_chained=False)[0]
    assert cbc.content_bytes(16 + 16_384 + 20 + 12) == 16_384
    assert cbc.content_bytes(16 + 32) == 11


@pytest.mark.parametrize("length", [0, 1, 15, 16, 31, 32, 33, 48, 100])
def test_payloads_of_any_length_are_refused_quietly(length: int) -> None:
    for number in (0x002F, 0xC028, 0x009C, 0xCCA8, 0xC0A0):
        block = bytes(block_bytes(SUITES[number]))
        for flag in (True, False):
            pair = tls12_protections(SUITES[number], block, encrypt_then_mac=flag, is_chained=flag)
            assert pair[0].open(0, 23, 0x0303, bytes(length)) is None
