"""TLS003 certificate-name-mismatch: the server's certificate is for other names than the one asked for."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Severity, Verdict
from osspcap.model.stream import Connection
from osspcap.rules.base import StreamRule
from osspcap.rules.tls._layers import (
    certificate_alert,
    evidence_of_alert,
    evidence_of_certificate,
    evidence_of_client_hello,
    names_oss,
    was_refused,
)
from osspcap.rules.wording import shortened
from osspcap.tls.certificate import covers

NAMES_SHOWN = 6
"""Names of the certificate that are shown."""


class CertificateNameMismatch(StreamRule):
    """The server's certificate is for other names than the one asked for.

    ## What it finds
    Connections to an OSS endpoint whose server shows a certificate that does not cover the server name in the
    ClientHello.

    ## Why it matters
    Clients that verify refuse it (hostname mismatch, no alternative certificate subject name matches). The connection
    went to another server than OSS: a wrong hosts entry or DNS answer, a device that intercepts, or a wrong server
    behind a private endpoint.

    ## How it decides
    Names are compared as RFC 9525 says: exactly, or a wildcard for the leftmost label. An error if the client broke
    off, a warning if it went on, for then it does not verify. In TLS 1.3 certificates are encrypted, so this shows
    with a key log only.

    ## False alarms
    Clients that compare with another name than the one they send. Names that are no OSS endpoints are not judged.
    """

    code = "TLS003"
    name = "certificate-name-mismatch"
    on_tls = True
    severity = Severity.ERROR
    supersedes = ("TLS002",)
    fix = (
        (
            "On the client, look up the endpoint's address (`nslookup HOST`) and compare it with the server's address "
            "here; remove entries from the hosts file."
        ),
        (
            "Use the endpoint in the form BUCKET.oss-REGION.aliyuncs.com; a bucket name with a dot is covered by no "
            "wildcard certificate."
        ),
        "For a domain of your own that is bound to the bucket, upload its certificate in the OSS console.",
    )
    sources = ("RFC 9525 section 6", "RFC 6066 section 3", "OSS documentation: host a certificate for a custom domain")

    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:  # noqa: ARG002 - of the interface
        """Yield a finding for each layer of TLS with such a certificate."""
        for tls in connection.tls:
            hello = tls.client_hello
            if not tls.certificates or hello is None or hello.sni is None or hello.has_ech or not names_oss(hello.sni):
                continue
            certificate = tls.certificates[0]
            if covers(certificate, hello.sni):
                continue
            names = ", ".join(shortened(name, 80) for name in certificate.names[:NAMES_SHOWN]) or certificate.subject
            refused, alert = was_refused(tls), certificate_alert(tls)
            yield self.finding(
                f"the server that was asked for {shortened(hello.sni)} shows a certificate for {names}"
                + ("" if refused else "; the client went on all the same"),
                *evidence_of_certificate(tls, connection, "names", names, f"a name that covers {hello.sni}"),
                *evidence_of_certificate(tls, connection, "issuer", certificate.issuer),
                *evidence_of_client_hello(tls, connection),
                *(() if alert is None else (evidence_of_alert(alert, connection),)),
                streams=(connection.stream,),
                severity=Severity.ERROR if refused else Severity.WARNING,
                cause=f"{hello.sni} {names} {refused}",
            )
