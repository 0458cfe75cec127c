"""NET001 connect-timeout: nobody answers the client's attempts to connect."""

from collections.abc import Iterator

from osspcap.model.attempts import AttemptKind, Attempts, Connecting
from osspcap.model.finding import Severity, Verdict
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
from osspcap.units import format_duration


class ConnectTimeout(CaptureRule):
    """Nobody answers the client's attempts to connect.

    ## What it finds
    SYNs that are repeated, or stay for three seconds or more, without any answer; and SYN-ACKs of the server that
    the client never acknowledges.

    ## Why it matters
    The client waits for its connect timeout and then reports that it could not connect; no request ever left it. A
    firewall, a security group or a route drops the packets, or the address is wrong; OSS has not seen the client.

    ## How it decides
    A connection on which only SYNs were captured, at least two a second apart, or one with three seconds of capture
    behind it. An attempt over IPv6 beside one over IPv4 that came about is harmless, and so is one to a host that has
    nothing to do with OSS: both are told as info. One that a later connection to the same name replaced is a warning.

    ## False alarms
    A capture that holds only packets from the client shows answered SYNs as unanswered.
    """

    code = "NET001"
    name = "connect-timeout"
    severity = Severity.ERROR
    on_facts = (Connecting,)
    fix = (
        "On the client's host run `curl -v telnet://<address>:<port>` or `nc -vz <address> <port>`: it must connect.",
        "Let firewall, security group and network ACL pass outgoing TCP to this address and port, and the answers in.",
        "Check that the endpoint is the right one: internal endpoints answer only inside Alibaba Cloud, in one region.",
        "If the network reaches the Internet by a proxy only, configure that proxy in the program.",
    )
    sources = (
        "OSS guide to troubleshooting, network connection timeout handling (D 2)",
        "RFC 9293 section 3.5; RFC 6298 section 2",
    )

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield a finding for each address that does not answer."""
        for attempts in failed_attempts(dissection, AttemptKind.UNANSWERED, AttemptKind.HALF_OPEN):
            evidence = list(syn_evidence(attempts))
            yield self.finding(
                _summary(attempts),
                *evidence,
                streams=attempts.streams,
                severity=severity_of(attempts, dissection),
                confidence=confidence_of(attempts),
                explanation=_explanation(attempts),
                occurrences=len(attempts.streams),
            )
        connecting = dissection.facts.get(Connecting)
        for reason in () if connecting is None else connecting.undecided:
            yield self.undecided(reason)


def _summary(attempts: Attempts) -> str:
    waited = format_duration(attempts.waited_ns)
    if attempts.kind is AttemptKind.HALF_OPEN:
        return (
            f"{target_of(attempts)} answers, but its SYN-ACKs do not reach the client {attempts.client}: "
            f"{tried(attempts)} in {waited}{what_became(attempts)}"
        )
    return f"nobody answers at {target_of(attempts)}: {tried(attempts)} in {waited}{what_became(attempts)}"


def _explanation(attempts: Attempts) -> str:
    if attempts.is_alternative:
        return (
            "The client tried two addresses at once or one after the other, as programs do that know IPv6 and IPv4, "
            "and the other one worked. Nothing failed; each new connection may lose a moment."
        )
    if attempts.kind is AttemptKind.HALF_OPEN:
        return (
            "The way to the server is open and the way back is not: a firewall, a missing route or network address "
            "translation drops the answers. OSS cannot change that."
        )
    return ""
