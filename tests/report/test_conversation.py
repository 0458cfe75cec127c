from typing import Any

import pytest

from osspcap.model.anomaly import Anomaly, AnomalyName
from osspcap.model.exchange import Exchange
from osspcap.model.stream import Gap, GapCause
from osspcap.report.conversation import connection_lines, exchange_lines, raw_bytes
from osspcap.report.masking import Masking
from osspcap.units import FrameNumber, StreamId
from tests.build.http import request, response
from tests.build.reports import (
    SECRETS,
    SIGNATURE,
    connection,
    exchange,
    forms_of,
    message,
    operation,
    secretive_report,
)


def shown(one: Exchange, *, show_secrets: bool = False) -> str:
    return "\n".join(map(str, exchange_lines(one, Masking(show_secrets=show_secrets))))


def test_a_conversation_in_full() -> None:
    put = message(request("PUT", "/a.txt", body=b"hello\nworld"), ms=3, end_ms=4)
    ok = message(response(body="好".encode()), frame=6, ms=6)
    assert shown(exchange(0, put, ok, operation())).splitlines() == [
        "-",
        "- exchange 0, stream 0",
        "- request, frame 4, 2018-12-29T07:32:34.003000Z",
        "> PUT /a.txt HTTP/1.1",
        "> Host: rokid.oss-cn-hangzhou.aliyuncs.com",
        "> Content-Length: 11",
        ">",
        "> hello",
        "> world",
        "- body: 11 bytes, complete",
        "- 2 ms later",
        "- response, frame 6, 2018-12-29T07:32:34.006000Z",
        "< HTTP/1.1 200 OK",
        "< Server: AliyunOSS",
        "< Date: Sat, 29 Dec 2018 07:32:34 GMT",
        "< x-oss-request-id: 5C2723573183A12D1A2B3C4D",
        "< Content-Length: 3",
        "<",
        "< 好",
        "- body: 3 bytes, complete",
    ]


def test_binary_bodies_are_dumped_and_the_rest_is_counted() -> None:
    text = shown(exchange(0, message(request("PUT", body=b"\xff\xd8" * 1000)), None, None))
    assert "> 00000000  ff d8 ff d8" in text
    assert "> 000001f0  " in text
    assert "1.5 KiB more: --raw FILE writes them" in text


def test_holes_and_missing_halves_are_stated() -> None:
    hole = Gap(100, 1460, GapCause.NOT_CAPTURED, acknowledged=True, frame=9, ts_ns=0)
    body: dict[str, Any] = {
        "announced": 5000,
        "captured": 3540,
        "missing": 1460,
        "complete": False,
        "holes": (hole,),
        "reason": "lost",
    }
    text = shown(exchange(0, message(request("PUT", body=b"x" * 100), **body), None, None))
    assert "- body: 3.5 KiB captured of 4.9 KiB announced, 1.4 KiB missing" in text
    assert "- incomplete: lost" in text
    assert "- hole of 1.4 KiB at body offset 100: not captured, yet acknowledged by the peer (frame 9)" in text
    assert "- only the first 100 bytes of the body are kept" in text
    assert "- no response was captured" in text
    assert "- the request was not captured" in shown(exchange(0, None, message(response()), None))


def test_interim_responses_and_anomalies_are_shown() -> None:
    odd = Anomaly(AnomalyName.BARE_LF, FrameNumber(4), "x\x1b")
    interim = message(b"HTTP/1.1 100 Continue\r\n\r\n")
    one = Exchange(0, StreamId(0), message(request()), message(response()), (interim,), (odd,), None)
    text = shown(one)
    assert "< HTTP/1.1 100 Continue" in text
    assert "- line-terminated-with-single-lf in frame 4 x\\x1b" in text


def test_removed_content_coding_is_mentioned() -> None:
    text = shown(exchange(0, None, message(response(body=b"\x1f\x8b zipped"), content=b"<Error/>"), None))
    assert "< <Error/>" in text
    assert "content coding removed" in text


def test_control_bytes_and_reading_direction_marks_are_escaped() -> None:
    raw = b"GET /\x1b[2J HTTP/1.1\r\nX: \x9b\x07\r\n\r\n" + "a\u202eb\x1b".encode()
    text = shown(exchange(0, message(raw), None, None))
    assert not set(text) & set("\x1b\x07\x9b\u202e")
    assert "\\x1b[2J" in text
    assert "a\\u202eb\\x1b" in text


def test_very_long_lines_are_cut_with_a_word_about_the_rest() -> None:
    text = shown(exchange(0, message(request("PUT", body=b"x" * 1500)), None, None))
    assert "- 500 more characters on this line" in text
    assert max(map(len, text.splitlines())) < 1100


def test_form_fields_are_readable_and_their_secrets_masked_beside_a_binary_file() -> None:
    form = (
        b'--b\r\nContent-Disposition: form-data; name="Signature"\r\n\r\n' + SIGNATURE.encode() + b"\r\n"
        b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n\xff\xd8'
        + SIGNATURE.encode()
        + b"\xff\r\n--b--\r\n"
    )
    text = shown(exchange(0, message(request("POST", "/", body=form)), None, None))
    assert "> ***9d69" in text
    assert "ff d8 2a 2a 2a" in text
    assert SIGNATURE not in text


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_in_any_form_is_shown_or_written_raw(name: str) -> None:
    one = secretive_report().exchanges[0]
    raw = raw_bytes(one, Masking()).decode("latin-1")
    assert not [form for form in forms_of(SECRETS[name]) if form in shown(one) or form in raw]


def test_raw_bytes_keep_their_length_and_are_unchanged_with_secrets_shown() -> None:
    one = secretive_report().exchanges[0]
    assert one.request is not None
    assert one.response is not None
    whole = one.request.raw_head + one.request.body.window + one.response.raw_head + one.response.body.window
    assert raw_bytes(one, Masking(show_secrets=True)) == whole
    hidden = raw_bytes(one, Masking())
    assert len(hidden) == len(whole)
    assert hidden != whole


def test_a_connection_is_described_before_its_exchanges() -> None:
    one = connection(sni="b.example.com")
    one.directions[1].bytes_missing, one.directions[1].first_missing_frame = 2048, FrameNumber(9)
    lines = [str(line) for line in connection_lines(one, [], Masking())]
    assert lines == [
        "- stream 0: client 192.0.2.10:50000, server 203.0.113.10:80",
        "- http/1.1, server name b.example.com, 11 packets, frames 1 to 11, closed by client",
        "- the client sent 0 bytes that were captured",
        "- the server sent 0 bytes that were captured, 2.0 KiB missing (frame 9)",
        "- no HTTP message was read on this connection",
    ]
