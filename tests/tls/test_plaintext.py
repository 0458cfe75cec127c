from osspcap.model.stream import Chunk, End, EndCause, Gap, GapCause
from osspcap.tls.items import Record
from osspcap.tls.plaintext import MAX_MARKS, Plaintext

GAP = Gap(500, 40, GapCause.NOT_CAPTURED, True, 7, 70)


def record(frame: int, peer_offset: int = 0) -> Record:
    return Record(23, 0x0303, b"", frame, frame * 10, peer_offset, 0)


def test_contents_gaps_and_the_end_have_offsets_of_the_plaintext() -> None:
    plain = Plaintext()
    plain.add(memoryview(b"hello"), record(3))
    plain.miss(10, GAP)
    plain.add(memoryview(b""), record(4))
    plain.add(memoryview(b"bye"), record(5))
    plain.miss(0, GAP)
    plain.miss(2, GAP, GapCause.NOT_DECRYPTED)
    plain.end(End(999, EndCause.FIN, 9, 90))
    assert plain.take(Plaintext()) == [
        Chunk(0, memoryview(b"hello"), 3, 30, 0),
        Gap(5, 10, GapCause.NOT_CAPTURED, True, 7, 70),
        Chunk(15, memoryview(b"bye"), 5, 50, 0),
        Gap(18, 2, GapCause.NOT_DECRYPTED, True, 7, 70),
        End(20, EndCause.FIN, 9, 90),
    ]
    assert plain.take(Plaintext()) == []


def test_acknowledgements_count_whole_records_of_the_other_side() -> None:
    peer = Plaintext()
    for end, size in ((100, 60), (300, 170)):
        peer.add(memoryview(bytes(size)), record(1))
        peer.mark(end)
    plain = Plaintext()
    asked = (-1, 0, 99, 100, 299, 300, 310, 300 + 50_000)
    for peer_offset in asked:
        plain.add(memoryview(b"x"), record(2, peer_offset))
    told = [event.peer_offset for event in plain.take(peer) if isinstance(event, Chunk)]
    assert told == [-1, 0, 0, 60, 60, 230, 230, -1]


def test_old_records_are_forgotten() -> None:
    plain = Plaintext()
    for number in range(5 * MAX_MARKS):
        plain.mark(number)
    assert len(plain._ends) <= 2 * MAX_MARKS
    assert plain.acknowledged(0) == 0
