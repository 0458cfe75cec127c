"""TLS007 plain-http-on-tls-port: HTTP was sent in clear to a port that speaks TLS."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.facts import NO_FACTS
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.stream import Connection
from osspcap.oss.plain_on_tls import PlainOnTls
from osspcap.rules.base import StreamRule, evidence_at
from osspcap.rules.wording import shortened

TLS_PORT = 443


class PlainHttpOnTlsPort(StreamRule):
    """HTTP was sent in clear to a port that speaks TLS.

    ## What it finds
    Requests in clear that a server answers with a TLS alert, with a page that says the port is for HTTPS, or, on
    port 443, by hanging up.

    ## Why it matters
    The request never reaches OSS, but whoever is on the way could read it, signature included.

    ## How it decides
    By the answer: a TLS record where a status line is due, or the words by which nginx, Apache, Tomcat and Go reject
    such requests. On port 443 a connection that the server ends without any answer makes it possible, not certain.

    ## False alarms
    A server that hangs up on port 443 for another reason.
    """

    code = "TLS007"
    name = "plain-http-on-tls-port"
    severity = Severity.ERROR
    explains_error = True
    on_notable_exchanges = True
    supersedes = ("NET005",)
    fix = (
        "Put `https://` in front of the endpoint in the configuration, or take port 443 out of it.",
        "If requests go through a proxy, look at its setting: an `http://` URL with port 443 is sent in clear.",
    )
    sources = ("RFC 9110 section 4.2.2", "nginx documentation: status code 497", "RFC 8446 section 6")

    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        """Yield a finding for the first such request of a connection."""
        if connection.tls:
            return
        for exchange in exchanges:
            if exchange.facts is NO_FACTS and exchange.status is not None:
                continue  # answered, and nothing in the answer speaks of TLS
            if exchange.request is None or exchange.request.method == "CONNECT":
                continue
            found = _proof(connection, exchange)
            if found is None:
                continue
            evidence, confidence = found
            host = exchange.request.fields().get("Host") or str(connection.server)
            yield self.finding(
                f"HTTP in clear was sent to {shortened(host)} on port {connection.server.port}, which speaks TLS",
                evidence_at(exchange, exchange.request.seen_start_line(), "a TLS ClientHello"),
                evidence,
                exchanges=(exchange,),
                confidence=confidence,
                severity=self.severity if exchange.operation is not None else Severity.INFO,
                cause=f"{host} {connection.server.port} {evidence.field}",
            )
            return


def _proof(connection: Connection, exchange: Exchange) -> tuple[Evidence, Confidence] | None:
    """Return what shows that the server expected TLS."""
    fact = exchange.facts.get(PlainOnTls)
    if fact is not None:
        return evidence_at(exchange, fact.shown_by), Confidence.CONFIRMED
    if exchange.response is not None or connection.server.port != TLS_PORT:
        return None
    if connection.from_server.data_packets or not _server_ended(connection):
        return None
    frame = connection.end_frame or connection.last_frame
    observed = f"none; {connection.end.value}"
    return (
        Evidence(frame, exchange.stream, exchange.id, "answer of the server", observed, "HTTP/1.1"),
        Confidence.POSSIBLE,
    )


def _server_ended(connection: Connection) -> bool:
    return connection.end.value.endswith("by server") and not connection.from_server.bytes_missing
