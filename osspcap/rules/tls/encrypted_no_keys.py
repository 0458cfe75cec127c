"""TLS001 encrypted-no-keys: connections to OSS are encrypted, and no key log opens them."""

from collections.abc import Iterator
from typing import NamedTuple

from osspcap.model.finding import Evidence, Severity, Verdict
from osspcap.model.report import Dissection
from osspcap.model.stream import Connection, ConnectionEnd
from osspcap.model.tls import Opening, Tls, Turn
from osspcap.model.usual import unusual
from osspcap.rules.base import CaptureRule
from osspcap.rules.tls._keylogs import recording_steps
from osspcap.rules.tls._layers import is_for_oss
from osspcap.rules.wording import counted, shortened
from osspcap.units import StreamId, format_duration

NAMED_IN_SUMMARY = 3
"""Servers that the summary names."""
CONNECTIONS_TOLD = 3
"""Connections whose turns the explanation tells."""
TURNS_TOLD = 4
"""Turns of one connection that it tells."""
MAX_EVIDENCE = 20
"""Connections that become evidence."""

_WHY = {
    Opening.UNSUPPORTED: "its cipher suite is not one that can be decrypted",
    Opening.WRONG_KEYS: "the secrets in the key log do not open it",
    Opening.NOT_TOLD: "its handshake was not captured whole",
}


class _Closed(NamedTuple):
    connection: Connection
    tls: Tls


class EncryptedNoKeys(CaptureRule):
    """Connections to OSS are encrypted, and no key log opens them.

    ## What it finds
    TLS connections whose server name is an endpoint of OSS, with data in them that could not be decrypted.

    ## Why it matters
    Requests and answers stay hidden: method, object, headers, status, error code and request ID. What went wrong
    inside cannot be told, and is not guessed at.

    ## How it decides
    The server name stands in the ClientHello in clear. What can still be told is: version, how long the handshake
    took, how much was asked and answered in turn, and how the connection ended. Sizes are those of encrypted content
    without padding.

    ## False alarms
    None: the rule says what is missing and how to get it. Connections to other services are left out.
    """

    code = "TLS001"
    name = "encrypted-no-keys"
    severity = Severity.INFO
    on_tls = True
    fix = recording_steps(())
    sources = ("RFC 9850 (SSLKEYLOGFILE format)", "RFC 8446 section 5.2", "Wireshark documentation: TLS decryption")

    def check(self, dissection: Dissection) -> Iterator[Verdict]:
        """Yield one finding for all such connections."""
        closed = list(_closed(dissection))
        if not closed:
            return
        names = list(dict.fromkeys(item.tls.sni or str(item.connection.server) for item in closed))
        named = ", ".join(shortened(name, 80) for name in names[:NAMED_IN_SUMMARY])
        more = f" and {len(names) - NAMED_IN_SUMMARY} more" if len(names) > NAMED_IN_SUMMARY else ""
        one = len(closed) == 1
        libraries = [item.tls.client_hello.library for item in closed if item.tls.client_hello is not None]
        yield self.finding(
            f"{counted(len(closed), 'TLS connection')} to {named}{more} {'is' if one else 'are'} encrypted and no key "
            f"log opens {'it' if one else 'them'}: the requests inside cannot be read",
            *(_evidence(item) for item in closed[:MAX_EVIDENCE]),
            explanation=_explanation(closed),
            streams=[item.connection.stream for item in closed],
            occurrences=len(closed),
            fix=recording_steps(dict.fromkeys(libraries)),
        )


def _closed(dissection: Dissection) -> Iterator[_Closed]:
    tunnels = {item.stream: item for item in reversed(unusual(dissection.exchanges)) if _is_connect(item.request)}
    for connection in dissection.connections:
        for tls in connection.tls:
            is_open = tls.finished_frame is not None and connection.end is ConnectionEnd.OPEN
            has_content = tls.has_data or is_open
            if tls.is_opened or not has_content:
                continue
            around = tunnels.get(StreamId(connection.stream))
            if is_for_oss(tls, connection, () if around is None else (around,)):
                yield _Closed(connection, tls)


def _is_connect(request: object) -> bool:
    return getattr(request, "method", "") == "CONNECT"


def _evidence(item: _Closed) -> Evidence:
    hello, stream = item.tls.client_hello, item.connection.stream
    why = _WHY.get(item.tls.opening)
    expected = "its keys in a key log" if why is None else f"its keys in a key log; {why}"
    if hello is None:
        return Evidence(item.tls.frame, stream, None, "TLS record", "encrypted", expected)
    return Evidence(hello.frame, stream, None, "TLS ClientHello, server name", hello.sni or "none", expected)


def _explanation(closed: list[_Closed]) -> str:
    first = [_told(item) for item in closed[:CONNECTIONS_TOLD]]
    return (
        "Method, object, headers, status, error code and request ID are encrypted. What shows from outside: "
        + ". ".join(first)
        + ". An error of OSS looks like any other short answer, so none is excluded and none is claimed."
    )


def _told(item: _Closed) -> str:
    tls = item.tls
    parts = [f"tcp.stream {item.connection.stream}"]
    if tls.version is not None:
        parts.append(tls.version)
    if tls.handshake_ns is not None:
        parts.append(f"handshake {format_duration(tls.handshake_ns)}")
    turns = [turn for turn in tls.turns if turn.asked is not None]
    if turns:
        shown = "; ".join(_turn(turn) for turn in turns[:TURNS_TOLD])
        more = f"; {counted(len(turns) - TURNS_TOLD, 'more turn')}" if len(turns) > TURNS_TOLD else ""
        parts.append(f"{counted(len(turns), 'turn')} of question and answer ({shown}{more})")
    parts.append(item.connection.end.value)
    return ", ".join(parts)


def _turn(turn: Turn) -> str:
    asked, answered = turn.asked, turn.answered
    sent = "?" if asked is None else f"{asked.size:,}"
    if answered is None or asked is None:
        return f"{sent} bytes, no answer"
    return f"{sent} bytes, {answered.size:,} back after {format_duration(answered.ts_ns - asked.last_ns)}"
