r"""A request as a curl command that repeats it when it is pasted into a shell.

Secrets are left out, not masked: a masked signature would only be refused. What that changes, and what else differs
from the captured request, is said in notes beside the command. Nothing captured reaches the shell or curl unquoted:
words are quoted for POSIX shells (`$'\x1b'`, which bash and zsh know, where a control byte demands it), names of header
fields are let through only if they are tokens, and bodies never stand where curl takes a file name.
"""

import base64
import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

from osspcap.model.exchange import Exchange
from osspcap.model.message import Message
from osspcap.model.stream import Connection
from osspcap.report.bodytext import as_text
from osspcap.report.masking import Masking, Secrets
from osspcap.report.sensitive import Kind, classify
from osspcap.units import format_bytes

MAX_INLINE = 4_096
"""Bytes of a text body that stands in the command itself."""
MAX_ENCODED = 49_152
"""Bytes of any other body that is given as Base64; shells take words of some 128 KiB."""
MAX_ZEROS = 1 << 30
"""Bytes of a stand-in for a body that was not kept."""

_is_token = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}").fullmatch  # RFC 9110 section 5.6.2
_is_host = re.compile(r"[A-Za-z0-9._-]{1,255}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?").fullmatch
_has_port = re.compile(r".*:\d+").fullmatch
_has_scheme = re.compile(r"https?://", re.IGNORECASE).match
_acts = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]").search
"""Finds what a terminal would act on; line feeds and tabs may stand in a quoted word."""
_URL_SAFE = "%/:?#[]@!$&'()*+,;=~-._{}|^"
_FRAMING = frozenset(("host", "content-length", "connection", "proxy-connection", "keep-alive"))
"""Header fields that curl writes itself."""
_OWN = ("Accept", "User-Agent")
"""Header fields that curl adds to every request."""
_VERSIONS = {"HTTP/1.0": "--http1.0", "HTTP/1.1": "--http1.1", "HTTP/2": "--http2"}


Option = tuple[str, str]
"""An option of curl with its value."""


class Command(NamedTuple):
    """What is to be pasted, and what one should know about it."""

    text: str
    """One command on several lines, without a line feed at its end; empty if the request cannot be repeated."""
    notes: tuple[str, ...]


def curl_command(exchange: Exchange, connection: Connection, masking: Masking) -> Command:
    """Return the command that repeats the request of an exchange."""
    request = exchange.request
    if request is None:
        return Command("", (f"exchange {exchange.id}: its request was not captured",))
    if request.method == "CONNECT" or not _is_token(request.method):
        return Command("", (f"exchange {exchange.id}: curl cannot send a request with its method",))
    notes: list[str] = []
    flags = ["curl", "--include", "--path-as-is", "--globoff"]
    flags += [_VERSIONS[request.version]] if request.version in _VERSIONS else []
    flags += ["--head"] if request.method == "HEAD" else []
    options = [] if request.method == "HEAD" else [("--request", request.method)]
    body, feeder = _body(request, masking, masking.secrets_of(exchange), notes)
    options += (*_headers(request, masking, notes, has_body=bool(body)), *body)
    url, way = _place(request, connection, masking, notes)
    lines = [" ".join(flags), *(f"{name} {shell_word(value)}" for name, value in (*options, *way)), shell_word(url)]
    return Command(feeder + " \\\n  ".join(lines), tuple(notes))


def _headers(request: Message, masking: Masking, notes: list[str], *, has_body: bool) -> Iterator[Option]:
    names: set[str] = set()
    left_out: list[str] = []
    for line in request.fields():
        name = line.name.lower()
        names.add(name)
        if name in _FRAMING:
            continue
        if not _is_token(line.name):
            left_out.append("a line that is no header field")
        elif classify(line.name) is not Kind.PLAIN and not masking.show_secrets:
            left_out.append(line.name)
        else:
            value = masking.named(line.name, line.value)
            yield "--header", f"{line.name}: {value}" if value else f"{line.name};"
    for name in (*_OWN, *(("Content-Type", "Expect") if has_body else ())):
        if name.lower() not in names:
            yield "--header", f"{name}:"  # so that curl adds none of its own
    if left_out:
        notes.append(f"left out: {', '.join(left_out)}; sign the request anew, or see --show-secrets")


def _place(request: Message, connection: Connection, masking: Masking, notes: list[str]) -> tuple[str, list[Option]]:
    """Return the URL, and how to get there if that is not what the URL says."""
    target = _without_secrets(request.target, masking, notes)
    server = masking.address(connection.server)
    if _has_scheme(target):
        return quote(target, safe=_URL_SAFE, errors="surrogateescape"), [("--proxy", f"http://{server}")]
    host = masking.plain(request.fields().get("Host"))
    if not _is_host(host):
        notes.append("the Host header is missing or names no host: the server's address stands for it")
        host = server
    scheme, port = ("https", 443) if connection.tls else ("http", 80)
    name, _, stated = host.rpartition(":") if _has_port(host) else (host, "", "")
    way: list[Option] = []
    if int(stated or port) != connection.server.port:
        way.append(("--connect-to", f"{name}:{stated or port}:{server}"))
    if target == "*":
        way.append(("--request-target", "*"))
    path = "/" if target == "*" else target if target.startswith("/") else f"/{target}"
    return f"{scheme}://{host}{quote(path, safe=_URL_SAFE, errors='surrogateescape')}", way


def _without_secrets(target: str, masking: Masking, notes: list[str]) -> str:
    path, mark, query = target.partition("?")
    if masking.show_secrets or not mark:
        return masking.plain(target)
    kept, left_out = [], []
    for parameter in query.split("&"):
        name = unquote(parameter.partition("=")[0])
        if classify(name) is Kind.PLAIN:
            kept.append(masking.plain(parameter))
        else:
            left_out.append(name)
    if left_out:
        notes.append(f"left out of the URL: {', '.join(left_out)}; sign the URL anew, or see --show-secrets")
    return masking.plain(path) + (f"?{'&'.join(kept)}" if kept else "")


def _body(request: Message, masking: Masking, secrets: Secrets, notes: list[str]) -> tuple[list[Option], str]:
    """Return curl's option for the body, and what writes it into a pipe in front of curl."""
    body = request.body
    if not body.captured and not body.announced:
        return ([] if body.announced is None or request.method in ("GET", "HEAD") else _empty(request)), ""
    is_whole = body.complete and len(body.window) == body.captured
    data = body.window if masking.show_secrets else secrets.overwrite_in(body.window)
    text = as_text(data) if is_whole and len(data) <= MAX_INLINE else None
    if data != body.window:
        notes.append("secrets in the body are overwritten with asterisks")
    if text is not None and text.encode() == data and "\0" not in text:
        shown = masking.text(text, secrets)
        if shown != text:
            notes.append("the body is masked")
        return [("--data-raw", shown)], ""
    if is_whole and len(data) <= MAX_ENCODED and not masking.is_strict:
        encoded = base64.b64encode(data).decode()
        return [("--data-binary", "@-")], f"printf %s {encoded} | base64 -d | "
    length = min(body.announced if body.announced is not None else body.captured, MAX_ZEROS)
    notes.append(f"the body is not at hand whole: {format_bytes(length)} of zeros stand for it")
    return [("--data-binary", "@-")], f"head -c {length} /dev/zero | "


def _empty(request: Message) -> list[Option]:
    """Send `Content-Length: 0` where the request did: PUT of an empty object."""
    return [("--data-raw", "")] if "Content-Length" in request.fields() else []


def shell_word(text: str) -> str:
    r"""Return a word for a shell: quoted, with control characters and marks as `$'\x1b'`."""
    if _acts(text) is None:
        return shlex.quote(text)
    raw = text.encode("utf-8", "surrogateescape")
    escaped = "".join(chr(byte) if 0x20 <= byte < 0x7F and byte not in b"'\\" else f"\\x{byte:02x}" for byte in raw)
    return f"$'{escaped}'"
