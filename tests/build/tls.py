"""Real TLS conversations without a network: Python's `ssl` on both sides, and what went over the wire.

talk = converse(maximum=TLSVersion.TLSv1_2, ciphers="AES128-GCM-SHA256", say=[(0, b"GET /"), (1, b"HTTP/1.1 200 OK")])
capture = talk.capture()

Side 0 is the client. `keylog` holds what both sides logged, `sent` the plaintext of each side.
"""

import contextlib
import ssl
import subprocess
import tempfile
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from ssl import TLSVersion

from osspcap.analysis import Options, analyze
from osspcap.model.finding import Finding
from osspcap.model.report import Report
from osspcap.tls.keylog import KeyLog
from tests.build.certificates import HOST, certificate_file
from tests.build.events import Talk
from tests.build.wire import Capture, Tcp

Flight = tuple[int, bytes]


@dataclass
class Conversation:
    """What was said, in clear and on the wire."""

    flights: list[Flight] = field(default_factory=list)
    """Side and bytes, in order."""
    sent: tuple[bytearray, bytearray] = field(default_factory=lambda: (bytearray(), bytearray()))
    keylog: bytes = b""
    session: ssl.SSLSession | None = None

    def capture(self, capture: Capture | None = None, *, sport: int = 443, cport: int = 50_000) -> Capture:
        """The conversation as packets."""
        capture = capture or Capture()
        tcp = capture.tcp(sport=sport, cport=cport)
        tcp.handshake()
        self.replay(tcp)
        tcp.close()
        return capture

    def replay(self, tcp: Tcp) -> None:
        """Send the flights."""
        for side, data in self.flights:
            tcp.segments(side, data)

    def talk(self, *, size: int | None = None) -> Talk:
        """The conversation as stream events."""
        talk = Talk()
        for side, data in self.flights:
            talk.send(side, data, size=size)
        talk.end()
        return talk


def server_context(
    *, kind: str = "ec", names: tuple[str, ...] = (HOST,), issuer: str = "Test CA", days: int = 36_500
) -> ssl.SSLContext:
    """A server with a certificate of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file(names, issuer=issuer, kind=kind, days=days))
    context.load_dh_params(str(_dh_parameters()))
    context.minimum_version = TLSVersion.MINIMUM_SUPPORTED
    return context


@cache
def _dh_parameters() -> Path:
    """A file with a group of RFC 7919."""
    made = ["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"]
    path = certificate_file().with_name("dh.pem")
    path.write_bytes(subprocess.run(made, capture_output=True, check=True).stdout)
    return path


def client_context(*, trusted: Path | None = None) -> ssl.SSLContext:
    """A client that trusts nobody, or anybody if no file is given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = TLSVersion.MINIMUM_SUPPORTED
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if trusted is not None:
        context.check_hostname, context.verify_mode = True, ssl.CERT_REQUIRED
        context.load_verify_locations(trusted)
    return context


class Pipe:
    """Client and server, joined by memory; every flight is written down."""

    def __init__(
        self,
        client: ssl.SSLContext,
        server: ssl.SSLContext,
        *,
        host: str | None = HOST,
        session: ssl.SSLSession | None = None,
    ) -> None:
        self.done = Conversation()
        self._bios = [(ssl.MemoryBIO(), ssl.MemoryBIO()), (ssl.MemoryBIO(), ssl.MemoryBIO())]
        self.ends = (
            client.wrap_bio(*self._bios[0], server_hostname=host, session=session),
            server.wrap_bio(*self._bios[1], server_side=True),
        )

    def flush(self) -> bool:
        """Carry what either side has to send to the other."""
        moved = False
        for side in (0, 1):
            data = self._bios[side][1].read()
            if data:
                moved = True
                self.done.flights.append((side, data))
                self._bios[1 - side][0].write(data)
        return moved

    def handshake(self) -> ssl.SSLError | None:
        """Shake hands; returns the error of the side that refuses."""
        error = None
        finished = [False, False]
        moved = True
        while moved and not all(finished):
            for side in (0, 1):
                try:
                    self.ends[side].do_handshake()
                    finished[side] = True
                except ssl.SSLWantReadError:
                    pass
                except ssl.SSLError as refused:
                    error = error or refused
            moved = self.flush()
        return error

    def say(self, side: int, data: bytes) -> None:
        """Send data from a side; the other one reads it."""
        for start in range(0, len(data), 65_536):
            self.ends[side].write(data[start : start + 65_536])
            self.flush()
            self.hear(1 - side)
        self.done.sent[side].extend(data)

    def hear(self, side: int) -> bytes:
        """Read all that has arrived at a side."""
        out = bytearray()
        try:
            while True:
                part = self.ends[side].read(65_536)
                if not part:
                    return bytes(out)
                out += part
        except (ssl.SSLWantReadError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return bytes(out)

    def close(self) -> None:
        """Send close_notify from the client."""
        with contextlib.suppress(ssl.SSLError):
            self.ends[0].unwrap()
        self.flush()


def converse(
    *,
    minimum: TLSVersion = TLSVersion.TLSv1_2,
    maximum: TLSVersion = TLSVersion.TLSv1_3,
    ciphers: str | None = None,
    kind: str = "ec",
    alpn: Sequence[str] = (),
    say: Iterable[Flight] = (),
    host: str | None = HOST,
    server: ssl.SSLContext | None = None,
    client: ssl.SSLContext | None = None,
    session: ssl.SSLSession | None = None,
) -> Conversation:
    """Hold a conversation and return it with its key log."""
    client = client or client_context()
    server = server or server_context(kind=kind)
    for context in (client, server):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what some tests are about
            context.minimum_version, context.maximum_version = minimum, maximum
        if ciphers is not None:
            context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
        if alpn:
            context.set_alpn_protocols(list(alpn))
    with tempfile.NamedTemporaryFile(prefix="keylog-") as log:
        client.keylog_filename = log.name
        pipe = Pipe(client, server, host=host, session=session)
        error = pipe.handshake()
        if error is None:
            for side, data in say:
                pipe.say(side, data)
            pipe.hear(0)
            pipe.done.session = pipe.ends[0].session
            pipe.close()
        client.keylog_filename = None  # type: ignore[assignment] # stops it
        pipe.done.keylog = Path(log.name).read_bytes()
    return pipe.done


def analyzed(source: Conversation | Capture, only: str | None = None, keylog: bytes = b"") -> Report:
    """Run the whole pipeline with one rule or all, and with a key log; a rule that raises fails the test."""
    capture = source.capture() if isinstance(source, Conversation) else source
    log = KeyLog([keylog])
    options = Options(key_log=log) if only is None else Options(key_log=log, select=(only,))
    report = analyze("-", options, stdin=BytesIO(capture.pcap()))
    assert not [item for item in report.undecided if item.reason.startswith("internal error")]
    return report


def finding_of(source: Conversation | Capture, only: str, keylog: bytes = b"") -> Finding:
    """Return the one finding that a rule makes."""
    report = analyzed(source, only, keylog)
    assert [item.rule for item in report.findings] == [only], report
    return report.findings[0]
