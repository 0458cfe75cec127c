"""Certificates for tests: chains with any names, issuers and dates, made once a process."""

import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

START = datetime(2018, 12, 1, tzinfo=UTC)
"""Before the time of the captures that tests build."""
HOST = "rokid.oss-cn-hangzhou.aliyuncs.com"


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="certificates-")


@cache
def _key(kind: str) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key() -> rsa.RSAPrivateKey:
    """The private key of all RSA certificates."""
    key = _key("rsa")
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


@cache
def certificate(
    names: tuple[str, ...] = (HOST,),
    *,
    issuer: str = "Test CA",
    common_name: str | None = None,
    kind: str = "ec",
    start: datetime = START,
    days: int = 36_500,
) -> x509.Certificate:
    """A certificate for names, signed by the same key as all of them."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(common_name or names[0]))
        .issuer_name(_name(issuer))
        .public_key(_key(kind).public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
    )
    if names:
        entries = [_general_name(name) for name in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(entries), critical=False)
    return builder.sign(_key(kind), hashes.SHA256())


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@cache
def certificate_file(
    names: tuple[str, ...] = (HOST,), *, issuer: str = "Test CA", kind: str = "ec", days: int = 36_500
) -> Path:
    """A PEM file with a certificate and its private key."""
    path = Path(_folder().name) / f"{abs(hash((names, issuer, kind, days)))}.pem"
    key = _key(kind).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate(names, issuer=issuer, kind=kind, days=days).public_bytes(Encoding.PEM) + key)
    return path


def der(names: tuple[str, ...] = (HOST,), **kwargs: Any) -> bytes:
    """A certificate's bytes."""
    return certificate(names, **kwargs).public_bytes(Encoding.DER)
