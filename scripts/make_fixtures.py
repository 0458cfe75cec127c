"""Makes the synthetic captures in `fixtures/`: the same bytes on every run.

    python scripts/make_fixtures.py [DIR]          default: fixtures/

Both come from one exchange that the OSS FAQ for the Python SDK quotes (sources A to C): a CompleteMultipartUpload that
works on one machine and is answered with 403 SignatureDoesNotMatch on another. `faild.pcap` tells it with keys of its
own, so that every signature in it can be recomputed; `faq-sample.pcap` keeps the oddities of the printed text. The
captures that clients really made are copied as they are, see `fixtures/README.md`.
"""

import argparse
import base64
import hmac
import json
from pathlib import Path

from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw
from scapy.utils import EDecimal, wrpcap

CLIENT, CLIENT_PORT, CLIENT_MAC = "192.0.2.23", 41822, "02:00:00:00:00:17"
SERVER, SERVER_PORT, SERVER_MAC = "203.0.113.10", 80, "02:00:00:00:00:fe"
START_US = 1_546_068_754_104_233
"""2018-12-29T07:32:34.104233Z by the client's clock: the second that the quoted Date header names."""

HOST = "rokid.oss-cn-hangzhou.aliyuncs.com"
TARGET = "/ttsservice%2Fpasswd?uploadId=D468E486D1D94D90A1AB8885A4E32AE0"
CLIENT_DATE = "Sat, 29 Dec 2018 07:32:34 GMT"
SERVER_DATE = "Sat, 29 Dec 2018 07:33:43 GMT"
"""69 s later: the two machines' clocks differ, well inside the 900 s that OSS allows."""
REQUEST_ID = "5C2723573183A12D1A2B3C4D"
"""Printed with 16 digits; OSS sends 24, the last eight are invented."""
BODY = (
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"3195544E19D99658706D51EF50A1B2C3"</ETag>'
    "</Part></CompleteMultipartUpload>"
)
"""Printed with 25 digits in the ETag; with 32 the body has the 137 bytes that the printed Content-Length announces."""
STRING_TO_SIGN = (
    f"POST\n\napplication/x-www-form-urlencoded\n{CLIENT_DATE}\n"
    "/rokid/ttsservice/passwd?uploadId=D468E486D1D94D90A1AB8885A4E32AE0"
)

FAILD_KEY_ID = "LTAI4FixtureFaildKey01"
FAILD_CLIENT_SECRET = "FixtureSecretTheClientHolds001"
"""What the client signs with; the server holds another one, so the signature it computes is another one."""
FAILD_SERVER_SECRET = "FixtureSecretTheServerHolds002"
"""Not used for any byte of the capture: a 403 never shows the right signature."""

SAMPLE_KEY_ID = "LTAIknFrFaqInvented01"
SAMPLE_SIGNATURE = "r2KPR0y4E0G5tnU/MYdcvXHPQQ4="
SAMPLE_BYTES = STRING_TO_SIGN.replace("/rokid/", "/rokid-ops-model/")
"""The printed hex names another bucket than the printed text: the text was edited before it was published."""

CATEGORIES = (
    "proxy",
    "signature",
    "clock",
    "cors",
    "callback",
    "post",
    "referer",
    "permission",
    "sts",
    "endpoint",
    "multipart",
    "integrity",
    "network",
    "performance",
    "tls",
    "request",
    "media",
    "capture",
)
"""Families of rules, as reports name them."""


def sign(secret: str, text: str) -> str:
    """V1 signature: base64 of HMAC-SHA1."""
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()


def hex_bytes(text: str) -> str:
    """StringToSignBytes as OSS writes it: upper-case pairs, a blank behind each."""
    return "".join(f"{byte:02X} " for byte in text.encode())


def request(key_id: str, signature: str) -> bytes:
    """The quoted request, header by header."""
    head = (
        f"POST {TARGET} HTTP/1.1\r\n"
        f"Host: {HOST}\r\n"
        "Accept-Encoding: identity\r\n"
        "Accept: */*\r\n"
        f"Content-Length: {len(BODY)}\r\n"
        f"date: {CLIENT_DATE}\r\n"
        f"authorization: OSS {key_id}:{signature}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        "User-Agent: aliyun-sdk-python/2.6.0(Linux/4.4.0-31-generic/x86_64;3.4.3)\r\n"
        "\r\n"
    )
    return (head + BODY).encode()


def response(document: str) -> bytes:
    """The quoted response head around a document."""
    head = (
        "HTTP/1.1 403 Forbidden\r\n"
        "Server: AliyunOSS\r\n"
        f"Date: {SERVER_DATE}\r\n"
        "Content-Type: application/xml\r\n"
        f"Content-Length: {len(document.encode())}\r\n"
        "Connection: keep-alive\r\n"
        f"x-oss-request-id: {REQUEST_ID}\r\n"
        "x-oss-server-time: 0\r\n"
        "\r\n"
    )
    return (head + document).encode()


def faild_document(signature: str) -> str:
    """The error as OSS sends it, true to the captured request."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n  <Code>SignatureDoesNotMatch</Code>\n'
        "  <Message>The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.</Message>\n"
        f"  <RequestId>{REQUEST_ID}</RequestId>\n  <HostId>{HOST}</HostId>\n"
        f"  <OSSAccessKeyId>{FAILD_KEY_ID}</OSSAccessKeyId>\n"
        f"  <SignatureProvided>{signature}</SignatureProvided>\n"
        f"  <StringToSign>{STRING_TO_SIGN}</StringToSign>\n"
        f"  <StringToSignBytes>{hex_bytes(STRING_TO_SIGN)}</StringToSignBytes>\n</Error>\n"
    )


def sample_document() -> str:
    """The error as the FAQ prints it: blanks in the prolog and around values, the empty line of StringToSign lost."""
    return (
        '<? xml version="1.0" encoding="UTF-8"? >\n<Error>\n <Code>SignatureDoesNotMatch</Code>\n'
        " <Message>The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method. </Message>\n"
        f" <RequestId> {REQUEST_ID} </RequestId>\n <HostId>{HOST}</HostId>\n"
        f" <OSSAccessKeyId> {SAMPLE_KEY_ID} </OSSAccessKeyId>\n"
        f" <SignatureProvided>{SAMPLE_SIGNATURE}</SignatureProvided>\n"
        f" <StringToSign>{STRING_TO_SIGN.replace('POST' + chr(10) * 2, 'POST' + chr(10))}</StringToSign>\n"
        f" <StringToSignBytes>{hex_bytes(SAMPLE_BYTES)}</StringToSignBytes>\n</Error>\n"
    )


def conversation(sent: bytes, answered: bytes) -> list[Packet]:
    """Handshake, request, ACK, response, ACK, FIN: each packet with the time at which the client's tcpdump saw it."""
    seq, ids = [2_183_406_112, 907_551_840], [0x3A10, 0]
    packets: list[Packet] = []
    ends = ((CLIENT, CLIENT_PORT, CLIENT_MAC, 64), (SERVER, SERVER_PORT, SERVER_MAC, 51))
    clock = [811_004_120, 2_430_118_877]
    now_us = START_US

    def send(side: int, flags: str, payload: bytes = b"", *, after_us: int) -> None:
        nonlocal now_us
        now_us += after_us
        source, target = ends[side], ends[1 - side]
        elapsed_ticks = (now_us - START_US) // 4000  # both kernels count in 4 ms (HZ=250)
        stamps = (clock[side] + elapsed_ticks, 0 if flags == "S" else clock[1 - side] + elapsed_ticks)
        options: list[tuple[str, object]] = [("NOP", None), ("NOP", None), ("Timestamp", stamps)]
        if "S" in flags:
            options = [("MSS", 1460 if side == 0 else 1440), ("SAckOK", b""), ("Timestamp", stamps), ("NOP", None)]
            options.append(("WScale", 7))
        ids[side] += 1
        packet = (
            Ether(src=source[2], dst=target[2], type=0x0800)
            / IP(src=source[0], dst=target[0], ttl=source[3], id=ids[side], flags="DF")
            / TCP(
                sport=source[1],
                dport=target[1],
                seq=seq[side],
                ack=seq[1 - side] if "A" in flags else 0,
                flags=flags,
                window=29_200 if "S" in flags else 229,
                options=options,
            )
        )
        if payload:
            packet /= Raw(payload)
        packet.time = EDecimal(now_us) / 1_000_000
        packets.append(packet)
        seq[side] += len(payload) + ("S" in flags or "F" in flags)

    send(0, "S", after_us=0)
    send(1, "SA", after_us=28_411)
    send(0, "A", after_us=38)
    # this interpreter's http.client joins head and body into one write, so they share a segment
    send(0, "PA", sent, after_us=164)
    send(1, "A", after_us=28_520)
    send(1, "PA", answered, after_us=1_906)
    send(0, "A", after_us=41)
    send(0, "FA", after_us=212_330)
    send(1, "FA", after_us=28_377)
    send(0, "A", after_us=29)
    return packets


def truth(case: str, key_evidence: list[str], must_find: list[tuple[str, str, str]]) -> str:
    """What a report must say, in the form of the captures that clients made."""
    allowed = {category for category, _, _ in must_find}
    quiet = [name for name in CATEGORIES if name not in allowed]
    record = {
        "case": case,
        "capture": f"{case}.pcap",
        "exchanges": [
            {
                "method": "POST",
                "host": HOST,
                "target": TARGET,
                "status": 403,
                "request_id": REQUEST_ID,
                "oss_code": "SignatureDoesNotMatch",
                "bucket": "rokid",
                "object": "ttsservice/passwd",
            }
        ],
        "must_find": [
            {"category": category, "cause": cause, "why": why, "key_evidence": key_evidence}
            for category, cause, why in must_find
        ],
        "must_not_find": quiet,
        "severity": "error",
    }
    return json.dumps(record, indent=1) + "\n"


def write(folder: Path, case: str, packets: list[Packet], truth_text: str) -> None:
    """Write a capture and its truth."""
    wrpcap(str(folder / f"{case}.pcap"), packets, linktype=1, endianness="<", snaplen=262144)
    (folder / f"{case}.json").write_text(truth_text, encoding="utf-8")


def main() -> None:
    """Write both captures."""
    parser = argparse.ArgumentParser(description="Makes the synthetic captures in fixtures/.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parents[1] / "fixtures")
    folder = parser.parse_args().folder
    signature = sign(FAILD_CLIENT_SECRET, STRING_TO_SIGN)
    evidence = ["SignatureDoesNotMatch", REQUEST_ID]
    write(
        folder,
        "faild",
        conversation(request(FAILD_KEY_ID, signature), response(faild_document(signature))),
        truth(
            "faild",
            [*evidence, FAILD_KEY_ID],
            [
                (
                    "signature",
                    "wrong-access-key-secret",
                    "client and server signed the same string with different secrets",
                )
            ],
        ),
    )
    write(
        folder,
        "faq-sample",
        conversation(request(SAMPLE_KEY_ID, SAMPLE_SIGNATURE), response(sample_document())),
        truth(
            "faq-sample",
            evidence,
            [("signature", "string-to-sign-inconsistent", "the printed text and the printed bytes name two buckets")],
        ),
    )


if __name__ == "__main__":
    main()
