"""What the rules on connection attempts share: which attempts concern them, how bad they are, and their evidence."""

from collections.abc import Iterator

from osspcap.model.attempts import AttemptKind, Attempts, Connecting, Subject
from osspcap.model.finding import Confidence, Evidence, Severity
from osspcap.model.report import Dissection
from osspcap.network.subjects import USUAL_PORTS
from osspcap.rules.wording import counted, shortened
from osspcap.units import format_duration


def failed_attempts(dissection: Dissection, *kinds: AttemptKind) -> Iterator[Attempts]:
    """Yield what was tried in vain, in the given ways."""
    connecting = dissection.facts.get(Connecting)
    for attempts in () if connecting is None else connecting.attempts:
        if attempts.kind in kinds:
            yield attempts


def severity_of(attempts: Attempts, dissection: Dissection) -> Severity:
    """Tell how bad a failed attempt is: an error if nothing took its place, and it was meant for OSS or may have been.

    What is known to be other traffic, or harmless, is an info. Where nothing is known of it, a port that OSS does not
    listen on, and other connections that work, speak against OSS: those are warnings.
    """
    connecting = dissection.facts.get(Connecting)
    if attempts.is_alternative or attempts.subject is Subject.OTHER:
        return Severity.INFO
    if attempts.instead is not None:
        return Severity.WARNING
    if attempts.subject is Subject.OSS:
        return Severity.ERROR
    # Nothing is known of it: it is what the capture was made for if nothing else in it worked.
    has_worked = any(connection.from_server.data_packets for connection in dissection.connections)
    may_be_oss = attempts.server.port in USUAL_PORTS and not has_worked
    has_oss = connecting is not None and connecting.has_oss
    return Severity.ERROR if may_be_oss and not has_oss else Severity.WARNING


def confidence_of(attempts: Attempts) -> Confidence:
    """Tell how sure it is that OSS was meant."""
    return Confidence.CONFIRMED if attempts.subject is Subject.OSS else Confidence.LIKELY


def target_of(attempts: Attempts) -> str:
    """Name what was to be reached: `203.0.113.9:80 (rokid.oss-cn-hangzhou.aliyuncs.com)`."""
    return f"{attempts.server} ({shortened(attempts.name, 100)})" if attempts.name else str(attempts.server)


def syn_evidence(attempts: Attempts) -> Iterator[Evidence]:
    """Yield the SYNs with their times, then the lookup that gave the address."""
    for number, (frame, stream, after_ns) in enumerate(attempts.syn_frames):
        when = "the first" if number == 0 else f"{format_duration(after_ns)} after the first"
        yield Evidence(frame, stream, None, "tcp SYN to", f"{attempts.server}, {when}", "SYN, ACK from the server")
    lookup = attempts.lookup
    if lookup is not None and lookup.answer_frame is not None:
        answer = f"{lookup.name} {lookup.kind} {', '.join(lookup.addresses[:4])}"
        yield Evidence(lookup.answer_frame, None, None, "DNS answer", shortened(answer))


def what_became(attempts: Attempts) -> str:
    """Say what the client did instead, ready to append; empty if nothing."""
    if attempts.instead is None:
        return ""
    return f"; connection {attempts.instead} took its place"


def tried(attempts: Attempts) -> str:
    """Count the SYNs and connections: `7 SYNs on 1 connection`."""
    return f"{counted(attempts.syn_count, 'SYN')} on {counted(len(attempts.streams), 'connection')}"
