import subprocess
from io import BytesIO
from pathlib import Path

from osspcap.analysis import dissect
from osspcap.bundle.pcapng import PacketToWrite, write_pcapng
from osspcap.capture.reader import open_capture
from tests.build.wire import Capture

NS = 1_546_068_754_123_456_789


def written(capture: Capture, *, key_log: bytes = b"") -> bytes:
    packets = [
        PacketToWrite(1, NS + number, len(packet.data), packet.data, f"frame {number + 7}")
        for number, packet in enumerate(capture.packets)
    ]
    return b"".join(write_pcapng(packets, application="osspcap bundle 1", comment="c" * 5, key_log=key_log))


def handshake() -> Capture:
    capture = Capture()
    capture.tcp().handshake()
    return capture


def test_what_is_written_is_read_back_to_the_nanosecond() -> None:
    dissection = dissect("-", stdin=BytesIO(written(handshake())))
    assert (dissection.capture.packets, dissection.capture.first_packet_ns) == (3, NS)
    assert dissection.capture.application == "osspcap bundle 1"
    assert dissection.connections[0].handshake is not None


def test_keys_stand_in_front_of_the_packets() -> None:
    log = b"CLIENT_RANDOM 00 11\n"
    with open_capture("-", stdin=BytesIO(written(handshake(), key_log=log))) as reader:
        assert reader.key_logs() == [log]


def test_comments_are_those_that_tshark_shows(tmp_path: Path) -> None:
    path = tmp_path / "x.pcapng"
    path.write_bytes(written(handshake()))
    command = ["tshark", "-r", str(path), "-T", "fields", "-e", "frame.number", "-e", "frame.comment"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:3] == ["1\tframe 7", "2\tframe 8", "3\tframe 9"]


def test_packets_of_several_link_types_have_interfaces_of_their_own() -> None:
    packets = [PacketToWrite(link, NS, 100, b"x" * 20, "") for link in (1, 101, 1)]
    content = b"".join(write_pcapng(packets, application="a", comment=""))
    with open_capture("-", stdin=BytesIO(content)) as reader:
        links = [link for batch, _ in reader.batches() for link in batch.link.tolist()]
    assert links == [1, 101, 1]
