"""Conversations of the `openssl` program, recorded between its client and its server.

with Server("-rev", "-ciphersuites", "TLS_AES_128_CCM_SHA256") as server:
    talk = server.converse([b"hello", b"K"], "-tls1_3")

The client's connection goes through a relay in this process that writes down every flight. The server answers each
line with its reverse (`-rev`), so that the test knows when it was read; `K` and `k` are commands of the client: renew
the keys, with or without the server's.
"""

import contextlib
import os
import selectors
import socket
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Self

from tests.build.certificates import HOST, certificate_file
from tests.build.tls import Conversation

TIME_LIMIT_S = 60
_COMMANDS = {b"K": b"KEYUPDATE", b"k": b"KEYUPDATE", b"R": b"RENEGOTIATING"}


class Relay:
    """Carries one connection and writes down what passes."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.conversation = Conversation()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._target = target
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        client, _ = self._listener.accept()
        self._listener.close()
        server = socket.create_connection(self._target)
        ends = (client, server)
        selector = selectors.DefaultSelector()
        for side, end in enumerate(ends):
            selector.register(end, selectors.EVENT_READ, side)
        while selector.get_map():
            for key, _ in selector.select(TIME_LIMIT_S):
                side = key.data
                try:
                    data = ends[side].recv(65_536)
                except OSError:
                    data = b""
                if not data:
                    selector.unregister(ends[side])
                    _shut(ends[1 - side])
                    continue
                self.conversation.flights.append((side, data))
                with contextlib.suppress(OSError):
                    ends[1 - side].sendall(data)
        for end in ends:
            end.close()

    def done(self) -> Conversation:
        """Wait for the end and return what passed."""
        self._thread.join(TIME_LIMIT_S)
        return self.conversation


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_WR)


class Server:
    """`openssl s_server` with an ECDSA and an RSA certificate; a context manager."""

    def __init__(self, *arguments: str) -> None:
        command = ["stdbuf", "-o0", "openssl", "s_server", "-accept", "127.0.0.1:0"]
        for option, kind in (("", "ec"), ("d", "rsa")):
            path = str(certificate_file(kind=kind))
            command += [f"-{option}cert", path, f"-{option}key", path]
        self._folder = tempfile.TemporaryDirectory(prefix="openssl-")
        self._process = subprocess.Popen(
            [*command, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        line = _read_until(self._process.stdout, b"ACCEPT 127.0.0.1:")
        rest = _read_until(self._process.stdout, b"\n")
        assert line
        self._port = int(rest)
        self._drain = threading.Thread(target=_read_all, args=(self._process.stdout,), daemon=True)
        self._drain.start()

    def path(self, name: str) -> str:
        """A file in a folder that goes with the server."""
        return str(Path(self._folder.name) / name)

    def converse(
        self, lines: Sequence[bytes], *arguments: str, early: bytes = b"", answers: bool = True
    ) -> Conversation:
        """Connect, say lines and hear their reverse, one after the other.

        Args:
            lines: What is said; `K`, `k` and `R` are commands.
            arguments: Of the client.
            early: Sent as 0-RTT data in front of them, with the session that `arguments` name.
            answers: The server answers with the reverse.
        """
        relay = Relay(("127.0.0.1", self._port))
        log = Path(self.path(f"{relay.port}.keylog"))
        options = ["-connect", f"127.0.0.1:{relay.port}", "-servername", HOST, "-keylogfile", str(log), *arguments]
        if early:
            Path(self.path("early")).write_bytes(early)
            options += ["-early_data", self.path("early")]
        client = subprocess.Popen(
            ["stdbuf", "-o0", "openssl", "s_client", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert client.stdin is not None
        assert client.stdout is not None
        # With TLS 1.3 a session is there, and reading has begun, once a ticket came.
        _read_until(client.stdout, b"---\nread R BLOCK\n" if "-tls1_3" in options else b"Verify return code")
        for line in lines:
            client.stdin.write(line + b"\n")
            client.stdin.flush()
            if line in _COMMANDS:
                _read_until(client.stdout, _COMMANDS[line])
                continue
            relay.conversation.sent[0].extend(line + b"\n")
            if answers:
                relay.conversation.sent[1].extend(line[::-1] + b"\n")
                _read_until(client.stdout, line[::-1])
        client.stdin.close()
        client.wait(TIME_LIMIT_S)
        client.stdout.close()
        conversation = relay.done()
        conversation.keylog = log.read_bytes()
        return conversation

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._drain.join(TIME_LIMIT_S)
        self._folder.cleanup()


def _read_until(stream: IO[bytes] | None, words: bytes) -> bytes:
    """Read up to some words; fails where they do not come."""
    assert stream is not None
    seen = b""
    while not seen.endswith(words):
        byte = os.read(stream.fileno(), 1)
        assert byte, f"{words!r} did not come: {seen[-2000:]!r}"
        seen += byte
    return seen


def _read_all(stream: IO[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while os.read(stream.fileno(), 65_536):
            pass
