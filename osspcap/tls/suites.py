"""Cipher suites: their names, and how those that can be decrypted protect records.

Source: IANA "TLS Cipher Suites"; RFC 5246 appendix C, RFC 5288, 5289, 6655, 7251, 7905, 8446 appendix B.4.
"""

from typing import NamedTuple


class Suite(NamedTuple):
    """How a suite protects records."""

    name: str
    """IANA name without `TLS_`."""
    cipher: str = ""
    """`gcm`, `ccm`, `ccm8`, `chacha`, `cbc`; empty if it cannot be decrypted here."""
    key_bytes: int = 0
    hash: str = "sha256"
    """Of the key schedule (TLS 1.3) or the PRF (TLS 1.2)."""
    mac: str = ""
    """HMAC of CBC suites: `sha1`, `sha256`, `sha384`."""


_A128, _A256, _CHACHA = ("gcm", 16), ("gcm", 32, "sha384"), ("chacha", 32)
_CCM128, _CCM256, _CCM8_128, _CCM8_256 = ("ccm", 16), ("ccm", 32), ("ccm8", 16), ("ccm8", 32)
_CBC128_1, _CBC256_1 = ("cbc", 16, "sha256", "sha1"), ("cbc", 32, "sha256", "sha1")
_CBC128_256, _CBC256_256 = ("cbc", 16, "sha256", "sha256"), ("cbc", 32, "sha256", "sha256")
_CBC256_384 = ("cbc", 32, "sha384", "sha384")

SUITES = {
    0x1301: Suite("AES_128_GCM_SHA256", *_A128),
    0x1302: Suite("AES_256_GCM_SHA384", *_A256),
    0x1303: Suite("CHACHA20_POLY1305_SHA256", *_CHACHA),
    0x1304: Suite("AES_128_CCM_SHA256", *_CCM128),
    0x1305: Suite("AES_128_CCM_8_SHA256", *_CCM8_128),
    0x0004: Suite("RSA_WITH_RC4_128_MD5"),
    0x0005: Suite("RSA_WITH_RC4_128_SHA"),
    0x000A: Suite("RSA_WITH_3DES_EDE_CBC_SHA"),
    0x0016: Suite("DHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    0x002F: Suite("RSA_WITH_AES_128_CBC_SHA", *_CBC128_1),
    0x0033: Suite("DHE_RSA_WITH_AES_128_CBC_SHA", *_CBC128_1),
    0x0035: Suite("RSA_WITH_AES_256_CBC_SHA", *_CBC256_1),
    0x0039: Suite("DHE_RSA_WITH_AES_256_CBC_SHA", *_CBC256_1),
    0x003C: Suite("RSA_WITH_AES_128_CBC_SHA256", *_CBC128_256),
    0x003D: Suite("RSA_WITH_AES_256_CBC_SHA256", *_CBC256_256),
    0x0041: Suite("RSA_WITH_CAMELLIA_128_CBC_SHA"),
    0x0067: Suite("DHE_RSA_WITH_AES_128_CBC_SHA256", *_CBC128_256),
    0x006B: Suite("DHE_RSA_WITH_AES_256_CBC_SHA256", *_CBC256_256),
    0x0084: Suite("RSA_WITH_CAMELLIA_256_CBC_SHA"),
    0x009C: Suite("RSA_WITH_AES_128_GCM_SHA256", *_A128),
    0x009D: Suite("RSA_WITH_AES_256_GCM_SHA384", *_A256),
    0x009E: Suite("DHE_RSA_WITH_AES_128_GCM_SHA256", *_A128),
    0x009F: Suite("DHE_RSA_WITH_AES_256_GCM_SHA384", *_A256),
    0xC007: Suite("ECDHE_ECDSA_WITH_RC4_128_SHA"),
    0xC008: Suite("ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"),
    0xC009: Suite("ECDHE_ECDSA_WITH_AES_128_CBC_SHA", *_CBC128_1),
    0xC00A: Suite("ECDHE_ECDSA_WITH_AES_256_CBC_SHA", *_CBC256_1),
    0xC011: Suite("ECDHE_RSA_WITH_RC4_128_SHA"),
    0xC012: Suite("ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    0xC013: Suite("ECDHE_RSA_WITH_AES_128_CBC_SHA", *_CBC128_1),
    0xC014: Suite("ECDHE_RSA_WITH_AES_256_CBC_SHA", *_CBC256_1),
    0xC023: Suite("ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", *_CBC128_256),
    0xC024: Suite("ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", *_CBC256_384),
    0xC027: Suite("ECDHE_RSA_WITH_AES_128_CBC_SHA256", *_CBC128_256),
    0xC028: Suite("ECDHE_RSA_WITH_AES_256_CBC_SHA384", *_CBC256_384),
    0xC02B: Suite("ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", *_A128),
    0xC02C: Suite("ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", *_A256),
    0xC02F: Suite("ECDHE_RSA_WITH_AES_128_GCM_SHA256", *_A128),
    0xC030: Suite("ECDHE_RSA_WITH_AES_256_GCM_SHA384", *_A256),
    0xC09C: Suite("RSA_WITH_AES_128_CCM", *_CCM128),
    0xC09D: Suite("RSA_WITH_AES_256_CCM", *_CCM256),
    0xC09E: Suite("DHE_RSA_WITH_AES_128_CCM", *_CCM128),
    0xC09F: Suite("DHE_RSA_WITH_AES_256_CCM", *_CCM256),
    0xC0A0: Suite("RSA_WITH_AES_128_CCM_8", *_CCM8_128),
    0xC0A1: Suite("RSA_WITH_AES_256_CCM_8", *_CCM8_256),
    0xC0A2: Suite("DHE_RSA_WITH_AES_128_CCM_8", *_CCM8_128),
    0xC0A3: Suite("DHE_RSA_WITH_AES_256_CCM_8", *_CCM8_256),
    0xC0AC: Suite("ECDHE_ECDSA_WITH_AES_128_CCM", *_CCM128),
    0xC0AD: Suite("ECDHE_ECDSA_WITH_AES_256_CCM", *_CCM256),
    0xC0AE: Suite("ECDHE_ECDSA_WITH_AES_128_CCM_8", *_CCM8_128),
    0xC0AF: Suite("ECDHE_ECDSA_WITH_AES_256_CCM_8", *_CCM8_256),
    0xCCA8: Suite("ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", *_CHACHA),
    0xCCA9: Suite("ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", *_CHACHA),
    0xCCAA: Suite("DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", *_CHACHA),
}
