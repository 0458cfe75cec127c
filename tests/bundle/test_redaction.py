"""Packets of a stream without their secrets, whatever way the bytes were cut into packets."""

from pathlib import Path

import pytest

from osspcap.analysis import Options, analyze
from osspcap.bundle.evidence import make_evidence
from tests.build.http import oss_error, request, response
from tests.build.wire import Capture


def refusal(status: int, code: str, **elements: str) -> bytes:
    return response(status, "No", body=oss_error(code, "Refused.", **elements), Content_Type="application/xml")


SIGNATURE = "r2KPR0y4E0G5tnU/MYdcvXHPQQ4="
UPLOAD = request(
    "PUT", body=b"stored bytes " * 50, Authorization=f"OSS LTAI4FixtureKeyIdey01:{SIGNATURE}", Cookie="sid=abcdefgh"
)
ANSWER = refusal(403, "SignatureDoesNotMatch", SignatureProvided=SIGNATURE)


def evidence_of(capture: Capture, tmp_path: Path, *, include_bodies: bool = False) -> bytes:
    path = capture.write(tmp_path / "x.pcap")
    made = make_evidence(path, analyze(path, Options(select=("SIG", "REQ"))), include_bodies=include_bodies)
    assert made is not None
    return made.content


def conversation(size: int) -> Capture:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(UPLOAD, size=size)
    tcp.server(ANSWER, size=size)
    tcp.close()
    return capture


@pytest.mark.parametrize("size", [1400, 100, 9])
def test_secrets_are_found_across_packets(tmp_path: Path, size: int) -> None:
    content = evidence_of(conversation(size), tmp_path)
    (tmp_path / "evidence.pcapng").write_bytes(content)
    (exchange,) = analyze(tmp_path / "evidence.pcapng").exchanges
    assert exchange.request is not None
    assert exchange.response is not None
    fields = exchange.request.fields()
    assert fields.get("Authorization") == "OSS LTAI4FixAAAAAAAAAey01:AAAAAAAAAAAAAAA/AAAAAAAAAAA="
    assert fields.get("Cookie") == "sid=AAAAAAAA"
    assert b"<SignatureProvided>AAAAAAAAAAAAAAA/AAAAAAAAAAA=<" in exchange.response.body.content


def test_object_data_is_left_out_unless_asked_for(tmp_path: Path) -> None:
    assert b"stored bytes" not in evidence_of(conversation(1400), tmp_path)
    assert b"stored bytes" in evidence_of(conversation(1400), tmp_path, include_bodies=True)


def test_a_retransmission_is_filled_as_its_original(tmp_path: Path) -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    first = tcp.next_seq[0]
    tcp.client(UPLOAD, size=400)
    tcp.send(0, 0x18, UPLOAD[:300], seq=first)
    tcp.server(ANSWER)
    content = evidence_of(capture, tmp_path)
    assert SIGNATURE.encode() not in content
    assert content.count(b"LTAI4FixAAAAAAAAAey01") == 2


def test_the_next_head_in_a_packet_with_object_data_stays(tmp_path: Path) -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(UPLOAD + request("GET", "/next"), size=3000)
    tcp.server(ANSWER + refusal(404, "NoSuchKey"))
    content = evidence_of(capture, tmp_path)
    assert b"stored bytes" not in content
    assert b"GET /next HTTP/1.1" in content


def test_the_file_of_a_form_is_blanked_and_its_fields_are_not(tmp_path: Path) -> None:
    parts = [("key", "a.txt"), ("Signature", SIGNATURE), ("file", "stored bytes")]
    body = b"".join(
        f'--b7\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in parts
    )
    form = request("POST", "/", body=body + b"--b7--\r\n", Content_Type="multipart/form-data; boundary=b7")
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(form)
    tcp.server(refusal(403, "SignatureDoesNotMatch"))
    content = evidence_of(capture, tmp_path)
    assert b"stored bytes" not in content
    assert SIGNATURE.encode() not in content
    assert b'name="key"\r\n\r\na.txt\r\n' in content
    assert b'name="file"\r\n\r\n............\r\n--b7--' in content


def test_bytes_that_are_no_http_are_left_out(tmp_path: Path) -> None:
    capture = Capture()
    tcp = capture.tcp()
    tcp.handshake()
    tcp.client(b"\x00some other protocol with hunter2 in it")
    tcp.client(UPLOAD)
    tcp.server(ANSWER)
    assert b"hunter2" not in evidence_of(capture, tmp_path)
