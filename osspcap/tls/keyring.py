"""The key logs of one run, and what became of them.

Key logs from options are known before the first packet. Those inside a capture file may stand behind the packets they
belong to, so the first connection whose keys are missing has the rest of the file searched for them, once.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from osspcap.model.stream import Connection
from osspcap.model.tls import KeyLogUse, Opening
from osspcap.tls.keylog import NO_KEYS, KeyLog, Secrets

if TYPE_CHECKING:
    from osspcap.tls.ladder import TrialBudget


class KeyRing:
    """Secrets by client random, from all there is."""

    def __init__(
        self,
        log: KeyLog = NO_KEYS,
        *,
        inside: Callable[[], Sequence[bytes]] = tuple,
        search: Callable[[], Iterable[bytes]] | None = None,
    ) -> None:
        """Begin a capture.

        Args:
            log: Key logs from options.
            inside: Returns the key logs inside the capture file, as far as it was read.
            search: Returns all key logs inside the file, also those that stand behind what was read.
        """
        self._log = log
        self._from_user = len(self._log) > 0
        self._inside_log = KeyLog()
        self._inside = inside
        self._taken = 0
        self._search = search
        self._budget: TrialBudget | None = None

    def find(self, client_random: bytes) -> Secrets | None:
        """Return the secrets of a session; None if no key log has it."""
        found = self._log.secrets(client_random) or self._find_inside(client_random)
        if found is None and self._search is not None:
            search, self._search = self._search, None
            for log in search():
                self._inside_log.add(log)
            found = self._inside_log.secrets(client_random)
        return found

    @property
    def budget(self) -> "TrialBudget":
        """Trials left to the whole capture."""
        if self._budget is None:
            from osspcap.tls.ladder import TrialBudget  # noqa: PLC0415 - most captures have nothing to decrypt

            self._budget = TrialBudget()
        return self._budget

    def premaster(self, encrypted: bytes) -> bytes | None:
        """Return a premaster secret by its encryption in a ClientKeyExchange."""
        return self._log.premaster(encrypted) or self._inside_log.premaster(encrypted)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is no secret at all, as far as was looked."""
        return not (len(self._log) or len(self._inside_log) or len(self._inside()))

    def use(self, connections: Iterable[Connection]) -> KeyLogUse | None:
        """Say what became of the key logs; None if there are none, or no TLS to use them on."""
        sessions = len(self._log) + len(self._inside_log)
        layers = [tls for connection in connections for tls in connection.tls]
        if not sessions or not layers:
            return None
        return KeyLogUse(
            is_from_user=self._from_user,
            sessions=sessions,
            opened=sum(tls.opening is Opening.OPENED for tls in layers),
            unmatched=sum(tls.opening is Opening.NO_KEYS and tls.server_hello is not None for tls in layers),
            wrong=sum(tls.opening is Opening.WRONG_KEYS for tls in layers),
        )

    def _find_inside(self, client_random: bytes) -> Secrets | None:
        inside = self._inside()
        while self._taken < len(inside):
            self._inside_log.add(inside[self._taken])
            self._taken += 1
        return self._inside_log.secrets(client_random)
