"""TLS010 key-log-does-not-match: there is a key log, and it opens none of the connections."""

from collections.abc import Iterator

from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.model.stream import Connection
from osspcap.model.tls import KeyLogUse, Opening, Tls
from osspcap.rules.base import CaptureRule
from osspcap.rules.tls._layers import names_oss
from osspcap.rules.wording import counted

MAX_EVIDENCE = 15
"""Connections that become evidence."""


class KeyLogDoesNotMatch(CaptureRule):
    """There is a key log, and it opens none of the connections.

    ## What it finds
    Captures with TLS connections of which none could be decrypted although a key log was given, or stands in the file.

    ## Why it matters
    The keys of each connection are made anew, so a key log opens those of its own process and time only. With the
    wrong one everything stays closed, and it looks as if there were nothing to find.

    ## How it decides
    A key log names each session by the random value of its ClientHello; none of those captured is in it, or the
    secrets that stand there open no record. Key logs that came inside the file count only if a connection to an OSS
    endpoint stays closed.

    ## False alarms
    A capture in which the client of the key log is missing altogether.
    """

    code = "TLS010"
    name = "key-log-does-not-match"
    severity = Severity.WARNING
    on_facts = (KeyLogUse,)
    fix = (
        (
            "Record capture and key log at the same time: start tcpdump, then the program with SSLKEYLOGFILE, and end "
            "tcpdump after it."
        ),
        (
            "Make sure that the process that sends the requests is the one with the variable: services, containers and "
            "child processes have environments of their own."
        ),
        "Capture between this client and the next device: behind a proxy that opens TLS, the keys are the proxy's.",
        "If the program wrote to the file several times, give the whole file; some programs begin it anew.",
    )
    sources = ("RFC 9850 (SSLKEYLOGFILE format)", "Wireshark documentation: TLS decryption")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding if no connection was opened."""
        use = dissection.facts.get(KeyLogUse)
        if use is None or use.opened:
            return
        closed = [
            (connection, tls)
            for connection in dissection.connections
            for tls in connection.tls
            if tls.client_hello is not None and tls.server_hello is not None
        ]
        if not use.is_from_user:
            closed = [(connection, tls) for connection, tls in closed if names_oss(tls.sni)]
        if not closed:
            return
        source = "the key log" if use.is_from_user else "the key log inside the capture"
        stay = "stays" if len(closed) == 1 else "stay"
        wrong = sum(tls.opening is Opening.WRONG_KEYS for _, tls in closed)
        yield self.finding(
            f"{source} has secrets of {counted(use.sessions, 'session')} and opens none of the capture: "
            f"{counted(len(closed), 'TLS connection')} {stay} closed"
            + (f"; {counted(wrong, 'connection')} it has, but with secrets that fit no record" if wrong else ""),
            *(_evidence(connection, tls) for connection, tls in closed[:MAX_EVIDENCE]),
            streams=[connection.stream for connection, _ in closed],
            occurrences=len(closed),
        )


def _evidence(connection: Connection, tls: Tls) -> Evidence:
    hello = tls.client_hello
    frame = tls.frame if hello is None else hello.frame
    name = "none" if hello is None or hello.sni is None else hello.sni
    expected = "a line with its client random in the key log"
    if tls.opening is Opening.WRONG_KEYS:
        expected = "secrets that open its records"
    return Evidence(frame, connection.stream, None, "TLS ClientHello, server name", name, expected)
