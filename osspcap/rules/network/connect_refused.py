"""NET002 connect-refused: the client's attempts to connect are turned away."""

from collections.abc import Iterator

from osspcap.model.attempts import AttemptKind, Attempts, Connecting
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.rules.base import CaptureRule
from osspcap.rules.network._attempts import (
    confidence_of,
    failed_attempts,
    severity_of,
    syn_evidence,
    target_of,
    tried,
    what_became,
)


class ConnectRefused(CaptureRule):
    """The client's attempts to connect are turned away.

    ## What it finds
    SYNs that are answered by a reset (RST), or by an ICMP error that quotes them.

    ## Why it matters
    A reset says that nothing listens on this port, or that a firewall plays the server. An ICMP error names the
    router or host that could not, or would not, carry the packet on. OSS listens on ports 80 and 443 of every
    endpoint, so it has not seen the client.

    ## How it decides
    The first answer to the SYN is a RST from the address that was called, or an ICMP error whose quoted header has
    the addresses and ports of the SYN. Severity is as for connect-timeout.

    ## False alarms
    None as to the refusal; whether the program went on elsewhere is told where the capture shows it.
    """

    code = "NET002"
    name = "connect-refused"
    severity = Severity.ERROR
    on_facts = (Connecting,)
    fix = (
        "Check host and port in the configuration: OSS listens on 80 (HTTP) and 443 (HTTPS), proxies elsewhere.",
        "If a proxy or a local agent should listen there, start it, or take it out of the configuration.",
        "If host and port are right, ask those who run the firewall on the way: a reset from few hops away is theirs.",
    )
    sources = ("RFC 9293 section 3.5.2", "RFC 792; RFC 4443 section 3.1")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each address that refuses."""
        for attempts in failed_attempts(dissection, AttemptKind.REFUSED, AttemptKind.REJECTED):
            yield self.finding(
                f"{_reason(attempts)}: {tried(attempts)}{what_became(attempts)}",
                *_answer(attempts),
                *syn_evidence(attempts),
                streams=attempts.streams,
                severity=severity_of(attempts, dissection),
                confidence=confidence_of(attempts),
                occurrences=len(attempts.streams),
            )


def _reason(attempts: Attempts) -> str:
    error = attempts.error
    if error is None:
        return f"{target_of(attempts)} refuses connections"
    sender = "the host itself" if error.sender == attempts.server.host else error.sender
    return f"{target_of(attempts)} cannot be reached: {sender} says {error.kind}"


def _answer(attempts: Attempts) -> Iterator[Evidence]:
    error = attempts.error
    if error is not None:
        observed = f"{error.kind}, from {error.sender}, about {error.dst} port {error.dport}"
        yield Evidence(error.frame, attempts.streams[0], None, "ICMP error", observed, "SYN, ACK from the server")
    elif attempts.answer is not None:
        yield Evidence(*attempts.answer, None, "tcp flags", "RST in answer to the SYN", "SYN, ACK")
