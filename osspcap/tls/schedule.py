"""Key schedules: from secrets of a key log to keys.

Source: RFC 8446 section 7 (HKDF-Expand-Label, traffic keys, updates), RFC 5246 sections 5, 6.3 and 8.1 (PRF, master
secret, key block), RFC 7627 (extended master secret).
"""

import hmac
from hashlib import new as new_hash


def expand_label(secret: bytes, label: bytes, length: int, hash_name: str) -> bytes:
    """HKDF-Expand-Label with an empty context (RFC 8446 section 7.1, RFC 5869 section 2.3)."""
    name = b"tls13 " + label
    info = length.to_bytes(2) + len(name).to_bytes(1) + name + b"\0"
    out, block, number = b"", b"", 0
    while len(out) < length:
        number += 1
        block = hmac.digest(secret, block + info + number.to_bytes(1), hash_name)
        out += block
    return out[:length]


def prf(secret: bytes, label: bytes, seed: bytes, length: int, hash_name: str) -> bytes:
    """Pseudorandom function of TLS 1.2 (RFC 5246 section 5), and with `md5+sha1` that of TLS 1.0 and 1.1."""
    if hash_name == "md5+sha1":
        half = (len(secret) + 1) // 2
        first = prf(secret[:half], label, seed, length, "md5")
        second = prf(secret[-half:], label, seed, length, "sha1")
        return bytes(a ^ b for a, b in zip(first, second, strict=True))
    seed = label + seed
    out, block = b"", seed
    while len(out) < length:
        block = hmac.digest(secret, block, hash_name)
        out += hmac.digest(secret, block + seed, hash_name)
    return out[:length]


def master_secret(premaster: bytes, randoms: bytes, hash_name: str, transcript: bytes | None) -> bytes:
    """Return the master secret; with a transcript the extended one (RFC 7627 section 4)."""
    if transcript is None:
        return prf(premaster, b"master secret", randoms, 48, hash_name)
    if hash_name == "md5+sha1":
        session_hash = new_hash("md5", transcript).digest() + new_hash("sha1", transcript).digest()
    else:
        session_hash = new_hash(hash_name, transcript).digest()
    return prf(premaster, b"extended master secret", session_hash, 48, hash_name)
