"""NET004 dns-private-answer: a public endpoint resolves to an address that is not on the Internet."""

from collections.abc import Iterator

from osspcap.model.attempts import Connecting, PrivateAnswer
from osspcap.model.finding import Confidence, Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.wording import shortened


class DnsPrivateAnswer(CaptureRule):
    """A public endpoint resolves to an address that is not on the Internet.

    ## What it finds
    DNS answers that give a private, loopback, link-local or shared address for a public endpoint of OSS.

    ## Why it matters
    OSS's public endpoints have public addresses. Somebody else answers: a resolver of the company, a proxy program
    with addresses of its own, a filter, or a captive portal. What listens there is not OSS, or is reached only inside
    one network.

    ## How it decides
    The name asked for is a public endpoint, and the address lies in a network that RFC 1918, 6598, 4193 and their like
    keep off the Internet. Where OSS did answer at that address, the network is set up so on purpose, and the finding is
    an info.

    ## False alarms
    Private connections to OSS (PrivateLink, leased lines) whose resolver gives private addresses: told as info as
    soon as they work.
    """

    code = "NET004"
    name = "dns-private-answer"
    severity = Severity.WARNING
    on_facts = (Connecting,)
    fix = (
        "Compare with a public resolver: `nslookup <endpoint> 223.5.5.5`.",
        "Look for an entry in the hosts file, and for proxy, VPN or security programs that answer DNS themselves.",
        "If a private connection to OSS is meant, check that the client's network has a route to this address.",
    )
    sources = ("RFC 1918; RFC 6598; RFC 4193", "OSS documentation: regions and endpoints")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each name and address."""
        connecting = dissection.facts.get(Connecting)
        for answer in () if connecting is None else connecting.private_answers:
            lookup = answer.lookup
            frame = lookup.first_frame if lookup.answer_frame is None else lookup.answer_frame
            observed = f"{lookup.kind} {answer.address} ({answer.network})"
            yield self.finding(
                f"{shortened(lookup.name, 120)} resolves to {answer.address} ({answer.network}), "
                f"says {lookup.resolver}; {_use(answer)}",
                Evidence(frame, None, None, f"DNS answer for {shortened(lookup.name, 120)}", observed, "a public one"),
                streams=() if answer.stream is None else (answer.stream,),
                severity=Severity.INFO if answer.works else Severity.WARNING,
                confidence=Confidence.CONFIRMED if answer.stream is not None else Confidence.LIKELY,
            )


def _use(answer: PrivateAnswer) -> str:
    if answer.works:
        return f"OSS answers there (connection {answer.stream}), so this is a private connection to it"
    return "no connection to it was captured" if answer.stream is None else f"connection {answer.stream} goes there"
