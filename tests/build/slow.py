"""Transfers whose slowness has one known cause."""

from tests.build.http import BUCKET_HOST, REQUEST_ID, message, request, response
from tests.build.sightings import put
from tests.build.timed import opened
from tests.build.wire import ACK, PSH, Capture

PYTHON = "aliyun-sdk-python/2.19.1(Linux/5.15/x86_64;3.11.2)"


def shut_window(
    *, total: int = 100_000, rounds: int = 8, seconds: float = 0.4, upload: bool = False, agent: str = "curl/8.5.0"
) -> Capture:
    """A transfer whose receiver shuts its window after each part, for a while."""
    capture, tcp = opened(to_server_ms=10)
    side = 0 if upload else 1
    if upload:
        data = put(body=b"x" * total, User_Agent=agent)
    else:
        tcp.client(request(User_Agent=agent))
        data = response(body=b"y" * total)
    size = -(-len(data) // rounds)
    for at in range(0, len(data), size):
        tcp.segments(side, data[at : at + size], acknowledge=False)
        tcp.send(1 - side, ACK, window=0)
        capture.wait(seconds)
        tcp.send(1 - side, ACK, window=500)
    if upload:
        tcp.server(response(ETag='"x"'))
    tcp.close()
    return capture


def paused(
    *,
    total: int = 60_000,
    parts: int = 6,
    seconds: float = 0.5,
    upload: bool = True,
    agent: str = "curl/8.5.0",
) -> Capture:
    """A transfer whose sender makes pauses, with room in the receiver's window."""
    capture, tcp = opened(to_server_ms=10)
    side = 0 if upload else 1
    if upload:
        data = put(body=b"x" * total, User_Agent=agent)
    else:
        tcp.client(request(User_Agent=agent))
        data = response(body=b"y" * total)
    size = -(-len(data) // parts)
    for at in range(0, len(data), size):
        tcp.segments(side, data[at : at + size])
        capture.wait(seconds)
    if upload:
        tcp.server(response(ETag='"x"'))
    tcp.close()
    return capture


def late_answer(
    seconds: float,
    *,
    server_ms: int | None = None,
    method: str = "PUT",
    target: str = "/key",
    headers: dict[str, str] | None = None,
) -> Capture:
    """An answer that begins after a while; OSS states its share."""
    capture, tcp = opened(to_server_ms=10)
    fields = {"Host": BUCKET_HOST, "Content-Length": "5"} | (headers or {})
    tcp.client(message(f"{method} {target} HTTP/1.1", fields, b"hello"))
    capture.wait(seconds)
    stated = {} if server_ms is None else {"x-oss-server-time": str(server_ms)}
    answered = {"Server": "AliyunOSS", "x-oss-request-id": REQUEST_ID, "ETag": '"x"', "Content-Length": "0"} | stated
    tcp.server(message("HTTP/1.1 200 OK", answered))
    tcp.close()
    return capture


def reconnecting(count: int, *, apart_s: float = 0.1, agent: str = PYTHON, requests: int = 1) -> Capture:
    """Connections one after the other, each with some requests."""
    capture = Capture(step_ns=100_000)
    for number in range(count):
        tcp = capture.tcp(cport=50_000 + number)
        tcp.handshake()
        for _ in range(requests):
            tcp.client(request(User_Agent=agent))
            tcp.server(response(body=b"x"))
        tcp.close()
        capture.wait(apart_s)
    return capture


def repeated_after(seconds: float, *, total: int = 20_000) -> Capture:
    """An upload that stands still once, until a segment is sent again."""
    capture, tcp = opened(to_server_ms=10)
    data = put(body=b"x" * total)
    tcp.client(data[:5_000])
    part = data[5_000:6_000]
    tcp.send(0, ACK | PSH, part)
    capture.wait(seconds)
    tcp.send(0, ACK | PSH, part, seq=tcp.next_seq[0] - len(part))
    tcp.client(data[6_000:])
    tcp.server(response(ETag='"x"'))
    tcp.close()
    return capture
