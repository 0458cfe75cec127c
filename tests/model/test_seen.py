from osspcap.model.finding import Evidence
from osspcap.model.message import Message, parse_fields
from osspcap.units import FrameNumber, Nanoseconds, StreamId


def test_evidence_built_from_a_fact_points_at_the_packet_that_carried_it() -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\nDate: now\r\n\r\n"
    message = Message(
        is_request=True,
        frame=FrameNumber(4),
        ts_ns=Nanoseconds(0),
        head_end_ns=Nanoseconds(0),
        end_frame=FrameNumber(5),
        end_ns=Nanoseconds(0),
        start_offset=0,
        peer_offset=0,
        raw_head=head,
        head_frames=((0, 4), (head.index(b"Date"), 5)),
        version="HTTP/1.1",
    )
    date = parse_fields(message.raw_head, message.head_frames).first("date")
    assert date is not None
    evidence = Evidence.of(message.seen(date), stream=StreamId(2), expected="later")
    assert (evidence.frame, evidence.field, evidence.observed) == (5, "request header Date", "now")
    assert message.seen_start_line().value == "GET / HTTP/1.1"
