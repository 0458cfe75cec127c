"""What one layer of TLS on a connection shows, with and without keys.

Filled in while the bytes of the connection come in; complete once its stream has ended. Times and frames are those of
the packet that completed the message or record.
"""

from dataclasses import field
from enum import StrEnum

from osspcap.model.record import growing_record, record
from osspcap.units import FrameNumber, Nanoseconds

MAX_BURSTS = 256
"""Runs of application data that are kept of a side; what follows only counts."""
MAX_ALERTS = 16
"""Alerts that are kept of a connection."""


class ClientLibrary(StrEnum):
    """Family of TLS library that a ClientHello was made by, told by the extensions it offers."""

    OPENSSL = "openssl"
    """OpenSSL 1.1 or later: Python, Node.js, curl, PHP, C++ and many more."""
    CHROMIUM = "chromium"
    """BoringSSL as Chromium and its relatives use it: they offer reserved values (RFC 8701)."""
    FIREFOX = "firefox"
    JAVA = "java"
    GO = "go"
    UNKNOWN = "unknown"


class Opening(StrEnum):
    """Whether the records of a layer could be decrypted."""

    NO_KEYS = "no keys"
    """No key log has this connection."""
    OPENED = "opened"
    """Records were decrypted; `records_closed` counts those that were not."""
    WRONG_KEYS = "wrong keys"
    """A key log has the connection's client random, but its secrets open no record."""
    UNSUPPORTED = "unsupported"
    """There are keys, but the cipher suite is not one that can be decrypted."""
    NOT_TOLD = "not told"
    """There are keys, but ClientHello or ServerHello were not captured whole, so how to use them is unknown."""


@record
class ClientHello:
    """What the client offered, in clear."""

    frame: FrameNumber
    ts_ns: Nanoseconds
    sni: str | None
    """Host name of the server_name extension; None if there is none. With ECH only the outer name is seen."""
    alpn: tuple[str, ...]
    """Protocols offered: `h2`, `http/1.1`."""
    versions: tuple[str, ...]
    """Versions offered, highest first: `TLS 1.3`, `TLS 1.2`."""
    suites: tuple[int, ...]
    """Cipher suites offered, reserved values left out."""
    library: ClientLibrary
    has_ech: bool = False
    """An Encrypted ClientHello is inside: the name may be that of a front (RFC 9849)."""
    offers_resumption: bool = False
    """It carries a ticket or session of an earlier connection."""
    offers_early_data: bool = False
    """Application data follows at once (0-RTT)."""
    is_whole: bool = True
    """False: a part of it was not captured."""


@record
class ServerHello:
    """What the server chose."""

    frame: FrameNumber
    ts_ns: Nanoseconds
    version: str
    """`TLS 1.3`."""
    suite: int
    """Cipher suite number."""
    suite_name: str
    """Its IANA name without `TLS_`: `AES_128_GCM_SHA256`; `0x1a2b` if it is not known."""
    is_resumed: bool | None
    """True: it took up the session the client offered; None: not to be told."""


@record
class Certificate:
    """One certificate of a chain."""

    subject: str
    """Common name, else the whole subject."""
    issuer: str
    """Issuer as in `O=..., CN=...`."""
    issuer_name: str
    """Common name of the issuer, else its organization, else the whole."""
    names: tuple[str, ...]
    """DNS names and IP addresses of subjectAltName; the common name where there is no such extension."""
    not_before_ns: int
    not_after_ns: int
    is_self_signed: bool
    """Subject and issuer are the same."""


@record
class Alert:
    """One alert."""

    by_client: bool
    is_fatal: bool
    code: int
    name: str
    """`unknown_ca`; `alert 200` if the number is not assigned."""
    frame: FrameNumber
    ts_ns: Nanoseconds
    was_encrypted: bool = False
    """It could be read with keys only."""
    in_handshake: bool = True
    """It came before the handshake was over."""


@growing_record
class Burst:
    """Application data that one side sent without having heard anything new from the other."""

    frame: FrameNumber
    """Packet that completed its first record."""
    ts_ns: Nanoseconds
    last_frame: FrameNumber
    last_ns: Nanoseconds
    peer_offset: int
    """How far the other direction was acknowledged when it began; stream offset there, -1 if unknown."""
    records: int = 0
    size: int = 0
    """Bytes of content, as far as lengths tell: padding counts."""


@record
class Turn:
    """One question and what came back, as sizes only."""

    asked: Burst | None
    answered: Burst | None


@growing_record
class TlsSide:
    """What one side sent."""

    records: int = 0
    """Records of any type."""
    data_records: int = 0
    """Records of application data; in TLS 1.3 without keys encrypted handshake messages behind the first are here."""
    data_bytes: int = 0
    """Bytes of content in them, as far as lengths tell."""
    bursts: list[Burst] = field(default_factory=list)
    """First `MAX_BURSTS` runs of application data."""
    records_opened: int = 0
    """Records decrypted."""
    records_closed: int = 0
    """Protected records that were captured whole and could not be decrypted."""
    bytes_lost: int = 0
    """Bytes of records that were lost to holes in the capture."""
    key_updates: int = 0
    """KeyUpdate messages decrypted."""


@growing_record
class Tls:
    """One layer of TLS; `Connection.tls` lists them from the outside in."""

    frame: FrameNumber
    """Packet with its first record."""
    client_hello: ClientHello | None = None
    """None if the capture does not hold it."""
    server_hello: ServerHello | None = None
    """None if the server never sent one or it was not captured."""
    alpn: str | None = None
    """Protocol agreed on; None if none was, or if it is hidden (TLS 1.3 without keys)."""
    retried: bool = False
    """The server asked for another ClientHello (HelloRetryRequest)."""
    certificates: tuple[Certificate, ...] = ()
    """Chain of the server, its own certificate first. Empty in TLS 1.3 without keys and in resumed sessions."""
    certificate_frame: FrameNumber | None = None
    certificate_ns: Nanoseconds | None = None
    asks_client_certificate: bool = False
    """The server asked for a certificate of the client."""
    alerts: list[Alert] = field(default_factory=list)
    """First `MAX_ALERTS` alerts in clear or decrypted; `close_notify` is one."""
    hidden_alert: Alert | None = None
    """TLS 1.3 without keys: the client's first protected record is as short as an alert and no Finished, so it
    refused what the server sent. The code is unknown (-1)."""
    finished_frame: FrameNumber | None = None
    """Packet that completed the handshake on the client's side (its Finished); None if it never was."""
    finished_ns: Nanoseconds | None = None
    early_data_accepted: bool | None = None
    """Whether 0-RTT data was taken; None if none was offered or it cannot be told."""
    plain_answer: str = ""
    """The server answered the ClientHello in clear: its first line, at most 80 characters."""
    plain_answer_frame: FrameNumber | None = None
    opening: Opening = Opening.NO_KEYS
    sides: tuple[TlsSide, TlsSide] = field(default_factory=lambda: (TlsSide(), TlsSide()))
    """What the client sent and what the server sent."""

    @property
    def sni(self) -> str | None:
        """Server name that the client asked for."""
        return None if self.client_hello is None else self.client_hello.sni

    @property
    def version(self) -> str | None:
        """Version agreed on."""
        return None if self.server_hello is None else self.server_hello.version

    @property
    def is_opened(self) -> bool:
        """Tell whether records were decrypted."""
        return self.opening is Opening.OPENED

    @property
    def has_data(self) -> bool:
        """Tell whether application data was exchanged, as far as can be told."""
        return bool(self.sides[0].bursts)

    @property
    def handshake_ns(self) -> int | None:
        """ClientHello to the client's Finished; None if one of them was not captured."""
        if self.client_hello is None or self.finished_ns is None:
            return None
        return self.finished_ns - self.client_hello.ts_ns

    @property
    def turns(self) -> list[Turn]:
        """Requests and responses by size: runs of application data of client and server in turn.

        What the server sent before the client's first run (TLS 1.3 hides the rest of its handshake there) is left out.
        """
        client, server = self.sides[0].bursts, self.sides[1].bursts
        if not client:
            return []
        turns: list[Turn] = []
        merged = sorted(
            [*((burst.frame, 0, burst) for burst in client), *((b.frame, 1, b) for b in server)], key=_place
        )
        for _, side, burst in merged:
            if side == 0:
                turns.append(Turn(burst, None))
            elif turns and turns[-1].answered is None:
                turns[-1] = Turn(turns[-1].asked, burst)
            elif turns:
                turns.append(Turn(None, burst))
        return turns


def _place(item: tuple[FrameNumber, int, Burst]) -> tuple[int, int]:
    return item[0], item[1]


@record
class KeyLogUse:
    """What became of the key logs of a run."""

    is_from_user: bool
    """A key log was named by an option; False if keys came from the capture file only."""
    sessions: int
    """Sessions that the key logs have secrets of."""
    opened: int
    """TLS layers that were decrypted."""
    unmatched: int
    """TLS layers with a whole ClientHello whose client random no key log has."""
    wrong: int
    """TLS layers whose secrets in the key log open no record."""
