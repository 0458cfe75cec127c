"""The layers of TLS of a connection as JSON: what was agreed on, whom the certificate names, who gave up."""

from typing import Any

from osspcap.model.tls import Certificate, Tls
from osspcap.report.masking import Masking
from osspcap.units import NS_PER_MS, format_time

MAX_NAMES = 20
"""Names of a certificate that are listed."""


def tls_facts(tls: Tls, masking: Masking) -> dict[str, Any]:
    """Return one layer as data."""
    chosen, hello = tls.server_hello, tls.client_hello
    handshake_ns = tls.handshake_ns
    return {
        "sni": None if tls.sni is None else masking.plain(tls.sni),
        "version": tls.version,
        "cipher_suite": None if chosen is None else chosen.suite_name,
        "alpn_offered": [] if hello is None else [masking.plain(name) for name in hello.alpn],
        "alpn": None if tls.alpn is None else masking.plain(tls.alpn),
        "resumed": None if chosen is None else chosen.is_resumed,
        "keys": tls.opening.value,
        "client_hello_frame": None if hello is None else hello.frame,
        "server_hello_frame": None if chosen is None else chosen.frame,
        "handshake_ms": None if handshake_ns is None else round(handshake_ns / NS_PER_MS, 3),
        "certificate": _certificate(tls.certificates[0], masking) if tls.certificates else None,
        "alerts": [
            {"frame": alert.frame, "by": "client" if alert.by_client else "server", "name": alert.name}
            for alert in tls.alerts
        ],
        "records_decrypted": sum(side.records_opened for side in tls.sides),
        "records_closed": sum(side.records_closed for side in tls.sides),
    }


def _certificate(certificate: Certificate, masking: Masking) -> dict[str, Any]:
    return {
        "subject": masking.plain(certificate.subject),
        "issuer": masking.plain(certificate.issuer),
        "names": [masking.plain(name) for name in certificate.names[:MAX_NAMES]],
        "not_before": format_time(certificate.not_before_ns),
        "not_after": format_time(certificate.not_after_ns),
    }
