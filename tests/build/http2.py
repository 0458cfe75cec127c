"""HTTP/2 conversations: both ends played by a real implementation, their bytes put into packets of a `Talk`.

talk = Http2Talk()
stream = talk.request("GET", "/key")
talk.answer(stream, 200, b"body", {"x-oss-request-id": "5C3D"})
pairs = Http2Connection().feed(*talk.events)
"""

from collections.abc import Mapping

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import Event as H2Event
from hyperframe.frame import Frame

from osspcap.h2.connection import Http2Connection
from osspcap.model.exchange import MessagePair
from tests.build.events import Talk

HOST = "bucket.oss-cn-hangzhou.aliyuncs.com"


class Http2Talk(Talk):
    """A conversation over HTTP/2 in the making; each call sends one packet, unless `size` says otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = (
            H2Connection(H2Configuration(client_side=True, validate_outbound_headers=False)),
            H2Connection(H2Configuration(client_side=False, validate_outbound_headers=False)),
        )
        for end in self.ends:
            end.initiate_connection()
        self.flush(0)
        self.flush(1)

    def flush(self, side: int, *, size: int | None = None) -> list[H2Event]:
        """Send what an end wants to send; return what the other end made of it."""
        data = self.ends[side].data_to_send()
        if not data:
            return []
        self.send(side, data, size=size)
        return self.ends[1 - side].receive_data(data)

    def frames(self, side: int, *frames: Frame) -> None:
        """Send frames that no end would: only the capture sees them."""
        self.send(side, b"".join(frame.serialize() for frame in frames))

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        fields: Mapping[str, str] | None = None,
        *,
        ends: bool = True,
        size: int | None = None,
    ) -> int:
        """Send a request; return its stream."""
        client = self.ends[0]
        stream = client.get_next_available_stream_id()
        head = [(":method", method), (":authority", HOST), (":scheme", "https"), (":path", path)]
        client.send_headers(stream, [*head, *(fields or {}).items()], end_stream=ends and body is None)
        if body is not None:
            self.data(0, stream, body, ends=ends)
        self.flush(0, size=size)
        return stream

    def answer(
        self,
        stream: int,
        status: int,
        body: bytes | None = None,
        fields: Mapping[str, str] | None = None,
        *,
        ends: bool = True,
        size: int | None = None,
    ) -> None:
        """Send a response."""
        head = [(":status", str(status)), *(fields or {}).items()]
        self.ends[1].send_headers(stream, head, end_stream=ends and body is None and status >= 200)
        if body is not None:
            self.data(1, stream, body, ends=ends)
        self.flush(1, size=size)

    def data(self, side: int, stream: int, body: bytes, *, ends: bool = True, padding: int | None = None) -> None:
        """Queue DATA in frames of up to 16 KiB; `flush` sends it."""
        step = 16_000
        for start in range(0, max(len(body), 1), step):
            part = body[start : start + step]
            self.ends[side].send_data(stream, part, end_stream=ends and start + step >= len(body), pad_length=padding)


def pairs_of(talk: Talk, *, is_mid_stream: bool = False) -> list[MessagePair]:
    """What the HTTP/2 stage makes of a conversation."""
    connection = Http2Connection(is_mid_stream=is_mid_stream)
    return connection.feed(*talk.events) + connection.finish()


def oddities(found: MessagePair) -> list[str]:
    """Names and details of an exchange's anomalies."""
    return [f"{anomaly.name.name} {anomaly.detail}".strip() for anomaly in found.anomalies]
