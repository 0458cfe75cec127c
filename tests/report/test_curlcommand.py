"""Commands are run by a real shell and a real curl against a server that keeps what it gets."""

import re
import shlex
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from osspcap.model.exchange import Exchange
from osspcap.report.curlcommand import Command, curl_command, shell_word
from osspcap.report.masking import Masking
from tests.build.http import BUCKET_HOST, request
from tests.build.http import message as raw_message
from tests.build.reports import KEY_ID, SIGNATURE, connection, exchange, message


def made(raw: bytes, *, show_secrets: bool = False, **body: Any) -> Command:
    one = exchange(0, message(raw, **body), None, None)
    return curl_command(one, connection(), Masking(show_secrets=show_secrets))


@contextmanager
def server() -> Iterator[tuple[int, list[bytes]]]:
    """A server for one request, which it keeps byte for byte."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                data = b""
                while b"\r\n\r\n" not in data:
                    data += client.recv(65_536)
                length = re.search(rb"(?i)\r\ncontent-length: (\d+)", data)
                end = data.index(b"\r\n\r\n") + 4 + (int(length[1]) if length else 0)
                while len(data) < end:
                    data += client.recv(65_536)
                received.append(data)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], received
        thread.join(10)


def replayed(raw: bytes, *, interpreter: str = "sh", **options: Any) -> bytes:
    """What a server gets if the command is pasted, with the host led to it."""
    command = made(raw, **options).text
    with server() as (port, received):
        text = command.replace("curl ", f"curl --silent --max-time 10 --connect-to ::127.0.0.1:{port} ", 1)
        done = subprocess.run([interpreter, "-c", text], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return received[0]


def sorted_lines(head: bytes) -> list[bytes]:
    return sorted(head.partition(b"\r\n\r\n")[0].split(b"\r\n"))


@pytest.mark.parametrize(
    "raw",
    [
        request("GET", "/a.txt?x=1&y=%2F..%2f", Accept="*/*", User_Agent='curl/8 (it\'s "me"; $HOME `id`)'),
        request("PUT", "/k", body=b'it\'s $HOME `id` \\ "x"\nline 2\n', Content_Type="text/plain"),
        request("PUT", "/k", body=bytes(range(256))),
        request("POST", "/k?uploadId=1", body=b"@/etc/passwd", Content_Type="application/xml"),
        request("DELETE", "/k//..//x[1-3]{a,b}", Expect="100-continue"),
        raw_message("HEAD /k HTTP/1.1", [("Host", BUCKET_HOST)]),
        request("PUT", "/empty", Content_Length="0"),
    ],
    ids=["get", "text", "binary", "at-sign", "odd-path", "head", "empty"],
)
def test_the_pasted_command_sends_the_captured_request(raw: bytes) -> None:
    got = replayed(raw)
    assert sorted_lines(got) == sorted_lines(raw)
    assert got.partition(b"\r\n\r\n")[2] == raw.partition(b"\r\n\r\n")[2]


def test_secrets_are_left_out_and_named() -> None:
    raw = request(
        "GET",
        f"/k?OSSAccessKeyId={KEY_ID}&Expires=1&Signature=abc%3D&x=1",
        Authorization=f"OSS {KEY_ID}:{SIGNATURE}",
        Cookie="sid=secret1",
        x_oss_security_token="CAIS" * 10,
    )
    command = made(raw)
    got = replayed(raw)
    assert b"GET /k?Expires=1&x=1 HTTP/1.1" in got
    for secret in (SIGNATURE, KEY_ID, "secret1", "CAISCAIS", "abc%3D"):
        assert secret not in command.text
    assert command.notes == (
        "left out: Authorization, Cookie, x-oss-security-token; sign the request anew, or see --show-secrets",
        "left out of the URL: OSSAccessKeyId, Signature; sign the URL anew, or see --show-secrets",
    )


def test_secrets_are_sent_as_captured_if_they_may_be_seen() -> None:
    raw = request("GET", "/k?Signature=abc%3D", Authorization=f"OSS {KEY_ID}:{SIGNATURE}")
    assert made(raw, show_secrets=True).notes == ()
    assert sorted_lines(raw)[0] in sorted_lines(replayed(raw, show_secrets=True))


def test_a_body_that_was_not_kept_is_replaced_by_as_many_zeros() -> None:
    raw = request("PUT", "/k", body=b"x" * 10)
    changes: dict[str, Any] = {"announced": 5_000, "captured": 10, "missing": 4_990, "complete": False}
    assert replayed(raw, **changes).endswith(b"\r\n\r\n" + bytes(5_000))
    assert made(raw, **changes).notes == ("the body is not at hand whole: 4.9 KiB of zeros stand for it",)


def test_a_secret_in_a_form_is_overwritten() -> None:
    form = f'--b\r\nContent-Disposition: form-data; name="Signature"\r\n\r\n{SIGNATURE}\r\n--b--\r\n'.encode()
    command = made(request("POST", "/", body=form))
    assert SIGNATURE not in command.text
    assert command.notes[0].startswith("secrets in the body are overwritten")


def test_hostile_parts_cannot_leave_their_words() -> None:
    raw = raw_message(
        "GET /$(touch${IFS}x)`id`';!#?a='b HTTP/1.1",
        [("Host", BUCKET_HOST), ("@/etc/passwd", "x"), ("X-A", "'; rm -rf / #"), ("X-B", "\x1b[2J'\\")],
    )
    command = made(raw)
    assert "\x1b" not in command.text
    assert "/etc/passwd" not in command.text
    assert "a line that is no header field" in command.notes[0]
    got = replayed(raw, interpreter="bash")
    assert b"X-A: '; rm -rf / #" in got.split(b"\r\n")
    assert b"X-B: \x1b[2J'\\" in got.split(b"\r\n")
    assert got.startswith(b"GET /$(touch${IFS}x)%60id%60';!")


def test_a_proxy_and_an_unusual_port_are_kept() -> None:
    proxied = raw_message("GET http://b.example.com/k HTTP/1.1", [("Host", "b.example.com")])
    assert "--proxy http://203.0.113.10:80" in made(proxied).text
    one = exchange(0, message(request("GET", "/k")), None, None)
    other = connection(sides=(connection().sides[0], connection().sides[1]._replace(port=8899)))
    text = curl_command(one, other, Masking()).text
    assert f"--connect-to {BUCKET_HOST}:80:203.0.113.10:8899" in text
    assert f"http://{BUCKET_HOST}/k" in text


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (
            exchange(3, None, message(raw_message("HTTP/1.1 200 OK", [])), None),
            "exchange 3: its request was not captured",
        ),
        (exchange(4, message(raw_message("CONNECT h:443 HTTP/1.1", [])), None, None), "exchange 4: curl cannot send"),
        (exchange(5, message(raw_message("G\x1bT / HTTP/1.1", [])), None, None), "exchange 5: curl cannot send"),
    ],
)
def test_what_cannot_be_repeated_is_said(one: Exchange, why: str) -> None:
    command = curl_command(one, connection(), Masking())
    assert command.text == ""
    assert command.notes[0].startswith(why)


def test_a_missing_host_is_replaced_by_the_address() -> None:
    command = made(raw_message("GET /k HTTP/1.1", [("Host", "a b/@c")]))
    assert "http://203.0.113.10:80/k" in command.text
    assert command.notes[0].startswith("the Host header is missing")


@pytest.mark.parametrize(
    "text", ["plain", "it's", "a b", "é", "$HOME", "", "tab\there", "\x1b[2J", "\u202ex", "it's\x07"]
)
def test_a_word_comes_back_from_the_shell_as_it_went_in(text: str) -> None:
    word = shell_word(text)
    assert word.replace("\t", "").isprintable()
    done = subprocess.run(["bash", "-c", f"printf %s {word}"], capture_output=True, check=True)
    assert done.stdout.decode() == text
    if text.isprintable():
        assert shlex.split(word) == [text]
