"""TLS008 tls-on-http-port: TLS was begun with a server that speaks HTTP in clear."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.stream import Connection
from osspcap.rules.base import StreamRule
from osspcap.rules.tls._layers import evidence_of_client_hello, server_of, severity_of
from osspcap.rules.wording import shortened


class TlsOnHttpPort(StreamRule):
    """TLS was begun with a server that speaks HTTP in clear.

    ## What it finds
    ClientHellos that are answered with HTTP in clear instead of a ServerHello.

    ## Why it matters
    The client cannot make sense of the answer and reports WRONG_VERSION_NUMBER, unrecognized SSL message, or that the
    server gave an HTTP response to an HTTPS client. No request is ever sent.

    ## How it decides
    The first bytes of the server are an HTTP status line.

    ## False alarms
    None for the connection itself. Where the client meant a proxy, its setting is wrong and not the endpoint's.
    """

    code = "TLS008"
    name = "tls-on-http-port"
    on_tls = True
    severity = Severity.ERROR
    fix = (
        "Take the port out of the endpoint in the configuration: `https://` goes to port 443, `http://` to port 80.",
        (
            "If the connection goes to a proxy, write its URL as `http://` (HTTPS_PROXY=http://proxy:3128): HTTPS goes "
            "through it in a tunnel all the same."
        ),
    )
    sources = ("RFC 9110 section 4.2.2", "RFC 8446 section 5.1")

    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        """Yield a finding for each layer of TLS that was answered in clear."""
        for tls in connection.tls:
            frame = tls.plain_answer_frame
            if frame is None or not tls.plain_answer.startswith("HTTP/"):
                continue
            server = server_of(tls, connection)
            yield self.finding(
                f"TLS was begun with {server} on port {connection.server.port}, which answers in clear: "
                f"{shortened(tls.plain_answer, 60)}",
                *evidence_of_client_hello(tls, connection),
                Evidence(frame, connection.stream, None, "answer of the server", tls.plain_answer, "a TLS ServerHello"),
                streams=(connection.stream,),
                severity=severity_of(self.severity, tls, connection, exchanges),
                cause=f"{server} {connection.server.port}",
            )
