"""One direction of a layer of TLS: records to facts, handshake messages and plaintext.

What a record holds is told by its type where it is in clear, and by the type inside it where it was opened. Records
that nothing opens only count. Lengths of what is missing in the plaintext follow from those of the records; where
several records were lost, from how many the sequence numbers say there were.
"""

from collections.abc import Callable

from osspcap.model.stream import Chunk, End, Gap, GapCause
from osspcap.model.tls import MAX_BURSTS, Alert, Burst, Opening
from osspcap.tls import numbers
from osspcap.tls.items import Candidate, Hole, Record, Torn
from osspcap.tls.messages import MessageReader
from osspcap.tls.negotiation import Negotiation, Place
from osspcap.tls.plaintext import Plaintext
from osspcap.tls.protection import Opened
from osspcap.tls.recognise import RECORD_HEADER_BYTES
from osspcap.tls.records import RecordReader
from osspcap.units import FrameNumber, Nanoseconds

_ALERT_BYTES = 2
"""Of an alert; in TLS 1.3 it looks like application data, but nobody sends that little of it."""


class Direction:
    """Reads what one side sent."""

    __slots__ = (
        "_awaits_finished",
        "_facts",
        "_held",
        "_is_protected",
        "_last_place",
        "_messages",
        "_negotiation",
        "_opened_any",
        "_protected_records",
        "_side",
        "has_begun",
        "is_forced",
        "plaintext",
        "reader",
    )

    def __init__(self, side: int, negotiation: Negotiation) -> None:
        """Begin; `side` 0 is the client."""
        self.reader = RecordReader()
        self.plaintext = Plaintext()
        self.has_begun = False
        """A record was read, or it is known that none will be."""
        self.is_forced = False
        """Go on without the other direction."""
        self._side = side
        self._negotiation = negotiation
        self._facts = negotiation.facts.sides[side]
        self._messages = MessageReader()
        self._held: list[tuple[tuple[int, bytes], Place]] = []  # messages that wait for the other direction
        self._is_protected = False
        self._protected_records = 0
        self._awaits_finished = False  # TLS 1.2: the next handshake record is a Finished that cannot be read
        self._opened_any = False
        self._last_place = Place(FrameNumber(0), Nanoseconds(0))  # of the last handshake record in clear

    @property
    def says_no_more(self) -> bool:
        """Tell whether nothing more can be learnt of the handshake here."""
        return self.reader.is_over or self.reader.is_lost or self._messages.is_broken

    @property
    def stray(self) -> Chunk | None:
        """What stands in the place of the first record and is none."""
        return self.reader.stray if self.reader.stray is not None and not self._facts.records else None

    def run(self, may_run: Callable[[], bool]) -> bool:
        """Read while records are there and the other direction allows it; tell whether anything was read."""
        reader, moved = self.reader, False
        while may_run():
            if self._held and not self._release():
                break
            item = reader.next()
            if item is None:
                break
            moved = self.has_begun = True
            if isinstance(item, Record):
                self._take_record(item)
            else:
                self._take_other(item)
        return moved

    def finish(self) -> None:
        """Take what is left of a message that was cut by the end of the capture."""
        self._cut_message(b"", self._last_place)

    def _take_other(self, item: Torn | Hole | Candidate | End) -> None:
        match item:
            case Torn():
                self._take_torn(item)
            case Candidate():
                self._take_candidate(item)
            case Hole():
                self._facts.bytes_lost += item.length
                self._lose_message()
                self._miss(max(item.length - RECORD_HEADER_BYTES - self._overhead, 1), item.gap)
            case End():
                self.plaintext.end(item)

    @property
    def _overhead(self) -> int:
        ladder = self._negotiation.ladders[self._side]
        return self._negotiation.overhead if ladder is None else ladder.overhead

    def _take_record(self, record: Record) -> None:
        facts = self._facts
        facts.records += 1
        ladder = self._negotiation.ladders[self._side]
        kind = record.kind
        if kind == numbers.CHANGE_CIPHER_SPEC:
            self._take_change_cipher_spec(record)
        elif ladder is not None and (kind == numbers.APPLICATION_DATA or not self._is_tls13):
            opened = ladder.open(record)
            if opened is None:
                self._take_closed(record)
            else:
                self._take_opened(record, opened)
        elif kind == numbers.APPLICATION_DATA and (opened := self._negotiation.guess(self._side, record)) is not None:
            self._take_opened(record, opened)
        elif kind == numbers.APPLICATION_DATA or self._is_protected:
            self._take_closed(record)
        else:
            self._take_content(kind, memoryview(record.payload), record, is_hidden=False)
        self.plaintext.mark(record.offset + RECORD_HEADER_BYTES + len(record.payload))

    @property
    def _is_tls13(self) -> bool:
        return self._negotiation.is_tls13

    def _take_change_cipher_spec(self, record: Record) -> None:
        if not self._is_protected and not self._opened_any:
            self._lose_message()  # none in clear goes on behind it
        if self._is_tls13:
            return  # sent for the sake of middleboxes only (RFC 8446 appendix D.4)
        ladder = self._negotiation.ladders[self._side]
        if ladder is not None and ladder.open(record) is None:  # renegotiation: it is itself protected
            self._take_closed(record)
            return
        self._negotiation.take_change_cipher_spec(self._side)
        self._messages.reset()
        self._is_protected = self._awaits_finished = True

    def _take_opened(self, record: Record, opened: Opened) -> None:
        kind, content = opened
        facts, negotiation = self._facts, self._negotiation
        facts.records_opened += 1
        self._protected_records += 1
        if not self._opened_any:
            self._opened_any = True
            negotiation.facts.opening = Opening.OPENED
        if kind == numbers.APPLICATION_DATA:
            ladder = negotiation.ladders[self._side]
            self._count_data(record, len(content))
            if ladder is None or not ladder.is_early or negotiation.facts.early_data_accepted:
                self.plaintext.add(content, record)
            return
        if self._awaits_finished and kind == numbers.HANDSHAKE:
            self._awaits_finished = False
            negotiation.take_finished(self._side, _place(record))
        self._take_content(kind, content, record, is_hidden=True)

    def _take_content(self, kind: int, content: memoryview, record: Record, *, is_hidden: bool) -> None:
        place = _place(record)
        if kind == numbers.HANDSHAKE:
            self._last_place = place
            self._held += [(message, place) for message in self._messages.push(content)]
            self._release()
        elif kind == numbers.ALERT:
            self._negotiation.take_alert(content, self._side, place, was_encrypted=is_hidden)

    def _release(self) -> bool:
        """Hand over messages until one has to wait; tell whether none waits any more."""
        while self._held:
            message, place = self._held[0]
            if not self.is_forced and self._negotiation.is_early(message, self._side):
                return False
            del self._held[0]
            self._negotiation.take(message, self._side, place)
        return True

    def _take_closed(self, record: Record) -> None:
        """Count a protected record that cannot be read, and tell from outside what it is."""
        facts, negotiation = self._facts, self._negotiation
        facts.records_closed += 1
        self._protected_records += 1
        size = len(record.payload) - negotiation.overhead
        if record.kind != numbers.APPLICATION_DATA:
            if self._awaits_finished and record.kind == numbers.HANDSHAKE:
                self._awaits_finished = False
                negotiation.take_finished(self._side, _place(record))
            return
        if self._is_tls13 and self._side == 0 and self._protected_records == 1 and not self._has_early_data:
            if size == _ALERT_BYTES:
                negotiation.facts.hidden_alert = Alert(
                    True, True, -1, "encrypted alert", *_place(record), was_encrypted=True
                )
            else:
                negotiation.take_finished(0, _place(record))
            return
        if self._is_tls13 and size == _ALERT_BYTES and not self._opened_any:
            return
        self._count_data(record, max(size, 0))
        if self._opened_any:
            gap = Gap(0, max(size, 1), GapCause.NOT_CAPTURED, True, record.frame, record.ts_ns)
            self.plaintext.miss(max(size, 0), gap, GapCause.NOT_DECRYPTED)

    @property
    def _has_early_data(self) -> bool:
        hello = self._negotiation.facts.client_hello
        return hello is not None and hello.offers_early_data

    def _count_data(self, record: Record, size: int) -> None:
        facts = self._facts
        facts.data_records += 1
        facts.data_bytes += size
        bursts = facts.bursts
        if bursts and bursts[-1].peer_offset == record.peer_offset:
            burst = bursts[-1]
            burst.last_frame, burst.last_ns = _place(record)
        elif len(bursts) < MAX_BURSTS:
            place = _place(record)
            burst = Burst(*place, *place, record.peer_offset)
            bursts.append(burst)
        else:
            return
        burst.records += 1
        burst.size += size

    # --- what is missing ---

    def _take_torn(self, torn: Torn) -> None:
        facts, negotiation = self._facts, self._negotiation
        facts.records += 1
        facts.bytes_lost += torn.length
        ladder = negotiation.ladders[self._side]
        if torn.kind == numbers.HANDSHAKE and not self._is_protected:
            self._cut_message(torn.head, Place(FrameNumber(torn.frame), Nanoseconds(torn.ts_ns)))
            return
        if torn.kind != numbers.APPLICATION_DATA and not self._is_protected:
            return
        self._protected_records += 1
        self._messages.reset()
        if ladder is not None:
            ladder.skip()
            if torn.kind == numbers.APPLICATION_DATA and not ladder.is_handshake:
                self._miss(ladder.step.content_bytes(torn.length), torn.gap)

    def _take_candidate(self, candidate: Candidate) -> None:
        """Accept what may be the next record behind a hole if it authenticates, or without keys if it fits in."""
        negotiation, reader, record = self._negotiation, self.reader, candidate.record
        ladder = negotiation.ladders[self._side]
        if ladder is None or ladder.is_dead:
            if not candidate.is_followed:
                reader.refuse(candidate)
                return
            hole = reader.accept(candidate)
            self._facts.bytes_lost += hole.length
            self._lose_message()
            self._is_protected = self._is_protected or record.kind == numbers.APPLICATION_DATA
            self._take_record(record)
            return
        resumed = ladder.resume(record, reader.lost_before(candidate))
        if resumed is None:
            reader.refuse(candidate)
            return
        opened, lost_records, is_same_step = resumed
        hole = reader.accept(candidate)
        self._facts.bytes_lost += hole.length
        self._lose_message()
        if is_same_step or lost_records:
            self._miss(ladder.content_bytes(hole.length, lost_records), hole.gap)
        self._facts.records += 1
        self._take_opened(record, opened)
        self.plaintext.mark(record.offset + RECORD_HEADER_BYTES + len(record.payload))

    def _miss(self, length: int, gap: Gap) -> None:
        """State what the plaintext lacks; before anything was opened, once."""
        if self._negotiation.ladders[self._side] is not None and (self._opened_any or not self.plaintext.offset):
            self.plaintext.miss(length, gap)

    def _lose_message(self) -> None:
        if not self._is_protected and not self._opened_any:
            self._cut_message(b"", self._last_place)
        self._messages.reset()

    def _cut_message(self, head: bytes, place: Place) -> None:
        """Take the beginning of a message whose rest is not there."""
        cut = self._messages.cut(head)
        if cut is not None and len(cut[1]) >= 4 + 34:
            self._negotiation.take(cut, self._side, place, is_whole=False)


def _place(record: Record) -> Place:
    return Place(FrameNumber(record.frame), Nanoseconds(record.ts_ns))
