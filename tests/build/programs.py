"""Real programs talking to each other, and what went over the wire between them: no privileges, no capturing.

A relay stands between client and server and notes which side sent which bytes, in order; `Recording.capture` puts them
into packets.
"""

import contextlib
import selectors
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.build.certificates import certificate_file
from tests.build.wire import Capture

WAIT_S = 20
"""A program that has not answered by then has failed."""
_NGINX_CONF = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{tls_port} ssl http2;
    listen 127.0.0.1:{plain_port} http2;
    ssl_certificate {certificate}; ssl_certificate_key {certificate};
    ssl_protocols TLSv1.2 TLSv1.3;
    root {folder}/www;
    gzip on; gzip_types text/plain; gzip_min_length 100;
    add_header x-oss-request-id $request_id;
    location /denied {{ return 403 "<Error><Code>AccessDenied</Code></Error>"; }}
    location /upload {{ client_max_body_size 10m; proxy_pass http://127.0.0.1:{sink_port}; }}
    location = /sink {{ return 200 "stored"; }}
  }}
  server {{ listen 127.0.0.1:{sink_port}; location / {{ return 200 "stored"; }} }}
}}
"""


@dataclass
class Recording:
    """Connections that went through the relay."""

    connections: list[list[tuple[int, bytes]]] = field(default_factory=list)
    """Side (0 client, 1 server) and bytes, in order."""

    def capture(self, *, sport: int = 443) -> Capture:
        """The connections as packets, one behind the other."""
        capture = Capture()
        for number, pieces in enumerate(self.connections):
            tcp = capture.tcp(sport=sport, cport=40_000 + number)
            tcp.handshake()
            for side, data in pieces:
                tcp.segments(side, data)
            tcp.close()
        return capture


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Nginx:
    """A running server."""

    tls_port: int
    plain_port: int
    www: Path


@contextlib.contextmanager
def nginx(folder: Path) -> Iterator[Nginx]:
    """Run nginx with HTTP/2, in TLS and in clear, over the files in `www`."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    assert program is not None, "nginx is not installed: scripts/test does it"
    www = folder / "www"
    www.mkdir()
    server = Nginx(free_port(), free_port(), www)
    conf = folder / "nginx.conf"
    conf.write_text(
        _NGINX_CONF.format(
            folder=folder,
            tls_port=server.tls_port,
            plain_port=server.plain_port,
            sink_port=free_port(),
            certificate=certificate_file(),
        )
    )
    process = subprocess.Popen([program, "-c", conf, "-p", folder], stderr=subprocess.DEVNULL)
    try:
        _wait_for(server.tls_port, process)
        yield server
    finally:
        process.terminate()
        process.wait(WAIT_S)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(WAIT_S * 100):
        assert process.poll() is None, "nginx ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=WAIT_S):
            return
        threading.Event().wait(0.01)
    raise AssertionError(f"nothing listens on port {port}")


@contextlib.contextmanager
def relay(port: int) -> Iterator[tuple[int, Recording]]:
    """Listen on a port and pass on to another; yields the port and what goes through."""
    recording = Recording()
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                pieces: list[tuple[int, bytes]] = []
                recording.connections.append(pieces)
                thread = threading.Thread(target=_pass_on, args=(client, port, pieces), daemon=True)
                thread.start()
                threads.append(thread)

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield listener.getsockname()[1], recording
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(WAIT_S)
        for thread in threads:
            thread.join(WAIT_S)


def _pass_on(client: socket.socket, port: int, pieces: list[tuple[int, bytes]]) -> None:
    with client, socket.create_connection(("127.0.0.1", port)) as server, selectors.DefaultSelector() as selector:
        ends = (client, server)
        for side, end in enumerate(ends):
            selector.register(end, selectors.EVENT_READ, side)
        while selector.get_map():
            ready = selector.select(WAIT_S)
            if not ready:
                return
            for key, _ in ready:
                side = key.data
                data = _read(ends[side])
                if data:
                    pieces.append((side, data))
                    ends[1 - side].sendall(data)
                else:
                    selector.unregister(ends[side])
                    with contextlib.suppress(OSError):
                        ends[1 - side].shutdown(socket.SHUT_WR)


def _read(end: socket.socket) -> bytes:
    try:
        return end.recv(65_536)
    except ConnectionError:
        return b""


def curl(*arguments: str, keylog: Path | None = None) -> bytes:
    """Run curl; returns its output."""
    environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": "/nonexistent"}
    if keylog is not None:
        environment["SSLKEYLOGFILE"] = str(keylog)
    command = ["curl", "--silent", "--show-error", "--insecure", "--max-time", str(WAIT_S), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, check=True).stdout
