"""TLS009 obsolete-version: a version of TLS is in use that is no longer to be used."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.stream import Connection
from osspcap.rules.base import StreamRule
from osspcap.rules.tls._layers import evidence_of_client_hello, is_for_oss, server_of

OBSOLETE = frozenset({"SSL 3.0", "TLS 1.0", "TLS 1.1"})
"""RFC 7568 and RFC 8996."""


class ObsoleteVersion(StreamRule):
    """A version of TLS is in use that is no longer to be used.

    ## What it finds
    Connections to an OSS endpoint that agreed on SSL 3.0, TLS 1.0 or TLS 1.1.

    ## Why it matters
    These versions are no longer considered safe, and servers turn them off one after the other: then this client
    cannot connect any more. A bucket can be set to refuse them already now.

    ## How it decides
    By the version in the ServerHello, which says what both sides use from there on.

    ## False alarms
    None; a client that only offers old versions and agrees on a new one is not reported.
    """

    code = "TLS009"
    name = "obsolete-version"
    on_tls = True
    severity = Severity.WARNING
    fix = (
        "Update the client's runtime: TLS 1.2 needs Java 8, OpenSSL 1.0.1, .NET 4.6 or Windows 8, or a later one.",
        "Remove settings that pin an old version, such as `-Dhttps.protocols=TLSv1` or PROTOCOL_TLSv1.",
    )
    sources = ("RFC 8996", "RFC 7568", "OSS documentation: TLS version of a bucket (PutBucketHttpsConfig)")

    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        """Yield a finding for each layer of TLS with such a version."""
        for tls in connection.tls:
            chosen = tls.server_hello
            if chosen is None or chosen.version not in OBSOLETE or not is_for_oss(tls, connection, exchanges):
                continue
            server, stream = server_of(tls, connection), connection.stream
            offered = "" if tls.client_hello is None else ", ".join(tls.client_hello.versions)
            yield self.finding(
                f"the connection with {server} uses {chosen.version}",
                Evidence(
                    chosen.frame,
                    connection.stream,
                    None,
                    "TLS ServerHello, version",
                    chosen.version,
                    "TLS 1.2 or later",
                ),
                *evidence_of_client_hello(tls, connection),
                *(
                    [Evidence(tls.client_hello.frame, stream, None, "TLS ClientHello, versions", offered)]
                    if tls.client_hello is not None
                    else []
                ),
                streams=(connection.stream,),
                cause=f"{server} {chosen.version}",
            )
