"""The last look at a report: the finished bytes are read for every secret that is known, in every form.

Masking works on values; this works on bytes, and shares nothing with it but the list of secrets. So a value that
masking has missed, or that a reporter forgot to give to it, is noticed before it leaves the program.

One word of 8 bytes in every 16 of the data is looked at, and every form of at least 23 bytes covers one of them,
wherever it begins. The words of all forms are kept; those of the data are looked up by a hash first, all at once, and
what is left by another. The cost is less than a nanosecond a byte, however many secrets there are.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from osspcap.model.packets import distinct
from osspcap.report.secretforms import byte_forms

WORD = 8
STRIDE = 2 * WORD
MIN_WORDED = STRIDE - 1 + WORD
"""Bytes from which on a form is sure to cover a word that is looked at."""
MIN_TABLE_BITS, MAX_TABLE_BITS = 12, 22
"""Logarithm of the entries in the hash table: at least 16 for each word, so that few are taken for one by mistake."""
MIN_SEARCHED = 8
"""Characters of the shortest secret that is searched for: a shorter one would be found in innocent text."""

_MIXES = np.uint64(0x9E37_79B9_7F4A_7C15), np.uint64(0xC2B2_AE3D_27D4_EB4F)
"""Odd numbers whose product with a word is its hash."""


class LastCheck:
    """Looks for secrets in bytes that arrive piece by piece."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: dict[bytes, str] = {}
        self._known: set[str] = set()
        self._tail = b""
        self._overlap = 0
        self._short: list[bytes] = []
        self._long: list[bytes] = []
        self._words: npt.NDArray[np.uint64] | None = None
        self._tables: list[npt.NDArray[np.bool_]] = []
        self._shift = np.uint64(0)
        self.add(secrets)

    def __bool__(self) -> bool:
        """Tell whether there is anything to look for."""
        return bool(self._forms)

    def add(self, secrets: Iterable[str]) -> None:
        """Look for these too, from the next piece on."""
        for secret in secrets:
            if len(secret) >= MIN_SEARCHED and secret not in self._known:
                self._known.add(secret)
                for form in byte_forms(secret):
                    self._forms.setdefault(form, secret)
                self._words = None

    def find(self, piece: bytes) -> str | None:
        """Return a secret that stands in this piece, or across its border with the one before; else None."""
        if not self._forms:
            return None
        if self._words is None:
            self._build()
        data = self._tail + piece
        self._tail = data[-self._overlap :]
        for form in self._suspects(data):
            if form in data:
                return self._forms[form]
        return None

    def _build(self) -> None:
        self._overlap = max(map(len, self._forms)) - 1
        self._short = [form for form in self._forms if len(form) < MIN_WORDED]
        self._long = [form for form in self._forms if len(form) >= MIN_WORDED]
        covered = b"".join([form[:MIN_WORDED] for form in self._long])
        rows = np.frombuffer(covered, np.uint8).reshape(-1, MIN_WORDED)
        self._words = distinct(np.concatenate([_words_at(rows, start) for start in range(STRIDE)]))
        bits = max(MIN_TABLE_BITS, min(MAX_TABLE_BITS, len(self._words).bit_length() + 4))
        self._shift = np.uint64(64 - bits)
        self._tables = [np.zeros(1 << bits, np.bool_) for _ in _MIXES]
        for table, mix in zip(self._tables, _MIXES, strict=True):
            table[self._hashes(self._words, mix)] = True

    def _hashes(self, words: npt.NDArray[np.uint64], mix: np.uint64) -> npt.NDArray[np.int64]:
        """Return the places of words in a table: signed, as numpy wants an index, which the shift leaves room for."""
        hashes = words * mix
        hashes >>= self._shift
        return hashes.view(np.int64)

    def _suspects(self, data: bytes) -> list[bytes]:
        """Return the forms of which at least a word stands in the data."""
        assert self._words is not None  # noqa: S101 - built by the caller
        if not len(self._words):
            return self._short
        alike = np.frombuffer(data, "<u8", len(data) // WORD)[::2]
        for table, mix in zip(self._tables, _MIXES, strict=True):
            alike = alike[table[self._hashes(alike, mix)]]
        if not len(alike):
            return self._short
        places = np.minimum(np.searchsorted(self._words, alike), len(self._words) - 1)
        found = {word.tobytes() for word in distinct(alike[self._words[places] == alike])}
        if not found:
            return self._short
        starts = range(STRIDE)
        covering = [form for form in self._long if any(form[start : start + WORD] in found for start in starts)]
        return [*self._short, *covering]


def _words_at(rows: npt.NDArray[np.uint8], start: int) -> npt.NDArray[np.uint64]:
    """Return the words that begin at an offset of each row."""
    return np.ascontiguousarray(rows[:, start : start + WORD]).view("<u8").ravel()
