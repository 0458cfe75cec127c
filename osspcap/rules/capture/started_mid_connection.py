"""CAP004 started-mid-connection: connections were open already when the capture began."""

from collections.abc import Iterator

from osspcap.model.exchange import Exchange
from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.model.stream import Connection
from osspcap.rules.base import CaptureRule
from osspcap.rules.capture._again import command
from osspcap.rules.wording import counted
from osspcap.units import StreamId


class StartedMidConnection(CaptureRule):
    """Connections were open already when the capture began.

    ## What it finds
    Connections with data whose opening packets (SYN, SYN-ACK) are not in the capture.

    ## Why it matters
    What was said before the capture began is unknown: the request to the first answer, the start of an upload, the
    TLS handshake with the server's name and the keys. Round-trip time and window scaling are unknown as well.

    ## How it decides
    No packet of the connection has the SYN flag. For each such connection the evidence says what could not be
    decoded because of it.

    ## False alarms
    None: keep-alive connections of a running program are open before any capture begins.
    """

    code = "CAP004"
    name = "started-mid-connection"
    severity = Severity.INFO
    fix = ("If the fault is in one of these connections, start the capture first and the program after it.",)
    sources = ("RFC 9293 section 3.5",)

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for all such connections."""
        found = [connection for connection in dissection.connections if _starts_open(connection)]
        if not found:
            return
        answers = _answers_without_request(dissection, {connection.stream for connection in found})
        yield self.finding(
            f"{counted(len(found), 'connection')} of {len(dissection.connections):,} had begun before the capture",
            *(
                Evidence(
                    connection.first_frame,
                    connection.stream,
                    None,
                    "first packet of the connection",
                    f"no SYN; {_loss(connection, answers.get(connection.stream))}",
                    "SYN",
                )
                for connection in found[:50]
            ),
            streams=[connection.stream for connection in found],
            fix=(
                *self.fix,
                f"If it comes now and then, record all the time: `{command(dissection, ring=True)}`.",
            ),
            occurrences=len(found),
        )


def _starts_open(connection: Connection) -> bool:
    return connection.handshake is None and any(direction.data_packets for direction in connection.directions)


def _answers_without_request(dissection: Dissection, streams: set[StreamId]) -> dict[StreamId, Exchange]:
    """Return the first answer of each stream whose request was not captured."""
    found: dict[StreamId, Exchange] = {}
    for exchange in dissection.exchanges:
        if exchange.request is None and exchange.stream in streams:
            found.setdefault(exchange.stream, exchange)
    return found


def _loss(connection: Connection, answer: Exchange | None) -> str:
    """Say what could not be decoded."""
    if answer is not None:
        return f"the request to the answer {answer.status} was sent before the capture began"
    delivered = sum(direction.bytes_delivered for direction in connection.directions)
    match connection.protocol:
        case "tls" if connection.sni is None:
            return "the TLS handshake is missing, so neither the server's name nor the contents can be told"
        case "tcp":
            return f"the protocol was not recognised, so {counted(delivered, 'byte')} could not be decoded"
        case _:
            return "round-trip time and window scaling are unknown; the rest was decoded"
