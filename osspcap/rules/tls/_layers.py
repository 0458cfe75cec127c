"""What the rules about TLS share: which layers are OSS's concern, how a handshake went, and evidence of it."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity
from osspcap.model.operation import Role
from osspcap.model.stream import Connection, ConnectionEnd
from osspcap.model.tls import Alert, ClientLibrary, Tls
from osspcap.oss.address import bare_host, parse_host, parse_token_service_host
from osspcap.rules.wording import shortened
from osspcap.units import NS_PER_S

CERTIFICATE_ALERTS = frozenset({42, 43, 44, 45, 46, 48, 113, 114})
"""Alerts by which a client refuses a certificate: bad, unsupported, revoked, expired, unknown, unknown authority,
and the two about its revocation status (RFC 8446 section 6.2)."""
AT_ONCE_NS = NS_PER_S
"""A client that leaves later than this was waiting for something."""


def names_oss(host: str | None) -> bool:
    """Tell whether a name is an endpoint of OSS or of the token service."""
    if not host:
        return False
    return parse_host(host) is not None or parse_token_service_host(bare_host(host)) is not None


def is_for_oss(tls: Tls, connection: Connection, exchanges: tuple[Exchange, ...]) -> bool:
    """Tell whether a layer leads to OSS: by its server name, by the tunnel it is in, or by what was read in it."""
    if tls.sni is not None:
        return names_oss(tls.sni) or (tls.is_opened and tls is connection.tls[-1] and _reads_oss(exchanges))
    return any(_opens_tunnel_to_oss(exchange) for exchange in exchanges) or _reads_oss(exchanges)


def _opens_tunnel_to_oss(exchange: Exchange) -> bool:
    request = exchange.request
    return request is not None and request.method == "CONNECT" and names_oss(request.target)


def _reads_oss(exchanges: tuple[Exchange, ...]) -> bool:
    return any(
        exchange.operation is not None and exchange.operation.role in (Role.OSS, Role.STS) for exchange in exchanges
    )


def severity_of(severity: Severity, tls: Tls, connection: Connection, exchanges: tuple[Exchange, ...]) -> Severity:
    """Return the severity of a fault: what does not concern OSS is worth knowing only."""
    return severity if is_for_oss(tls, connection, exchanges) else Severity.INFO


def server_of(tls: Tls, connection: Connection) -> str:
    """Name the server as its client does, else by its address."""
    return shortened(tls.sni) if tls.sni else str(connection.server)


def certificate_alert(tls: Tls) -> Alert | None:
    """Return the alert by which the client refused the server's certificate."""
    for alert in tls.alerts:
        if alert.by_client and alert.in_handshake and alert.code in CERTIFICATE_ALERTS:
            return alert
    return None


def hung_up_ns(connection: Connection) -> int | None:
    """Return when the client ended the connection, if it did and both directions are there without a gap."""
    if connection.end not in (ConnectionEnd.FIN_CLIENT, ConnectionEnd.RST_CLIENT):
        return None
    sides, client = connection.directions, connection.from_client
    if not all(side.data_packets for side in sides) or any(side.bytes_missing for side in sides):
        return None
    return client.fin_ns if client.fin_ns is not None else client.resets[0].ts_ns if client.resets else None


def hangs_up_on_certificate(tls: Tls, connection: Connection) -> bool:
    """Tell whether the client leaves without a word as soon as it has the server's certificate, as Node.js does."""
    hello = tls.server_hello
    if tls is not connection.tls[-1] or hello is None or hello.is_resumed or tls.finished_frame is not None:
        return False
    if tls.hidden_alert is not None or tls.has_data or any(alert.is_fatal for alert in tls.alerts):
        return False
    ended_ns = hung_up_ns(connection)
    return ended_ns is not None and ended_ns - hello.ts_ns < AT_ONCE_NS


def leaves_unused(tls: Tls, connection: Connection) -> bool:
    """Tell whether an OpenSSL client completes the handshake and leaves at once, without having asked for anything.

    Up to TLS 1.2 Node.js judges the certificate only then. Browsers open connections that they do not use.
    """
    hello, offer = tls.server_hello, tls.client_hello
    if tls is not connection.tls[-1] or hello is None or hello.is_resumed or tls.finished_ns is None or offer is None:
        return False
    if tls.has_data or offer.library is not ClientLibrary.OPENSSL or any(alert.is_fatal for alert in tls.alerts):
        return False
    ended_ns = hung_up_ns(connection)
    return ended_ns is not None and ended_ns - tls.finished_ns < AT_ONCE_NS


def was_refused(tls: Tls) -> bool:
    """Tell whether the client broke the handshake off after it had the certificate."""
    return certificate_alert(tls) is not None or tls.hidden_alert is not None or tls.finished_frame is None


def evidence_of_alert(alert: Alert, connection: Connection) -> Evidence:
    """Make evidence of an alert."""
    sender = "client" if alert.by_client else "server"
    level = "fatal" if alert.is_fatal else "warning"
    observed = "encrypted" if alert.code < 0 else f"{alert.name} ({alert.code}), {level}"
    hidden = ", decrypted" if alert.was_encrypted and alert.code >= 0 else ""
    return Evidence(alert.frame, connection.stream, None, f"TLS alert of the {sender}", observed + hidden)


def evidence_of_client_hello(tls: Tls, connection: Connection, expected: str = "") -> Iterator[Evidence]:
    """Yield evidence of the name that the client asked for."""
    hello = tls.client_hello
    if hello is not None:
        name = hello.sni or "no server name"
        yield Evidence(hello.frame, connection.stream, None, "TLS ClientHello, server name", name, expected)


def evidence_of_certificate(
    tls: Tls, connection: Connection, part: str, observed: str, expected: str = ""
) -> Iterator[Evidence]:
    """Yield evidence of a part of the server's certificate."""
    if tls.certificate_frame is not None:
        yield Evidence(tls.certificate_frame, connection.stream, None, f"TLS certificate, {part}", observed, expected)
