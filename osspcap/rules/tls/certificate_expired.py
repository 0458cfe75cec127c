"""TLS004 certificate-expired: the server's certificate was not valid at the time of the capture."""

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
    server_of,
    severity_of,
    was_refused,
)
from osspcap.units import NS_PER_S, format_time

EARLIEST_PLAUSIBLE_NS = 946_684_800 * NS_PER_S
"""2000-01-01: a packet stamped earlier comes from a clock that was not set."""


class CertificateExpired(StreamRule):
    """The server's certificate was not valid at the time of the capture.

    ## What it finds
    Server certificates whose validity had ended, or had not begun, when they were captured.

    ## Why it matters
    Clients that verify refuse it (certificate has expired), and no request is sent.

    ## How it decides
    The dates in the certificate are compared with the time stamp of the packet that carries it. An error if the client
    broke off, a warning if it went on: then it does not verify, or the capturing host's clock is wrong. In TLS 1.3
    certificates are encrypted, so this shows with a key log only.

    ## False alarms
    A capturing host whose clock is wrong. Servers that are no OSS endpoint by name are reported as information only.
    """

    code = "TLS004"
    name = "certificate-expired"
    on_tls = True
    severity = Severity.ERROR
    supersedes = ("TLS002",)
    fix = (
        "Compare `date -u` on the client with the real time, and set the clock by NTP if it is off.",
        "For a domain of your own that is bound to the bucket, renew its certificate in the OSS console.",
        (
            "For an endpoint of OSS itself, look up its address and compare it with the server's here: OSS renews its "
            "certificates in time, so another server or device answered."
        ),
    )
    sources = ("RFC 5280 section 4.1.2.5", "OSS documentation: host a certificate for a custom domain")

    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        """Yield a finding for each layer of TLS with such a certificate."""
        for tls in connection.tls:
            if not tls.certificates or tls.certificate_ns is None:
                continue
            certificate, now = tls.certificates[0], tls.certificate_ns
            if certificate.not_before_ns <= now <= certificate.not_after_ns:
                continue
            if now < EARLIEST_PLAUSIBLE_NS:
                yield self.undecided("the capture's time stamps are not to be trusted, so validity cannot be judged")
                continue
            server, refused, alert = server_of(tls, connection), was_refused(tls), certificate_alert(tls)
            has_ended = now > certificate.not_after_ns
            limit = format_time(certificate.not_after_ns if has_ended else certificate.not_before_ns)[:10]
            said = f"expired on {limit}" if has_ended else f"is valid from {limit} on"
            severity = Severity.ERROR if refused else Severity.WARNING
            yield self.finding(
                f"the certificate of {server} {said}, and it was captured on {format_time(now)[:10]}"
                + ("" if refused else "; the client went on all the same"),
                *evidence_of_certificate(
                    tls,
                    connection,
                    "not after" if has_ended else "not before",
                    format_time(certificate.not_after_ns if has_ended else certificate.not_before_ns),
                    f"a period that holds {format_time(now)}",
                ),
                *evidence_of_certificate(tls, connection, "subject", certificate.subject),
                *evidence_of_client_hello(tls, connection),
                *(() if alert is None else (evidence_of_alert(alert, connection),)),
                streams=(connection.stream,),
                severity=severity_of(severity, tls, connection, exchanges),
                cause=f"{server} {limit} {refused}",
            )
