"""What client and server agree on, message by message: facts of the handshake, and the keys that follow from it.

In: handshake messages, alerts and ChangeCipherSpec of both sides, in the order of each. Out: `Tls` filled in, and for
each side a `Ladder` once its records are protected and a key log has the session.

Source: RFC 8446, RFC 5246, RFC 7627 (extended master secret), RFC 7366 (encrypt-then-MAC).
"""

from typing import NamedTuple

from osspcap.model.record import replaced
from osspcap.model.tls import (
    MAX_ALERTS,
    Alert,
    ClientHello,
    Opening,
    ServerHello,
    Tls,
)
from osspcap.tls import numbers
from osspcap.tls.certificate import parse_chain
from osspcap.tls.hello import (
    Hello,
    client_library,
    is_reserved,
    parse_client_hello,
    parse_server_hello,
    protocols,
    server_name,
    version_chosen,
    version_name,
    versions_offered,
)
from osspcap.tls.items import Record
from osspcap.tls.keylog import EARLY, HANDSHAKE, MASTER_SECRET, PREMASTER_SECRET, TRAFFIC, Secrets
from osspcap.tls.keyring import KeyRing
from osspcap.tls.ladder import Ladder
from osspcap.tls.messages import MAX_MESSAGE_BYTES
from osspcap.tls.protection import Opened, Protection, Tls13Protection, block_bytes, tls12_protections
from osspcap.tls.schedule import master_secret, prf
from osspcap.tls.suites import SUITES, Suite
from osspcap.units import FrameNumber, Nanoseconds

MAX_GUESSES = 8
"""Records of one connection on which suites are tried while the server's choice is unknown."""
_HASH_BYTES = {"sha256": 32, "sha384": 48}
_PREFIXES = ("CLIENT_", "SERVER_")
MAX_TRANSCRIPT_BYTES = 4 * MAX_MESSAGE_BYTES
"""Of handshake messages that are kept to compute a master secret."""


class Place(NamedTuple):
    """Where a message was completed."""

    frame: FrameNumber
    ts_ns: Nanoseconds


class Negotiation:
    """State that both directions share."""

    def __init__(self, facts: Tls, keys: KeyRing) -> None:
        self.facts = facts
        self._keys = keys
        self._client: Hello | None = None
        self._server: Hello | None = None
        self._key_exchange = b""
        self._transcript: tuple[list[bytes], list[bytes]] = ([], [])
        self._transcript_bytes = 0
        self._pair: tuple[Protection, Protection] | None = None
        self._finished: list[Place | None] = [None, None]
        self._hellos = [0, 0]
        self._server_switches = 0
        self._guesses = 0
        self.version = 0
        """Version agreed on; 0 as long as it is unknown."""
        self.suite: Suite | None = None
        self.awaits_server = False
        """What the client sent last can be understood only once the server has answered."""
        self.awaits_client = False
        """Up to TLS 1.2: the server has said all it can before the client's key exchange."""
        self.ladders: list[Ladder | None] = [None, None]
        """Keys of client and server; None while their records are in clear or there are no keys."""

    def is_early(self, message: tuple[int, bytes], side: int) -> bool:
        """Tell whether a message belongs to a renegotiation for which the other side has not been read far enough.

        A ServerHello answers a ClientHello; a further ClientHello follows on the server's ChangeCipherSpec.
        """
        client_hellos, server_hellos = self._hellos
        if side == 1:
            return message[0] == numbers.SERVER_HELLO and 0 < client_hellos <= server_hellos
        is_again = message[0] == numbers.CLIENT_HELLO and client_hellos > 0 < self.version
        return is_again and not self.is_tls13 and self._server_switches < client_hellos

    @property
    def is_tls13(self) -> bool:
        """Tell whether TLS 1.3 was agreed on."""
        return self.version >= numbers.TLS_13

    @property
    def overhead(self) -> int:
        """Bytes that a record is longer than its content, as far as the suite is known."""
        if self.is_tls13:
            return 1 + (8 if self.suite is not None and self.suite.cipher == "ccm8" else 16)
        match None if self.suite is None else self.suite.cipher:
            case "gcm" | "ccm":
                return 24
            case "ccm8" | "chacha":
                return 16
            case _:
                return 37

    def take(self, message: tuple[int, bytes], side: int, place: Place, *, is_whole: bool = True) -> None:
        """Take a message of a side: 0 is the client."""
        kind, raw = message
        body = raw[4:]
        self._remember(side, raw)
        match kind:
            case numbers.CLIENT_HELLO if side == 0:
                self._take_client_hello(body, place, is_whole=is_whole)
            case numbers.SERVER_HELLO if side == 1:
                self._take_server_hello(body, place)
            case numbers.ENCRYPTED_EXTENSIONS if side == 1 and self.is_tls13:
                self._take_encrypted_extensions(body)
            case numbers.CERTIFICATE if side == 1 and is_whole:
                chain = parse_chain(body, has_context=self.is_tls13)
                if chain and not self.facts.certificates:
                    self.facts.certificates = chain
                    self.facts.certificate_frame, self.facts.certificate_ns = place
            case numbers.CERTIFICATE_REQUEST if side == 1:
                self.facts.asks_client_certificate = True
            case numbers.SERVER_HELLO_DONE if side == 1:
                self._note_resumption(is_resumed=False)
                self.awaits_server, self.awaits_client = False, True
            case numbers.CLIENT_KEY_EXCHANGE if side == 0:
                self._key_exchange = body
                self.awaits_client = False
            case _:
                pass
        if self.is_tls13:
            self._take_switch(kind, side, place)

    def _take_switch(self, kind: int, side: int, place: Place) -> None:
        """Go on to the next keys of TLS 1.3 where a message says so."""
        ladder = self.ladders[side]
        if kind == numbers.FINISHED:
            self.take_finished(side, place)
        elif kind == numbers.KEY_UPDATE:
            self.facts.sides[side].key_updates += 1
        elif kind != numbers.END_OF_EARLY_DATA:
            return
        if ladder is not None:
            ladder.advance()

    def take_finished(self, side: int, place: Place) -> None:
        """Take a Finished: the handshake is over with the client's in TLS 1.3, with the later of both before."""
        self._finished[side] = self._finished[side] or place
        client, server = self._finished
        facts = self.facts
        if facts.finished_frame is not None or client is None:
            return
        if not self.is_tls13 and server is None:
            return
        last = client if self.is_tls13 or server is None else max(client, server)
        facts.finished_frame, facts.finished_ns = last

    def take_alert(self, content: bytes | memoryview, side: int, place: Place, *, was_encrypted: bool) -> None:
        """Take an alert that can be read."""
        if side == 1:
            self.awaits_server = False
        else:
            self.awaits_client = False
        if len(content) < 2 or content[0] not in (1, 2):
            return
        code = content[1]
        name = numbers.ALERTS.get(code, f"alert {code}")
        # TLS 1.3 does without levels: all but two alerts end the connection (RFC 8446 section 6).
        is_fatal = content[0] == 2 and code not in (numbers.CLOSE_NOTIFY, numbers.USER_CANCELED)
        in_handshake = self._finished[side] is None
        if len(self.facts.alerts) < MAX_ALERTS:
            self.facts.alerts.append(Alert(side == 0, is_fatal, code, name, *place, was_encrypted, in_handshake))

    def take_change_cipher_spec(self, side: int) -> None:
        """Take a ChangeCipherSpec, which protects what a side sends from here on, but in TLS 1.3 says nothing."""
        if self.is_tls13:
            return
        if side == 1:
            self._server_switches += 1
            if self.facts.server_hello is not None and self.facts.server_hello.is_resumed is None:
                self._note_resumption(is_resumed=True)
            self.awaits_server = False
        if self._pair is None:
            self._pair = self._make_pair()
        self.ladders[side] = None if self._pair is None else Ladder([self._pair[side]], self._keys.budget)

    def _take_client_hello(self, body: bytes, place: Place, *, is_whole: bool) -> None:
        hello = parse_client_hello(body)
        self._hellos[0] += 1
        self._client, self._server, self._pair = hello, None, None
        self.awaits_server = True
        if self.facts.client_hello is not None:
            return
        offers = hello.extensions
        self.facts.client_hello = ClientHello(
            frame=place.frame,
            ts_ns=place.ts_ns,
            sni=server_name(hello),
            alpn=protocols(offers.get(numbers.ALPN, b"")),
            versions=versions_offered(hello),
            suites=tuple(suite for suite in hello.suites if not is_reserved(suite)),
            library=client_library(hello),
            has_ech=numbers.ENCRYPTED_CLIENT_HELLO in offers,
            offers_resumption=numbers.PRE_SHARED_KEY in offers or bool(offers.get(numbers.SESSION_TICKET)),
            offers_early_data=numbers.EARLY_DATA in offers,
            is_whole=is_whole and hello.is_whole,
        )

    def _take_server_hello(self, body: bytes, place: Place) -> None:
        hello = parse_server_hello(body)
        self._hellos[1] += 1
        if not hello.suites:
            return
        self.version = version_chosen(hello)
        if hello.random == numbers.HELLO_RETRY_RANDOM:
            self.facts.retried = True
            self.facts.early_data_accepted = False if self._offers_early_data() else None
            self.awaits_server = False
            return
        self._server = hello
        number = hello.suites[0]
        self.suite = SUITES.get(number)
        if self.facts.server_hello is None:
            is_resumed = numbers.PRE_SHARED_KEY in hello.extensions if self.is_tls13 else None
            name = f"0x{number:04x}" if self.suite is None else self.suite.name
            self.facts.server_hello = ServerHello(*place, version_name(self.version), number, name, is_resumed)
            chosen = protocols(hello.extensions.get(numbers.ALPN, b""))
            self.facts.alpn = chosen[0] if chosen else None
        if self.is_tls13:
            self._make_ladders()
            self.awaits_server = self.ladders[1] is not None and self._offers_early_data()

    def _offers_early_data(self) -> bool:
        return self._client is not None and numbers.EARLY_DATA in self._client.extensions

    def _take_encrypted_extensions(self, body: bytes) -> None:
        at, end = 2, 2 + int.from_bytes(body[:2])
        found: dict[int, bytes] = {}
        while at + 4 <= min(end, len(body)):
            length = int.from_bytes(body[at + 2 : at + 4])
            found.setdefault(int.from_bytes(body[at : at + 2]), body[at + 4 : at + 4 + length])
            at += 4 + length
        chosen = protocols(found.get(numbers.ALPN, b""))
        self.facts.alpn = chosen[0] if chosen else self.facts.alpn
        if self._offers_early_data() and self.facts.early_data_accepted is None:
            self.facts.early_data_accepted = numbers.EARLY_DATA in found
        self.awaits_server = False

    def _note_resumption(self, *, is_resumed: bool) -> None:
        known = self.facts.server_hello
        if known is not None and known.is_resumed is None:
            self.facts.server_hello = replaced(known, is_resumed=is_resumed)

    # --- keys ---

    def _secrets(self) -> Secrets | None:
        """Return what the key logs have of this session; says in the facts why it is of no use."""
        client, suite = self._client, self.suite
        if client is None or len(client.random) < 32:
            self._note(Opening.NO_KEYS if self._keys.is_empty else Opening.NOT_TOLD)
            return None
        found = self._keys.find(client.random)
        if found is None and not self.is_tls13 and (premaster := self._keys.premaster(self._key_exchange[2:])):
            found = {PREMASTER_SECRET: premaster}
        if found is not None and (suite is None or not suite.cipher):
            self._note(Opening.UNSUPPORTED)
            return None
        return found

    def _note(self, opening: Opening) -> None:
        if self.facts.opening is not Opening.OPENED:
            self.facts.opening = opening

    def _make_ladders(self) -> None:
        """Make the keys of TLS 1.3 for both sides."""
        secrets, suite = self._secrets(), self.suite
        if secrets is None or suite is None:
            return
        for side, prefix in enumerate(_PREFIXES):
            labels = [EARLY] if side == 0 and self._offers_early_data() and not self.facts.retried else []
            labels += [HANDSHAKE, TRAFFIC]
            steps = [Tls13Protection(suite, secrets[prefix + label]) for label in labels if prefix + label in secrets]
            if steps:
                early = int(EARLY in labels and prefix + EARLY in secrets)
                handshake = int(prefix + HANDSHAKE in secrets)
                self.ladders[side] = Ladder(steps, self._keys.budget, early_steps=early, handshake_steps=handshake)

    def guess(self, side: int, record: Record) -> Opened | None:
        """Open a record where the server's choice was not captured: with each suite of TLS 1.3 that was offered."""
        client = self._client
        if self.version or client is None or self._guesses >= MAX_GUESSES or len(client.random) < 32:
            return None
        self._guesses += 1
        secrets = self._keys.find(client.random) or {}
        sizes = {len(secret) for secret in secrets.values()}
        for number in client.suites:
            suite = SUITES.get(number)
            if number >> 8 != 0x13 or suite is None or _HASH_BYTES[suite.hash] not in sizes:
                continue
            self.version, self.suite = numbers.TLS_13, suite
            self._make_ladders()
            ladder = self.ladders[side]
            opened = None if ladder is None else ladder.open(record)
            if opened is not None:
                return opened
            self.version, self.suite, self.ladders[:] = 0, None, (None, None)
        return None

    def _make_pair(self) -> tuple[Protection, Protection] | None:
        """Make the keys of TLS 1.2 and below for both sides."""
        server = self._server
        if server is None or self._client is None or len(server.random) < 32:
            has_secrets = self._client is not None and self._keys.find(self._client.random) is not None
            self._note(Opening.NOT_TOLD if has_secrets else Opening.NO_KEYS)
            return None
        secrets, suite = self._secrets(), self.suite
        if secrets is None or suite is None:
            return None
        hash_name = suite.hash if self.version == numbers.TLS_12 else "md5+sha1"
        master = secrets.get(MASTER_SECRET)
        if master is None and PREMASTER_SECRET in secrets:
            randoms = self._client.random + server.random
            is_extended = numbers.EXTENDED_MASTER_SECRET in server.extensions
            transcript = self._session_transcript() if is_extended else None
            master = master_secret(secrets[PREMASTER_SECRET], randoms, hash_name, transcript)
        if master is None:
            return None
        seed = server.random + self._client.random
        block = prf(master, b"key expansion", seed, block_bytes(suite), hash_name)
        return tls12_protections(
            suite,
            block,
            encrypt_then_mac=numbers.ENCRYPT_THEN_MAC in server.extensions,
            is_chained=self.version <= numbers.TLS_10,
        )

    def _remember(self, side: int, raw: bytes) -> None:
        """Keep a message for the extended master secret, if one may have to be computed."""
        if self._keys.is_empty or self.is_tls13 or self._transcript_bytes > MAX_TRANSCRIPT_BYTES:
            return
        if raw[0] == numbers.CLIENT_HELLO:
            self._transcript = ([], [])
            self._transcript_bytes = 0
        self._transcript[side].append(raw)
        self._transcript_bytes += len(raw)

    def _session_transcript(self) -> bytes:
        """Join the messages from ClientHello to ClientKeyExchange (RFC 7627 section 3) in their order."""
        client, server = self._transcript
        until = _end_of(client, numbers.CLIENT_KEY_EXCHANGE)
        return b"".join((*client[:1], *server[: _end_of(server, numbers.SERVER_HELLO_DONE)], *client[1:until]))


def _end_of(messages: list[bytes], kind: int) -> int:
    """Return how many messages there are up to the first of a kind, that one included; all if there is none."""
    return next((number for number, raw in enumerate(messages, 1) if raw[0] == kind), len(messages))
