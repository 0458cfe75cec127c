"""TLS002 certificate-rejected-by-client: the client does not accept the server's certificate."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.stream import Connection
from osspcap.model.tls import Alert, Tls
from osspcap.rules.base import StreamRule
from osspcap.rules.tls._layers import (
    certificate_alert,
    evidence_of_alert,
    evidence_of_certificate,
    evidence_of_client_hello,
    hangs_up_on_certificate,
    leaves_unused,
    server_of,
    severity_of,
)

_MEANING = {
    42: "the certificate is bad: damaged, or it does not name the server (OpenSSL says so where names differ)",
    43: "the certificate is of a kind that the client does not support",
    44: "the certificate was revoked",
    45: "the certificate has expired or is not valid yet, by the client's clock",
    46: "the certificate is not acceptable, for a reason that the client keeps to itself",
    48: "the client does not know the authority that issued the certificate",
    113: "the server's statement on revocation is not acceptable",
    114: "the certificate is not the one that was announced",
}
_FIX = {
    45: "Compare `date -u` on the client with the real time: with a clock that is years off every certificate is "
    "invalid. If the clock is right, the server's certificate has to be renewed.",
    42: "Compare the host in the program's configuration with the names in the certificate; use the endpoint's own "
    "name, not an IP address or an alias.",
}
_ROOTS = (
    "On the client, bring the root certificates up to date: `pip install -U certifi` for Python, the package "
    "ca-certificates on Linux, a current JDK for Java; old systems lack the roots of today."
)
_DEVICE = (
    "If a firewall or proxy opens TLS, import its root certificate on the client (REQUESTS_CA_BUNDLE for Python, "
    "NODE_EXTRA_CA_CERTS for Node.js, `keytool -importcert` for Java), or exempt OSS from inspection."
)
_KEEP = "Do not turn verification off: it hides who is reading along."


class CertificateRejectedByClient(StreamRule):
    """The client does not accept the server's certificate.

    ## What it finds
    Handshakes that the client ends with an alert about the server's certificate, such as unknown_ca.

    ## Why it matters
    No request is ever sent: the SDK reports CERTIFICATE_VERIFY_FAILED, PKIX path building failed, or x509: certificate
    signed by unknown authority. OSS knows nothing of the attempt, so there is no request ID.

    ## How it decides
    The alert stands in clear up to TLS 1.2, and with OpenSSL in TLS 1.3 too. Other clients encrypt it in TLS 1.3: then
    the first protected record of the client is two bytes long, too short for a Finished, and directly behind the
    server's certificate; without keys its reason stays hidden, and the rule says likely. Node.js sends no alert at all:
    it leaves within a second, in TLS 1.3 as soon as it has the certificate (likely), before that when the handshake is
    complete (possible).

    ## False alarms
    A hidden alert may be about something else in the server's flight, and a client may leave because it was ended.
    Servers that are no OSS endpoint by name are
    reported as information only.
    """

    code = "TLS002"
    name = "certificate-rejected-by-client"
    on_tls = True
    severity = Severity.ERROR
    fix = (_ROOTS, _DEVICE, _KEEP)
    sources = ("RFC 8446 section 6.2", "RFC 5246 section 7.2.2", "OSS FAQ, Python SDK (A): certificate errors")

    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        """Yield a finding for each layer of TLS whose certificate was refused."""
        for tls in connection.tls:
            alert = certificate_alert(tls) or _hidden_alert(tls)
            if alert is None:
                yield from self._without_a_word(tls, connection, exchanges)
                continue
            server, is_hidden = server_of(tls, connection), alert.code < 0
            said = "an alert that is encrypted" if is_hidden else f"the alert {alert.name} ({alert.code})"
            first = () if alert.code not in _FIX else (_FIX[alert.code],)
            yield self.finding(
                f"the client ends the handshake with {server} by {said}: {_reason(tls, alert)}",
                evidence_of_alert(alert, connection),
                *_certificate(tls, connection),
                *evidence_of_client_hello(tls, connection),
                streams=(connection.stream,),
                severity=severity_of(self.severity, tls, connection, exchanges),
                confidence=Confidence.LIKELY if is_hidden else Confidence.CONFIRMED,
                fix=(*first, *self.fix),
                cause=f"{server} {alert.code}",
            )

    def _without_a_word(self, tls: Tls, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        """Yield a finding for a client that says nothing, but leaves where it has seen the certificate."""
        is_early = hangs_up_on_certificate(tls, connection)
        if not is_early and not leaves_unused(tls, connection):
            return
        server, frame = server_of(tls, connection), connection.end_frame or connection.last_frame
        does = "leaves the handshake with {} as soon as it has" if is_early else "leaves {} unused as soon as it knows"
        likely = "most likely" if is_early else "possibly"
        issuer = f" (issuer: {tls.certificates[0].issuer_name})" if tls.certificates else ""
        yield self.finding(
            f"the client {does.format(server)} the server's certificate{issuer}; {likely} it does not accept it",
            Evidence(frame, connection.stream, None, "end of the connection", connection.end.value, "a request"),
            *_certificate(tls, connection),
            *evidence_of_client_hello(tls, connection),
            streams=(connection.stream,),
            severity=severity_of(self.severity if is_early else Severity.WARNING, tls, connection, exchanges),
            confidence=Confidence.LIKELY if is_early else Confidence.POSSIBLE,
            cause=f"{server} silent {is_early}",
        )


def _hidden_alert(tls: Tls) -> Alert | None:
    """Return an alert that stays hidden, if it answers a certificate: in a resumed session there is none."""
    is_resumed = tls.server_hello is None or tls.server_hello.is_resumed
    return None if is_resumed else tls.hidden_alert


def _reason(tls: Tls, alert: Alert) -> str:
    if alert.code < 0:
        return "most likely it does not accept the server's certificate"
    issuer = f" (issuer: {tls.certificates[0].issuer_name})" if tls.certificates else ""
    return _MEANING[alert.code] + issuer


def _certificate(tls: Tls, connection: Connection) -> Iterator[Evidence]:
    for certificate in tls.certificates[:1]:
        yield from evidence_of_certificate(tls, connection, "subject", certificate.subject)
        yield from evidence_of_certificate(tls, connection, "issuer", certificate.issuer)
