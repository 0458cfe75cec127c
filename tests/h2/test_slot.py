from osspcap.content.draft import MAX_ANOMALIES, Origin
from osspcap.h2.messages import Block, draft_request, draft_response
from osspcap.h2.slot import MAX_INTERIMS, MIN_STALL_NS, Slot
from osspcap.model.anomaly import AnomalyName
from osspcap.model.stream import Chunk, Gap, GapCause

END = Chunk(0, memoryview(b""), 4, 40, -1)


def open_slot(length: bytes = b"6") -> Slot:
    slot = Slot(1)
    fields = [(b":method", b"PUT"), (b":path", b"/k"), (b"content-length", length)]
    slot.request.draft = draft_request(
        Block(1, Origin(0, 3, 30, -1), ends_stream=False), fields, END, keep_bodies=False
    )
    return slot


def test_a_slot_is_done_when_both_directions_are() -> None:
    slot = open_slot()
    slot.request.take(Chunk(9, memoryview(b"abcdef"), 5, 50, -1))
    slot.request.end_stream(6, 60, 15)
    assert not slot.is_done
    slot.response.break_off("reset", 7, 70)
    assert slot.is_done
    found = slot.pair()
    assert found.request is not None
    assert (found.request.body.complete, found.request.end_frame, found.response) == (True, 5, None)


def test_holes_count_and_what_comes_behind_the_end_does_not() -> None:
    slot = open_slot()
    slot.request.take(Chunk(9, memoryview(b"ab"), 5, 50, -1))
    slot.request.take(Gap(11, 4, GapCause.NOT_CAPTURED, True, 6, 60))
    slot.request.end_stream(7, 70, 15)
    slot.request.take(Chunk(15, memoryview(b"zz"), 8, 80, -1))
    message = slot.request.message()
    assert message is not None
    assert (message.body.captured, message.body.missing, message.anomalies) == (2, 4, ())


def test_a_short_wait_for_credit_is_no_oddity() -> None:
    for waited, count in ((MIN_STALL_NS - 1, 0), (MIN_STALL_NS, 1)):
        slot = open_slot()
        slot.request.stalled_ns = waited
        message = slot.request.message()
        assert message is not None
        assert len(message.anomalies) == count


def test_what_a_slot_remembers_is_bounded() -> None:
    slot = open_slot()
    interim = draft_response(
        Block(1, Origin(0, 3, 30, -1), ends_stream=False), [(b":status", b"103")], END, keep_bodies=False
    )
    assert interim is not None
    for _ in range(100):
        slot.note(1, (AnomalyName.GOAWAY, ""))
        slot.add_interim(interim.message())
    assert (len(slot.anomalies), len(slot.interims)) == (MAX_ANOMALIES, MAX_INTERIMS)
