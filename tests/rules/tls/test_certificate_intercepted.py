from ssl import TLSVersion

import pytest

from osspcap.model.finding import Confidence, Severity
from tests.build.certificates import HOST
from tests.build.tls import analyzed, converse, finding_of, server_context

V12 = TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("issuer", "device"),
    [
        ("Fortinet CA", "a FortiGate firewall"),
        ("mitmproxy", "mitmproxy"),
        ("DO_NOT_TRUST_FiddlerRoot", "Fiddler"),
        ("Charles Proxy CA (1 Jan 2026)", "Charles"),
        ("深信服科技", "a Sangfor gateway"),
        ("Zscaler Intermediate Root CA", "Zscaler"),
    ],
)
def test_devices_are_told_by_the_issuer(issuer: str, device: str) -> None:
    found = finding_of(converse(server=server_context(issuer=issuer), maximum=V12), "TLS005")
    assert (found.severity, found.confidence) == (Severity.WARNING, Confidence.LIKELY)
    assert found.summary == (
        f"the certificate of {HOST} was not made by its owner but by {device}, which opens the connection"
    )
    assert (found.evidence[0].field, found.evidence[0].frame) == ("TLS certificate, issuer", 6)


@pytest.mark.parametrize("issuer", ["Test CA", "GlobalSign RSA OV SSL CA 2018", "DigiCert Global CA", "osspcap lab CA"])
def test_other_issuers_are_not_suspected(issuer: str) -> None:
    assert not analyzed(converse(server=server_context(issuer=issuer), maximum=V12), "TLS005").findings


def test_other_servers_are_not_judged() -> None:
    conversation = converse(server=server_context(issuer="Fortinet CA"), host="www.example.org", maximum=V12)
    assert not analyzed(conversation, "TLS005").findings
