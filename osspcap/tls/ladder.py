"""The keys of one direction in the order in which they come into use, and records opened with them.

Each step is one `Protection` with sequence numbers from 0. Messages say when the next one begins (Finished,
KeyUpdate, ChangeCipherSpec); where the message that says so is lost, or its keys are not in the log, the next step is
tried as well, so a hole costs no more than the records in it.

Behind a hole the sequence number is unknown: those that the number of lost bytes allows are tried, the smallest first,
within `MAX_TRIALS`. A capture as a whole has a budget of such trials, so that hostile ones cannot buy time with them.

Source: RFC 8446 sections 5.3 and 7.2, RFC 5246 section 6.1.
"""

from collections.abc import Sequence

from osspcap.model.record import growing_record
from osspcap.tls.items import Record
from osspcap.tls.protection import Opened, Protection
from osspcap.tls.recognise import MAX_RECORD_BYTES, RECORD_HEADER_BYTES

MAX_TRIALS = 8_192
"""Sequence numbers tried behind one hole."""
MAX_FAILURES = 64
"""Records in a row that open with no key, until a direction is given up."""
MAX_TRIALS_IN_ALL = 200_000
"""Sequence numbers tried behind all holes of a capture together: some 3 s."""


@growing_record
class TrialBudget:
    """What is left of the trials of a capture."""

    left: int = MAX_TRIALS_IN_ALL


class Ladder:
    """The keys of one direction."""

    __slots__ = (
        "_before_data",
        "_budget",
        "_doubt",
        "_early",
        "_failures",
        "_index",
        "_sequence",
        "_steps",
        "_succeeded",
        "is_dead",
    )

    def __init__(
        self, steps: Sequence[Protection], budget: TrialBudget, *, early_steps: int = 0, handshake_steps: int = 0
    ) -> None:
        """Begin with the first of at least one step.

        Args:
            steps: First those of 0-RTT data, then of the handshake, then of data.
            budget: Trials of the capture.
            early_steps: How many are of 0-RTT data.
            handshake_steps: How many are of the handshake.
        """
        self._steps = list(steps)
        self._early = early_steps
        self._before_data = early_steps + handshake_steps
        self._index = 0
        self._sequence = 0
        self._budget = budget
        self._succeeded = False  # a record was opened in this step
        self._doubt = 0  # records that may have been passed over since the last one that was opened
        self._failures = 0
        self.is_dead = False
        """No record opened for too long: nothing is tried any more."""

    @property
    def step(self) -> Protection:
        """Protection in use."""
        return self._steps[self._index]

    @property
    def is_early(self) -> bool:
        """Tell whether what was opened last is 0-RTT data."""
        return self._index < self._early

    @property
    def is_handshake(self) -> bool:
        """Tell whether the handshake's own keys are in use."""
        return self._early <= self._index < self._before_data

    @property
    def overhead(self) -> int:
        """Bytes that a record is longer than its content."""
        return self.step.overhead

    def content_bytes(self, length: int, records: int) -> int:
        """Return how much content a stretch of the stream held, given how many records it was."""
        if not records:
            return 0
        each, rest = divmod(length, records)
        return records * self.step.content_bytes(each - RECORD_HEADER_BYTES) + rest

    def open(self, record: Record) -> Opened | None:
        """Open the next record; None if no key does it."""
        if self.is_dead:
            return None
        opened = self.step.open(self._sequence, record.kind, record.version, record.payload)
        if opened is not None:
            self._sequence += 1
            self._succeeded = True
            self._failures = self._doubt = 0
            return opened
        opened = self._open_ahead(record)
        if opened is not None:
            return opened
        self._failures += 1
        self.is_dead = self._failures >= MAX_FAILURES
        if self._succeeded:
            self._sequence += 1
        return None

    def _open_ahead(self, record: Record) -> Opened | None:
        """Try the first records of the steps that follow, and those of this step that doubt allows."""
        for index in range(self._index, min(self._index + 3, len(self._steps) + 1)):
            protection = self._protection(index)
            if protection is None:
                break
            first = self._sequence if index == self._index else 0
            for sequence in range(max(first - self._doubt, 0), first + min(self._doubt, 16) + 1):
                opened = protection.open(sequence, record.kind, record.version, record.payload)
                if opened is not None:
                    self._stand(index, sequence + 1)
                    return opened
        return None

    def skip(self) -> None:
        """Pass over a record that a hole tore."""
        if self._succeeded:
            self._sequence += 1
        self._doubt += 1

    def advance(self) -> None:
        """Go on to the next step: the other side was told so."""
        if self._protection(self._index + 1) is not None:
            self._stand(self._index + 1, 0)
            self._succeeded = False

    def resume(self, record: Record, lost_bytes: int) -> tuple[Opened, int, bool] | None:
        """Open a record behind a hole.

        Returns:
            What it holds, how many records were lost in front of it in the step it belongs to, and whether that is the
            step in which the hole began; None if it does not authenticate with any number tried.
        """
        if self.is_dead:
            return None
        begun, smallest = self._index, RECORD_HEADER_BYTES + self.overhead
        fewest = -(-lost_bytes // (RECORD_HEADER_BYTES + MAX_RECORD_BYTES))
        most = lost_bytes // smallest + self._doubt
        for index in range(begun, min(begun + 3, len(self._steps) + 1)):
            protection = self._protection(index)
            if protection is None:
                break
            first, start = (self._sequence, fewest) if index == begun else (0, 0)
            for lost in range(start, min(most, start + MAX_TRIALS) + 1):
                if self._budget.left <= 0:
                    return None
                self._budget.left -= 1
                opened = protection.open(first + lost, record.kind, record.version, record.payload)
                if opened is not None:
                    self._stand(index, first + lost + 1)
                    return opened, lost, index == begun
        return None

    def _stand(self, index: int, sequence: int) -> None:
        self._index, self._sequence, self._succeeded = index, sequence, True
        self._failures = self._doubt = 0

    def _protection(self, index: int) -> Protection | None:
        """Return a step; the one behind the last is made by an update, if there is such a thing."""
        if index == len(self._steps):
            updated = self._steps[-1].updated()
            if updated is None:
                return None
            self._steps.append(updated)
        return self._steps[index]
