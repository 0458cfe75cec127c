"""TLS006 handshake-failed: client and server did not agree on TLS, or one of them hung up."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.stream import Connection, ConnectionEnd
from osspcap.model.tls import Alert, Tls
from osspcap.rules.base import StreamRule
from osspcap.rules.tls._layers import (
    certificate_alert,
    evidence_of_alert,
    evidence_of_client_hello,
    hangs_up_on_certificate,
    server_of,
    severity_of,
)

_MEANING = {
    10: "it received a message that it did not expect at this point",
    40: "it finds nothing acceptable in what the other side offers: cipher suites, curves or signature algorithms",
    47: "a value in the handshake is not allowed",
    50: "it could not read a message of the handshake",
    51: "a signature or a Finished message did not verify",
    70: "it does not support any version of TLS that the other side offers",
    71: "what the other side offers is too weak for it",
    80: "something went wrong inside it",
    86: "the client came back with a lower version than it supports",
    109: "an extension is missing that it insists on",
    112: "it does not know the server name it was asked for",
    116: "it insists on a certificate of the client",
    120: "none of the application protocols offered suits it",
}
_FIX = {
    40: "Update the TLS library of the client (OpenSSL, JDK, certifi, Node.js), or allow the cipher suites that the "
    "server needs: ECDHE with AES-GCM.",
    70: "Let the client speak TLS 1.2 or later: update its runtime, and remove settings that pin an old version.",
    71: "Update the TLS library of the client; its suites or keys are too weak for the server.",
    112: "Compare the host in the program's configuration with the endpoint's name: the server has no certificate for "
    "the one that was asked for.",
    116: "OSS never asks for client certificates: another server or a device answered; compare its address with the "
    "endpoint's.",
}
_GENERAL = (
    (
        "Try `openssl s_client -connect HOST:443 -servername HOST` from the same host: if it fails as well, it is the "
        "network or the server; if not, it is the program's TLS library."
    ),
)
_HUNG_UP = (
    (
        "Try the same from another network, and with another server name: if only this one fails, a firewall on the "
        "way blocks it by the name in the ClientHello."
    ),
    "Capture at both ends at the same time: what one side never sent came from a device in between.",
)
_ENDS = {
    ConnectionEnd.FIN_CLIENT: ("client", "closes the connection"),
    ConnectionEnd.RST_CLIENT: ("client", "resets the connection"),
    ConnectionEnd.FIN_SERVER: ("server", "closes the connection"),
    ConnectionEnd.RST_SERVER: ("server", "resets the connection"),
}


class HandshakeFailed(StreamRule):
    """Client and server did not agree on TLS, or one of them hung up.

    ## What it finds
    Handshakes that end with a fatal alert, or with a reset or close before they are complete.

    ## Why it matters
    No request is ever sent: the SDK reports an SSL error, a handshake failure, or a connection reset. OSS has no
    request ID of the attempt.

    ## How it decides
    By the alert, its sender and its code, and by who ended the connection before the handshake was complete. Alerts
    about certificates, clients that leave as soon as they have seen one, and servers that hang up right behind the
    ClientHello are other rules' matters. Where packets are missing, or the capture ends first, nothing is claimed.

    ## False alarms
    Probes of load balancers and port scanners. Servers that are no OSS endpoint by name are reported as information
    only.
    """

    code = "TLS006"
    name = "handshake-failed"
    on_tls = True
    severity = Severity.ERROR
    fix = (*_GENERAL, *_HUNG_UP)
    sources = ("RFC 8446 section 6.2", "RFC 5246 section 7.2.2", "OSS documentation: TLS versions of the endpoints")

    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        """Yield a finding for each layer of TLS whose handshake failed."""
        for tls in connection.tls:
            if tls.client_hello is None or tls.finished_frame is not None or tls.plain_answer_frame is not None:
                continue
            if certificate_alert(tls) is not None or tls.hidden_alert is not None or tls.has_data:
                continue
            alert = _fatal_alert(tls)
            severity = severity_of(self.severity, tls, connection, exchanges)
            if alert is not None:
                yield self._refused(tls, connection, alert, severity)
            elif connection.end in _ENDS and _is_whole(connection) and not hangs_up_on_certificate(tls, connection):
                yield self._hung_up(tls, connection, severity)

    def _refused(self, tls: Tls, connection: Connection, alert: Alert, severity: Severity) -> Verdict:
        side, server = "client" if alert.by_client else "server", server_of(tls, connection)
        meaning = _MEANING.get(alert.code)
        first = () if alert.code not in _FIX else (_FIX[alert.code],)
        return self.finding(
            f"the handshake with {server} fails: the {side} sends the alert {alert.name} ({alert.code})"
            + ("" if meaning is None else f", {meaning}"),
            evidence_of_alert(alert, connection),
            *evidence_of_client_hello(tls, connection),
            *_offer(tls, connection),
            streams=(connection.stream,),
            severity=severity,
            fix=(*first, *_GENERAL),
            cause=f"{server} {side} {alert.code}",
        )

    def _hung_up(self, tls: Tls, connection: Connection, severity: Severity) -> Verdict:
        side, does = _ENDS[connection.end]
        server, where = server_of(tls, connection), "in the middle of the handshake"
        frame = connection.end_frame or connection.last_frame
        return self.finding(
            f"the handshake with {server} fails: the {side} {does} {where}",
            Evidence(frame, connection.stream, None, "end of the connection", connection.end.value, "a handshake"),
            *evidence_of_client_hello(tls, connection),
            *_offer(tls, connection),
            streams=(connection.stream,),
            severity=severity,
            confidence=Confidence.LIKELY,
            fix=(*_HUNG_UP, *_GENERAL),
            cause=f"{server} {side} {does} {where}",
        )


def _fatal_alert(tls: Tls) -> Alert | None:
    return next((alert for alert in tls.alerts if alert.is_fatal and alert.in_handshake), None)


def _is_whole(connection: Connection) -> bool:
    """Tell whether both directions have data, of which nothing is missing."""
    sides = connection.directions
    return all(side.data_packets for side in sides) and not any(side.bytes_missing for side in sides)


def _offer(tls: Tls, connection: Connection) -> Iterator[Evidence]:
    """Yield what was offered and what was chosen."""
    hello, chosen = tls.client_hello, tls.server_hello
    if hello is not None and hello.versions:
        observed = ", ".join(hello.versions)
        yield Evidence(hello.frame, connection.stream, None, "TLS ClientHello, versions", observed)
    if chosen is not None:
        observed = f"{chosen.version}, {chosen.suite_name}"
        yield Evidence(chosen.frame, connection.stream, None, "TLS ServerHello", observed)
