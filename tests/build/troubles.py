"""Conversations that go wrong on the way: attempts in vain, breaks, losses, slow ends."""

from tests.build.http import request, response
from tests.build.sightings import put
from tests.build.timed import opened
from tests.build.wire import ACK, FIN, PSH, RST, SYN, Capture, Tcp


def unanswered(
    *,
    count: int = 4,
    server: str = "203.0.113.99",
    sport: int = 80,
    capture: Capture | None = None,
    cport: int = 50_000,
) -> Capture:
    """SYNs one second apart, as Linux repeats them at first."""
    made = Capture() if capture is None else capture
    tcp = made.tcp(cport=cport, server=server, sport=sport)
    for number in range(count):
        if number:
            made.wait(1)
        tcp.send(0, SYN, seq=1000, window=64240)
    return made


def refused(*, capture: Capture | None = None, cport: int = 50_000, server: str = "203.0.113.99") -> Capture:
    """A SYN that is answered by a RST."""
    made = Capture() if capture is None else capture
    tcp = made.tcp(cport=cport, server=server)
    tcp.send(0, SYN)
    tcp.send(1, RST | ACK, window=0)
    return made


def healthy(capture: Capture | None = None, *, cport: int = 51_000, **ends: str) -> Capture:
    """A whole exchange with OSS, from handshake to close."""
    made = Capture() if capture is None else capture
    tcp = made.tcp(cport=cport, **ends)  # type: ignore[arg-type]
    tcp.handshake()
    tcp.client(request())
    tcp.server(response(body=b"x" * 100))
    tcp.close()
    return made


def uploading(sent: int, total: int, **ends: int) -> tuple[Capture, Tcp]:
    """An upload of which a part was sent and acknowledged."""
    capture, tcp = opened(to_server_ms=10, **ends)
    data = put(body=b"x" * total)
    tcp.client(data[: len(data) - total + sent])
    return capture, tcp


def downloading(sent: int, total: int) -> tuple[Capture, Tcp]:
    """A download of which a part arrived and was acknowledged."""
    capture, tcp = opened(to_server_ms=10)
    tcp.client(request())
    data = response(body=b"y" * total)
    tcp.server(data[: len(data) - total + sent])
    return capture, tcp


def waiting(seconds: float, agent: str = "curl/8.5.0") -> tuple[Capture, Tcp]:
    """A request that has been waiting for its answer for a while."""
    capture, tcp = opened(to_server_ms=10)
    tcp.client(request(User_Agent=agent))
    capture.wait(seconds)
    return capture, tcp


def kept(idle_s: float) -> tuple[Capture, Tcp]:
    """A connection with one answered request, idle for a while since."""
    capture, tcp = opened(to_server_ms=10)
    tcp.client(request("GET", "/first"))
    tcp.server(response(body=b"x" * 10))
    capture.wait(idle_s)
    return capture, tcp


def lossy_upload(*, total: int = 60_000, every: int = 5, silence_s: float = 0.3, from_client: bool = True) -> Capture:
    """A transfer in which each n-th segment has to be sent again after a silence; the other direction is quiet."""
    capture, tcp = opened(to_server_ms=10)
    side = 0 if from_client else 1
    data = put(body=b"x" * total) if from_client else response(body=b"y" * total)
    if not from_client:
        tcp.client(request())
    for number, at in enumerate(range(0, len(data), 1460)):
        part = data[at : at + 1460]
        tcp.send(side, ACK | PSH, part)
        if number % every == every - 1:
            capture.wait(silence_s)
            tcp.send(side, ACK | PSH, part, seq=tcp.next_seq[side] - len(part))
        tcp.send(1 - side, ACK)
    if from_client:
        tcp.server(response())
    tcp.close()
    return capture


def stuck(*, repeats: int = 4, total: int = 5_000, first: int = 300) -> tuple[Capture, Tcp, bytes]:
    """An upload whose head passes and whose first full segment does not."""
    capture, tcp = opened(to_server_ms=10)
    data = put(body=b"x" * total)
    tcp.client(data[:first])
    segment = data[first : first + 1460]
    tcp.send(0, ACK, segment)
    tcp.send(0, ACK | PSH, data[first + 1460 : first + 2920])
    for number in range(repeats):
        capture.wait(0.3 * 2**number)
        tcp.send(0, ACK, segment, seq=1001 + first)
    return capture, tcp, segment


def half_closed(tcp: Tcp, side: int) -> None:
    """A FIN that the other side acknowledges."""
    tcp.send(side, FIN | ACK)
    tcp.send(1 - side, ACK)
