"""Key logs: the secrets that a TLS program wrote down, in the format of NSS.

In: the bytes of a file or of a Decryption Secrets Block. Out: secrets by client random. Lines that say nothing known
are passed over, so notes, other tools' lines and a cut last line do no harm. What was read never appears in a
representation or a message.

Source: RFC 9850 (SSLKEYLOGFILE format); "NSS Key Log Format"; Wireshark's `tls.keylog_file`, whose two other lines
(`RSA`, `PMS_CLIENT_RANDOM`) give premaster secrets.
"""

import re
from collections.abc import Iterable, Iterator

MAX_KEY_LOG_BYTES = 64 * 1024 * 1024
"""Of one key log that is read: some 400,000 TLS 1.3 lines."""
MAX_SESSIONS = 500_000
"""Sessions that are kept of all key logs; those behind them are passed over."""
MAX_LABELS = 16
"""Secrets that are kept of one session."""

MASTER_SECRET = "CLIENT_RANDOM"  # noqa: S105 - the name of a secret
"""Label of a TLS 1.2 master secret."""
PREMASTER_SECRET = "PMS_CLIENT_RANDOM"  # noqa: S105 - likewise
"""Label of a premaster secret by client random."""
EARLY, HANDSHAKE, TRAFFIC = "EARLY_TRAFFIC_SECRET", "HANDSHAKE_TRAFFIC_SECRET", "TRAFFIC_SECRET_0"
"""TLS 1.3, behind `CLIENT_` and `SERVER_`."""

_LABELS = (
    "CLIENT_RANDOM",
    "PMS_CLIENT_RANDOM",
    "CLIENT_EARLY_TRAFFIC_SECRET",
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    "CLIENT_TRAFFIC_SECRET_0",
    "SERVER_TRAFFIC_SECRET_0",
)
_LINE = (
    rb"(?:^|(?<=\n))[ \t]*+(?:"
    rb"(?P<label>" + "|".join(_LABELS).encode() + rb")[ \t]++(?P<random>[0-9a-fA-F]{64})"
    rb"[ \t]++(?P<secret>(?:[0-9a-fA-F]{2}){16,64})"
    rb"|RSA[ \t]++(?P<encrypted>[0-9a-fA-F]{16})[ \t]++(?P<premaster>[0-9a-fA-F]{96})"
    rb")(?=[ \t]*+(?:\n|$|#))"
)
_PRIVATE_KEY = rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"

Secrets = dict[str, bytes]
"""Label to secret."""


class KeyLog:
    """The secrets of any number of key logs; of equal lines about one session the first holds."""

    __slots__ = ("_by_random", "_premaster")

    def __init__(self, logs: Iterable[bytes] = ()) -> None:
        self._by_random: dict[bytes, Secrets] = {}
        self._premaster: dict[bytes, bytes] = {}
        for log in logs:
            self.add(log)

    def add(self, log: bytes) -> int:
        """Take the lines of one key log, up to `MAX_KEY_LOG_BYTES`; return how many of them held a secret."""
        count = 0
        for found in re.finditer(_LINE, log[:MAX_KEY_LOG_BYTES].replace(b"\r", b"\n")):
            count += 1
            label, random, secret, encrypted, premaster = found.groups()
            if encrypted is not None:
                if len(self._premaster) < MAX_SESSIONS:
                    self._premaster.setdefault(bytes.fromhex(encrypted.decode()), bytes.fromhex(premaster.decode()))
                continue
            key = bytes.fromhex(random.decode())
            secrets = self._by_random.get(key)
            if secrets is None:
                if len(self._by_random) >= MAX_SESSIONS:
                    continue
                secrets = self._by_random[key] = {}
            if len(secrets) < MAX_LABELS:
                secrets.setdefault(label.decode(), bytes.fromhex(secret.decode()))
        return count

    def secrets(self, client_random: bytes) -> Secrets | None:
        """Return the secrets of a session; None if there are none."""
        return self._by_random.get(client_random)

    def premaster(self, encrypted: bytes) -> bytes | None:
        """Return the premaster secret by the first 8 bytes of its encryption in a ClientKeyExchange."""
        return self._premaster.get(encrypted[:8])

    def texts(self) -> Iterator[bytes]:
        """Iterate over all secrets, so that a report can be searched for them."""
        for secrets in self._by_random.values():
            yield from secrets.values()
        yield from self._premaster.values()

    def __len__(self) -> int:
        """Count of sessions."""
        return len(self._by_random) + len(self._premaster)

    def __repr__(self) -> str:
        """Say how much there is, and nothing of it."""
        return f"KeyLog({len(self)} sessions)"


NO_KEYS = KeyLog()
"""Shared by all runs without key logs; never added to."""


def holds_private_key(content: bytes) -> bool:
    """Tell whether a file is a private key (PEM, or DER of PKCS #1 or #8) in the place of a key log."""
    if re.search(_PRIVATE_KEY, content[:65_536]) is not None:
        return True
    # DER: a sequence that begins with version 0 (RFC 8017 appendix A.1.2, RFC 5958 section 2)
    return content[:2] in (b"\x30\x81", b"\x30\x82") and b"\x02\x01\x00" in content[3:8]
