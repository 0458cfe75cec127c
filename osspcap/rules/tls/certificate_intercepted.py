"""TLS005 certificate-intercepted: the certificate was made by a device or program on the way."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Confidence, Severity, Verdict
from osspcap.model.stream import Connection
from osspcap.model.tls import Certificate
from osspcap.rules.base import StreamRule
from osspcap.rules.tls._devices import DEVICES
from osspcap.rules.tls._layers import (
    certificate_alert,
    evidence_of_alert,
    evidence_of_certificate,
    evidence_of_client_hello,
    is_for_oss,
    server_of,
)


class CertificateIntercepted(StreamRule):
    """The certificate was made by a device or program on the way.

    ## What it finds
    Connections to an OSS endpoint whose certificate bears the name of a firewall, a filter or a debugging proxy as its
    issuer.

    ## Why it matters
    The device opens TLS, reads and may change what is sent, and speaks TLS with OSS itself. Programs that do not know
    its root certificate refuse the connection; for all others, signatures may fail because of what the device changes,
    and the keys of the client open only the leg up to the device.

    ## How it decides
    The issuer's names are compared with those that such products put into the certificates they make up. In TLS 1.3
    certificates are encrypted, so this shows with a key log only.

    ## False alarms
    A company's authority that has such a word in its name. An issuer that is not in the list is not suspected.
    """

    code = "TLS005"
    name = "certificate-intercepted"
    on_tls = True
    severity = Severity.WARNING
    fix = (
        "Ask those who run the device to exempt the OSS endpoints from inspection.",
        (
            "Until then, import the device's root certificate where the program looks for it: REQUESTS_CA_BUNDLE for "
            "Python, NODE_EXTRA_CA_CERTS for Node.js, `keytool -importcert` for Java."
        ),
        "To see what the device changes, capture on both of its sides and run `osspcap compare`.",
    )
    sources = ("RFC 5280 section 4.1.2.4", "Durumeric et al.: The Security Impact of HTTPS Interception (NDSS 2017)")

    def check(self, connection: Connection, exchanges: tuple[Exchange, ...]) -> Iterator[Verdict]:
        """Yield a finding for each layer of TLS with such a certificate."""
        for tls in connection.tls:
            device = _device(tls.certificates)
            if device is None or not is_for_oss(tls, connection, exchanges):
                continue
            server, alert = server_of(tls, connection), certificate_alert(tls)
            yield self.finding(
                f"the certificate of {server} was not made by its owner but by {device}, which opens the connection",
                *evidence_of_certificate(
                    tls, connection, "issuer", tls.certificates[0].issuer, "a public certificate authority"
                ),
                *evidence_of_client_hello(tls, connection),
                *(() if alert is None else (evidence_of_alert(alert, connection),)),
                streams=(connection.stream,),
                confidence=Confidence.LIKELY,
                cause=f"{server} {device}",
            )


def _device(chain: tuple[Certificate, ...]) -> str | None:
    for certificate in chain:
        low = certificate.issuer.lower()
        for words, device in DEVICES:
            if words in low:
                return device
    return None
