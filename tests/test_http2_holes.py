"""HTTP/2 with parts that the capture does not hold: what can be told is told, and nothing is guessed."""

from hpack import Encoder
from hyperframe.frame import HeadersFrame

from osspcap.h2.connection import Http2Connection
from osspcap.model.anomaly import AnomalyName
from osspcap.model.stream import Event, GapCause
from tests.build.events import Talk
from tests.build.http2 import Http2Talk, oddities, pairs_of


def test_a_hole_in_data_costs_its_bytes_and_nothing_else() -> None:
    talk = Http2Talk()
    stream = talk.request("GET", "/k")
    talk.answer(stream, 200, b"1" * 3_000, {"content-length": "3000"}, size=1_000)
    talk.answer(talk.request("GET", "/next"), 200)
    lost = with_hole(talk, side=1, number=2)
    first, second = pairs_of(lost)
    assert first.response is not None
    assert (first.response.body.captured, first.response.body.missing) == (2_000, 1_000)
    assert first.response.body.holes[0].cause is GapCause.NOT_CAPTURED
    assert second.response is not None
    assert second.response.status == 200


def test_behind_lost_headers_what_refers_to_them_is_left_out_and_said() -> None:
    talk = Http2Talk()
    fields = {"x-oss-meta-a": "one"}
    talk.answer(talk.request("GET", "/lost", fields=fields), 200, fields={"server": "AliyunOSS"})
    talk.answer(talk.request("GET", "/found", fields=fields), 200, fields={"server": "AliyunOSS"})
    lost = with_hole(talk, side=0, number=1)
    first, second = pairs_of(lost)
    assert first.request is None
    assert first.response is not None
    assert second.request is not None
    assert second.request.target == "/found"
    assert "x-oss-meta-a" not in second.request.fields()
    assert "HEADERS_UNDECODABLE 2 fields left out" in oddities(second)


def test_a_stream_that_cannot_be_read_at_all_is_noted_on_the_connection() -> None:
    encoder = Encoder()
    encoder.encode([(":method", "MOVE"), (":path", "/hidden")])
    hidden = encoder.encode([(":method", "MOVE"), (":path", "/hidden")])
    talk = Talk()
    talk.send(0, HeadersFrame(3, hidden, flags=["END_HEADERS", "END_STREAM"]).serialize())
    talk.end()
    connection = Http2Connection(is_mid_stream=True)
    assert connection.feed(*talk.events) + connection.finish() == []
    assert [anomaly.name for anomaly in connection.anomalies] == [
        AnomalyName.HEADERS_UNDECODABLE,
        AnomalyName.PSEUDO_HEADER_MISSING,
    ]


def test_a_broken_header_block_is_no_guess() -> None:
    talk = Http2Talk()
    talk.frames(0, HeadersFrame(1, b"\xff\xff\xff\xff\xff", flags=["END_HEADERS", "END_STREAM"]))
    talk.frames(1, HeadersFrame(1, Encoder().encode([(":status", "200")]), flags=["END_HEADERS", "END_STREAM"]))
    (found,) = pairs_of(talk)
    assert found.request is None
    assert oddities(found)[:2] == ["HEADERS_UNDECODABLE block cannot be decoded", "PSEUDO_HEADER_MISSING"]


def test_a_capture_that_starts_inside_finds_the_next_frame() -> None:
    talk = Http2Talk()
    talk.answer(talk.request("GET", "/before"), 200, b"1" * 5_000, size=1_000)
    talk.answer(talk.request("GET", "/after"), 200, b"2")
    client, server = talk.events
    late = Talk()
    late.sides[0].extend(client[-1:])
    late.sides[1].extend(server[-3:])
    found = pairs_of(late, is_mid_stream=True)
    assert [message.request.target for message in found if message.request] == ["/after"]


def with_hole(talk: Talk, *, side: int, number: int) -> Talk:
    """Take one packet out of a direction, counted among those that carry HTTP/2 behind the connection's first."""
    lost = Talk()
    for number_of_side, events in enumerate(talk.events):
        kept: list[Event] = list(events)
        if number_of_side == side:
            chunk = kept[number]
            lost.frame, lost.next_offset[side] = chunk.frame - 1, chunk.offset
            lost.lose(side, len(chunk.data))  # type: ignore[union-attr]
            kept[number] = lost.sides[side].pop()
        lost.sides[number_of_side].extend(kept)
    return lost
