"""NET009 reset-after-client-hello: a TLS connection is cut as soon as it says where it goes."""

from collections.abc import Iterator

from osspcap.model.breaks import BreakKind, Breaks
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.network.subjects import names_oss
from osspcap.rules.base import CaptureRule
from osspcap.rules.network._breaks import end_evidence
from osspcap.rules.wording import shortened


class ResetAfterClientHello(CaptureRule):
    """A TLS connection is cut as soon as it says where it goes.

    ## What it finds
    TLS connections that the server's side resets or closes right after the ClientHello, without a byte in answer.

    ## Why it matters
    The ClientHello carries the server's name in clear. A device that filters by name cuts at just this place, while
    TCP connects without trouble; a server that merely dislikes the offer answers with an alert.

    ## How it decides
    The client sent data that is a TLS handshake, the server sent none, and the first packet that ends the connection
    bears the server's address.

    ## False alarms
    A server without TLS on this port, or one that is overloaded, may hang up the same way.
    """

    code = "NET009"
    name = "reset-after-client-hello"
    severity = Severity.ERROR
    on_facts = (Breaks,)
    fix = (
        "Ask those who run firewall or filter on the way whether they block this server name, and have it allowed.",
        "Try from another network with `curl -v https://<endpoint>`: if it connects, the first network filters.",
        "Check that the port is the one for HTTPS (443); if a proxy is needed, configure it in the program.",
    )
    sources = ("RFC 6066 section 3 (server name)", "RFC 8446 section 4.1.1: a server that cannot agree sends an alert")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each handshake that was cut off."""
        breaks = dissection.facts.get(Breaks)
        for item in () if breaks is None else breaks.breaks:
            if item.kind is not BreakKind.AFTER_HELLO:
                continue
            connection = dissection.connections[item.stream]
            name = connection.sni or ""
            is_oss = names_oss(name) if name else True
            hello = connection.from_client.first_data_frame or connection.first_frame
            shown = shortened(name) or "a server that it does not name"
            yield self.finding(
                f"{connection.server} cuts the TLS connection for {shown} right after the ClientHello ({item.closing})",
                Evidence(hello, item.stream, None, "TLS server name", shown, "a ServerHello, or an alert"),
                end_evidence(item, "a ServerHello, or an alert"),
                streams=(item.stream,),
                severity=Severity.ERROR if is_oss else Severity.INFO,
                confidence=Confidence.LIKELY,
                cause=f"{name} {connection.server.host} {item.closing}",
            )
