r"""Signature of an upload callback, made by OSS on its request to the application server.

    authorization = base64( RSA-PKCS1-v1_5-MD5 of  decoded path [ "?" raw query ] \n body )

`x-oss-pub-key-url` is the base64 of the key's URL, which lies below one of two official prefixes; anything else is a
forgery. The published key has 512 bits. Cryptographic libraries refuse keys of that size, or MD5, more and more, and
only the public operation is needed: it is one modular exponentiation and a comparison with the padded digest. Source:
OSS API reference, Callback; RFC 8017 section 9.2.
"""

import base64
import binascii
import hashlib
from urllib.parse import unquote_to_bytes

from osspcap.model.operation import Scheme
from osspcap.model.record import record
from osspcap.model.seen import Seen
from osspcap.oss.signing.authentication import Authentication, Problem, ProblemName
from osspcap.oss.signing.request import SignedRequest

KEY_URL_PREFIXES = ("http://gosspublic.alicdn.com/", "https://gosspublic.alicdn.com/")
"""The only places where OSS publishes callback keys (OSS API reference, Callback)."""
KEY_URL_HEADER = "x-oss-pub-key-url"
MAX_KEY_BITS = 16384
"""Largest modulus accepted from a key file: one verification stays below a tenth of a second."""

# DER prefix of DigestInfo for MD5 (RFC 8017 section 9.2, note 1).
_MD5_DIGEST_INFO = bytes.fromhex("3020300c06082a864886f70d020505000410")
_MIN_PADDING = 8


@record
class CallbackKey:
    """An RSA public key."""

    modulus: int
    exponent: int

    @property
    def size_bytes(self) -> int:
        """Length of the modulus, and of every signature."""
        return (self.modulus.bit_length() + 7) // 8


PUBLISHED_KEY = CallbackKey(
    int(
        "ab3f2411b3c1407669586de1cac1c77a083c12cdb231ac0b47d35effa7be59a4"
        "96f91ca25be9bd72d38dac541d1dd6f4b5f14361075c025f081fba1f6605d64f",
        16,
    ),
    65537,
)
"""`callback_pub_key_v1.pem`, which signs the callbacks of all regions."""


@record
class CallbackCheck:
    """What came out of verifying a callback's signature."""

    valid: bool | None
    """None if it cannot be told; see `reason`."""
    key_url: str | None
    """Decoded `x-oss-pub-key-url`; None if the header is absent or no base64."""
    key_url_official: bool
    """True if the URL lies below an official prefix."""
    reason: str = ""
    """Why the signature is invalid or undecided; empty if it is valid."""
    made_with_key: bool | None = None
    """True if the holder of the key made the signature, over these bytes or others: then an invalid one proves that
    path, query or body were changed on the way. False if another key made it: a forgery, a newer key of OSS, or a
    server that imitates OSS. None if it was not looked at."""


def load_callback_key(pem: bytes) -> CallbackKey | None:
    """Read a PEM public key; None if it is no RSA public key of a usable size."""
    # Imported here: the library takes 50 ms to load, and only users with a key of their own need it.
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - see above

    try:
        key = load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, RSAPublicKey) or key.key_size > MAX_KEY_BITS:
        return None
    numbers = key.public_numbers()
    return CallbackKey(numbers.n, numbers.e)


def recognise(request: SignedRequest) -> Authentication | None:
    """Read the signature of a callback; None unless the request names a public key."""
    key_line = request.fields.first(KEY_URL_HEADER)
    if key_line is None:
        return None
    found = request.fields.first("authorization")
    if found is None:
        missing = Problem(ProblemName.PART_MISSING, "the authorization header is missing")
        return Authentication(Scheme.CALLBACK_RSA, problems=(missing,))
    signature = request.message.seen(found)
    problems: tuple[Problem, ...] = ()
    if _decode(found.raw_value) is None:
        detail = "the authorization header of a callback is base64 and nothing else"
        problems = (Problem(ProblemName.SIGNATURE_NOT_BASE64, detail, signature),)
    return Authentication(Scheme.CALLBACK_RSA, signature=signature, problems=problems)


def string_to_sign(request: SignedRequest, body: bytes) -> bytes:
    """Return decoded path, raw query if there is one, a newline, and the body as sent."""
    path = unquote_to_bytes(request.raw_path)
    _, question, query = request.raw_target.partition(b"?")
    return path + question + query + b"\n" + body


def check_callback(
    request: SignedRequest, body: bytes | None, key: CallbackKey = PUBLISHED_KEY, *, trust_any_url: bool = False
) -> CallbackCheck:
    """Verify a callback's signature.

    Args:
        request: The request to the application server.
        body: Its whole body, transfer-decoded; None if it was not captured whole.
        key: Key to verify with.
        trust_any_url: True if the user named the key, so that the URL in the request does not matter.
    """
    url = _key_url(request)
    official = url is not None and url.startswith(KEY_URL_PREFIXES)
    found = request.fields.first("authorization")
    if found is None:
        return CallbackCheck(None, url, official, "the request has no authorization header")
    if not official and not trust_any_url:
        return CallbackCheck(False, url, official, "the key URL is not one of OSS")
    signature = _decode(found.raw_value)
    if signature is None:
        return CallbackCheck(False, url, official, "the signature is not base64")
    if body is None:
        return CallbackCheck(None, url, official, "the body was not captured whole")
    digest = signed_digest(signature, key)
    if digest is None:
        return CallbackCheck(False, url, official, "the signature was made with another key", made_with_key=False)
    if digest != hashlib.md5(string_to_sign(request, body)).digest():
        reason = "path, query or body are not those that were signed"
        return CallbackCheck(False, url, official, reason, made_with_key=True)
    return CallbackCheck(True, url, official, made_with_key=True)


def verify_md5(signed: bytes, signature: bytes, key: CallbackKey) -> bool:
    """Tell whether a signature is RSASSA-PKCS1-v1_5 with MD5 over some bytes (RFC 8017 section 8.2.2)."""
    return signed_digest(signature, key) == hashlib.md5(signed).digest()


def signed_digest(signature: bytes, key: CallbackKey) -> bytes | None:
    """Return the MD5 digest that a signature was made over; None if it was not made with this key.

    Only the holder of the private key can make a signature that opens to the padding of RFC 8017 section 9.2.
    """
    size = key.size_bytes
    digest_bytes = hashlib.md5().digest_size
    padding = size - 3 - len(_MD5_DIGEST_INFO) - digest_bytes
    number = int.from_bytes(signature, "big")
    if len(signature) != size or number >= key.modulus or padding < _MIN_PADDING:
        return None
    opened = pow(number, key.exponent, key.modulus).to_bytes(size, "big")
    # EM = 0x00 || 0x01 || PS || 0x00 || T, compared whole: a lax parse of it is what forgeries live on.
    prefix = b"\x00\x01" + b"\xff" * padding + b"\x00" + _MD5_DIGEST_INFO
    return opened[-digest_bytes:] if opened[:-digest_bytes] == prefix else None


def key_url(request: SignedRequest) -> Seen[str] | None:
    """Return the key's URL, decoded, with its origin; None if it is absent or no base64."""
    text = _key_url(request)
    line = request.fields.first(KEY_URL_HEADER)
    if text is None or line is None:
        return None
    return Seen(text, line.frame, f"request header {line.name}", line.raw_value)


def _key_url(request: SignedRequest) -> str | None:
    line = request.fields.first(KEY_URL_HEADER)
    decoded = None if line is None else _decode(line.raw_value)
    return None if decoded is None else decoded.decode("latin-1")


def _decode(raw: bytes) -> bytes | None:
    try:
        return base64.b64decode(raw.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
