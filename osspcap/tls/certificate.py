"""Certificates of a chain: whom they name, who issued them, and when they hold.

In: the body of a Certificate message. Out: its certificates. Chains repeat on every connection, so parsed ones are
kept. Nothing is verified: a capture has no trust store.

Source: RFC 5246 section 7.4.2, RFC 8446 section 4.4.2 (Certificate messages); RFC 5280; RFC 9525 (names).
"""

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from osspcap.model.tls import Certificate
from osspcap.units import NS_PER_S

if TYPE_CHECKING:
    from cryptography import x509

MAX_CERTIFICATES = 10
"""Of one chain that are read."""
MAX_CERTIFICATE_BYTES = 65_536
"""A certificate longer than this is not read."""
MAX_NAMES = 200
"""Names of one certificate that are kept."""
MAX_TEXT_CHARS = 500
"""Of one name that are kept."""
KEPT_CERTIFICATES = 256
"""Parsed certificates that are kept."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_chain(body: bytes, *, has_context: bool) -> tuple[Certificate, ...]:
    """Read the certificates of a message body; those that cannot be read are left out.

    Args:
        body: Without the header of the message.
        has_context: TLS 1.3: a context stands in front, and extensions behind each certificate.
    """
    at = 1 + body[0] if has_context and body else 0
    found = []
    for raw in _entries(body[at + 3 :], has_extensions=has_context):
        certificate = _parse(raw) if len(raw) <= MAX_CERTIFICATE_BYTES else None
        if certificate is not None:
            found.append(certificate)
    return tuple(found)


def _entries(data: bytes, *, has_extensions: bool) -> Iterator[bytes]:
    at = 0
    for _ in range(MAX_CERTIFICATES):
        length = int.from_bytes(data[at : at + 3])
        raw = data[at + 3 : at + 3 + length]
        if not length or len(raw) < length:
            return
        yield raw
        at += 3 + length
        if has_extensions:
            at += 2 + int.from_bytes(data[at : at + 2])


def covers(certificate: Certificate, host: str) -> bool:
    """Tell whether a certificate names a host: exactly, or by a wildcard for its leftmost label (RFC 9525)."""
    wanted = host.rstrip(".").lower()
    _, _, parent = wanted.partition(".")
    for name in certificate.names:
        low = name.rstrip(".").lower()
        if low == wanted or (low.startswith("*.") and parent and low[2:] == parent):
            return True
    return False


@lru_cache(KEPT_CERTIFICATES)
def _parse(raw: bytes) -> Certificate | None:
    from cryptography import x509  # noqa: PLC0415 - most captures show no certificate

    try:
        with (
            warnings.catch_warnings()
        ):  # the library warns of what certificates should not hold; readers cannot help it
            warnings.simplefilter("ignore")
            certificate = x509.load_der_x509_certificate(raw)
            names = _names(certificate)
        subject, issuer = certificate.subject, certificate.issuer
        return Certificate(
            subject=_name(subject, (x509.NameOID.COMMON_NAME,)),
            issuer=issuer.rfc4514_string()[:MAX_TEXT_CHARS],
            issuer_name=_name(issuer, (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME)),
            names=names or tuple(_common_names(subject)),
            not_before_ns=_ns(certificate.not_valid_before_utc),
            not_after_ns=_ns(certificate.not_valid_after_utc),
            is_self_signed=subject == issuer,
        )
    except Exception:  # noqa: BLE001 - whatever a stranger's certificate does to the parser, it only is not read
        return None


def _name(name: "x509.Name", kinds: "tuple[x509.ObjectIdentifier, ...]") -> str:
    """Return the first attribute of these kinds, else the whole name."""
    for kind in kinds:
        for attribute in name.get_attributes_for_oid(kind):
            return str(attribute.value)[:MAX_TEXT_CHARS]
    return name.rfc4514_string()[:MAX_TEXT_CHARS]


def _common_names(subject: "x509.Name") -> Iterator[str]:
    from cryptography import x509  # noqa: PLC0415 - as above

    for attribute in subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME):
        yield str(attribute.value)[:MAX_TEXT_CHARS]


def _names(certificate: "x509.Certificate") -> tuple[str, ...]:
    from cryptography import x509  # noqa: PLC0415 - as above

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return ()
    names: list[str] = []
    for name in extension.value:
        if isinstance(name, x509.DNSName):
            names.append(name.value[:MAX_TEXT_CHARS])
        elif isinstance(name, x509.IPAddress):
            names.append(str(name.value))
    return tuple(names[:MAX_NAMES])


def _ns(moment: datetime) -> int:
    difference = moment - _EPOCH
    return (difference.days * 86_400 + difference.seconds) * NS_PER_S
