"""One exchange to one JSON object, straight to text: of a large report this is nearly all the work.

The objects are written by templates and not by encoding dictionaries: a healthy exchange costs half of what the
standard encoder alone takes for it. Header lines repeat from exchange to exchange (Host, User-Agent, Server), so the
JSON of a line is remembered. Lines that are not plain ASCII, folded or malformed take the model's own parser.
"""

import json.encoder
import re
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from osspcap.model.exchange import Exchange
from osspcap.model.headform import HeadForm
from osspcap.model.message import NO_BODY, Body, Field, Message
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.report.masking import Masking, Secrets
from osspcap.report.sensitive import Kind, classify, mask
from osspcap.units import NS_PER_MS, NS_PER_S, FrameNumber, format_time

MAX_LINES_REMEMBERED = 8_192
"""Header lines whose JSON is kept, some 200 bytes each; unique lines (dates, request IDs) come and go with them."""

text_json: Callable[[str], str] = json.encoder.encode_basestring
"""A string as JSON, quotes included; only quotes, backslashes and C0 controls are escaped."""
K = TypeVar("K")
V = TypeVar("V")

# A key ID of at least 16 characters: then nothing but the signature stands where a field of version 4 could begin.
_starts_v1 = re.compile(r"([A-Za-z-]+): OSS ([A-Za-z0-9]{16,64})").fullmatch
_is_signature = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}").fullmatch
_BLANKS = " \t\r\n\x0b\x0c"
_RAW_BLANKS = _BLANKS.encode()
_EMPTY_BODY = '{"announced":0,"captured":0,"missing":0,"complete":true}'


class _IrregularHeadError(Exception):
    """The head needs the tolerant parser."""


class _Meaning(NamedTuple):
    """What exchanges with one endpoint, bucket, key ID and operation have in common, as JSON."""

    kept: tuple[object, ...]
    """The objects whose identities are the key: while they are kept, no others can have the same."""
    before_object: str
    before_request_id: str
    before_error: str


class _FormJson(NamedTuple):
    """The header lines of a form as JSON."""

    template: bytes
    """With `%b` in the place of every variable part."""
    masked: int
    """Of the one variable part that is not shown as it is; -1 for none."""
    change: Callable[[str], str]
    """What is shown in its place."""


class ExchangeJson:
    """Writes exchanges; keeps the JSON of what repeats."""

    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self._lines: dict[str, str] = {}
        self._names: dict[str, tuple[str, bool, bool]] = {}
        self._signers: dict[str, str] = {}
        self._statuses: dict[tuple[int, str, str], str] = {}
        self._meanings: dict[tuple[int, int, int, str | None, str], _Meaning] = {}
        self._forms: dict[HeadForm, _FormJson | None] = {}
        self._second = -1
        self._second_text = ""

    def write(self, exchange: Exchange) -> str:
        """Return one exchange as a JSON object on one line."""
        return (
            f'{{"id":{exchange.id},"stream":{exchange.stream},"request":{self._request(exchange.request)},'
            f'"response":{self._response(exchange.response)},"timing":{_timing(exchange)},'
            f'"oss":{self._oss(exchange)}}}'
        )

    def _request(self, request: Message | None) -> str:
        if request is None:
            return "null"
        return (
            f'{{"frame":{request.frame},"time":"{self.time(request.ts_ns)}","method":{text_json(request.method)},'
            f'"target":{self._plain_json(request.target)},"version":{text_json(request.version)},'
            f'"headers":[{self._headers(request)}],"body":{_body(request.body)}}}'
        )

    def _response(self, response: Message | None) -> str:
        if response is None:
            return "null"
        line = (response.status, response.reason, response.version)
        status = self._statuses.get(line)
        if status is None:
            status = (
                f'"status":{response.status},"reason":{self._plain_json(response.reason)},'
                f'"version":{text_json(response.version)}'
            )
            _remember(self._statuses, line, status)
        return (
            f'{{"frame":{response.frame},"time":"{self.time(response.ts_ns)}",{status},'
            f'"headers":[{self._headers(response)}],"body":{_body(response.body)}}}'
        )

    def _plain_json(self, text: str) -> str:
        """Write a text that is no secret by its name; asks first what `Masking.plain` asks first: most need no mask."""
        if "=" in text or ":" in text or "%3" in text or "@" in text or self._masking.is_strict:
            text = self._masking.plain(text)
        return text_json(text)

    def time(self, ts_ns: int) -> str:
        """`format_time`, with the second remembered: calendar arithmetic costs more than all other fields."""
        second, rest = divmod(ts_ns, NS_PER_S)
        if second != self._second:
            text = format_time(ts_ns)
            if text.startswith("@"):
                return text
            self._second, self._second_text = second, text[:-7]
        return f"{self._second_text}{rest // 1000:06d}Z"

    def _headers(self, message: Message) -> str:
        form = message.form
        if form is not None and not self._masking.is_strict:
            known = self._forms[form] if form in self._forms else self._learn(form)
            if known is not None:
                values = message.values
                if known.masked < 0:
                    return (known.template % values).decode()
                changed = known.change(values[known.masked].decode()).encode()
                return (known.template % (*values[: known.masked], changed, *values[known.masked + 1 :])).decode()
        raw = message.raw_head
        if raw.isascii() and (message.shape is not None or raw.endswith(b"\r\n\r\n")):
            lines = raw[:-4].decode("ascii").split("\r\n")
            remembered, write = self._lines, self._line
            try:
                return ",".join([remembered.get(line) or write(line) for line in lines[1:]])
            except _IrregularHeadError:
                pass
        return ",".join([self._pair(line.name, line.value) for line in message.fields()])

    def _learn(self, form: HeadForm) -> "_FormJson | None":
        """Write the lines of a form once, with a place for each variable part; None if that cannot be done."""
        parts: list[str] = []
        masked = -1
        change: Callable[[str], str] = str
        for line in form.lines:
            name, start, end = line.name.decode("latin-1"), line.start.decode("latin-1"), line.end.decode("latin-1")
            if line.variable < 0:
                field = Field(line.name, line.start.strip(_RAW_BLANKS), FrameNumber(0))
                parts.append(self._pair(field.name, field.value).replace("%", "%%"))
                continue
            kind = classify(name)
            if kind is Kind.PLAIN and not start.strip(_BLANKS + '"') and name.lower() != "content-md5":
                before, behind = text_json(start.lstrip(_BLANKS))[1:-1], text_json(end)[1:-1]
                parts.append(f'{self._start(name)[0]}"{before}%b{behind}"]')
                continue
            shown = self._shown_secret(name, start) if kind is Kind.AUTHORIZATION and masked < 0 else None
            if shown is None:
                known = None
                break
            before, change = shown
            masked = line.variable
            parts.append(f'{self._start(name)[0]}{text_json(before)[:-1].replace("%", "%%")}%b"]')
        else:
            known = _FormJson(",".join(parts).encode(), masked, change)
        _remember(self._forms, form, known)
        return known

    def _shown_secret(self, name: str, start: str) -> tuple[str, Callable[[str], str]] | None:
        """Return what stands in front of a signature when the value is shown, and how the signature itself is."""
        shown: set[tuple[str, Callable[[str], str]]] = set()
        for signature in ("0" * 27 + "=", "f" * 64, "Az09+/" * 5):
            value = self._masking.named(name, start.lstrip(_BLANKS) + signature)
            change: Callable[[str], str] = str if value.endswith(signature) else mask
            if not value.endswith(change(signature)):
                return None
            shown.add((value.removesuffix(change(signature)), change))
        return shown.pop() if len(shown) == 1 else None

    def _line(self, line: str) -> str:
        """Write a line as `parse_fields` reads it; a folded one, or one with a bare LF inside, is not for here."""
        name, _, value = line.partition(":")
        known = self._names.get(name)
        if known is None or "\n" in value:
            return self._new_line(line)
        start, is_plain, is_unique = known
        if is_plain:
            written = f"{start}{self._plain_json(value.strip(_BLANKS))}]"
        elif is_unique:
            return self._signed_line(line) or self._pair(name, value.strip(_BLANKS))
        else:
            written = self._pair(name, value.strip(_BLANKS))
        if not is_unique:
            _remember(self._lines, line, written)
        return written

    def _new_line(self, line: str) -> str:
        if not line or line[0] in _BLANKS or "\n" in line:
            raise _IrregularHeadError
        name, _, value = line.partition(":")
        return self._pair(name.rstrip(_BLANKS), value.strip(_BLANKS))

    def _signed_line(self, line: str) -> str | None:
        """Write an Authorization line of signature version 1 as `Masking` masks it; None if it is none.

        In front of the signature only the key ID differs, and one key signs most requests.
        """
        start, _, signature = line.rpartition(":")
        written = self._signers.get(start)
        if written is None:
            found = None if self._masking.show_secrets else _starts_v1(start)
            if found is None:
                return None
            written = f'{self._start(found[1])[0]}"OSS {self._masking.key_id(found[2])}:'
            _remember(self._signers, start, written)
        return f'{written}{mask(signature)}"]' if _is_signature(signature) else None

    def _start(self, name: str) -> tuple[str, bool, bool]:
        """Return how a pair of that name begins, whether its value is no secret, and whether values never repeat."""
        known = self._names.get(name)
        if known is None:
            kind = classify(name)
            is_unique = kind is Kind.AUTHORIZATION or name.lower() == "x-oss-request-id"
            known = (f"[{text_json(name)},", kind is Kind.PLAIN, is_unique)
            # A line that begins with a blank continues another, and an empty one ends the head: no names of fields.
            if name and name[0] not in _BLANKS and len(self._names) < MAX_LINES_REMEMBERED:
                self._names[name] = known
        return known

    def _pair(self, name: str, value: str) -> str:
        return self._start(name)[0] + text_json(self._masking.named(name, value)) + "]"

    def _oss(self, exchange: Exchange) -> str:
        operation = exchange.operation
        if operation is None:
            return "null"
        endpoint, signature, role = operation.endpoint, operation.signature, operation.role
        key = (id(endpoint), id(signature), id(role), operation.bucket, operation.name)
        meaning = self._meanings.get(key)
        if meaning is None:
            meaning = self._meaning(operation)
            _remember(self._meanings, key, meaning)
        request_id = None if operation.request_id is None else operation.request_id.value
        name = operation.object
        shown = "null" if name is None else self._plain_json(name)
        if name is not None and self._masking.hides_objects:
            shown = text_json(self._masking.object_name(name))
        if operation.error is None:
            error, identified = "null", "null" if request_id is None else self._plain_json(request_id)
        else:
            secrets = self._masking.secrets_of(exchange)
            error = self._error(operation.error, secrets)
            identified = _optional(request_id and self._masking.text(self._masking.plain(request_id), secrets))
        return f"{meaning.before_object}{shown}{meaning.before_request_id}{identified}{meaning.before_error}{error}}}"

    def _meaning(self, operation: Operation) -> "_Meaning":
        endpoint, signature, bucket = operation.endpoint, operation.signature, operation.bucket
        place, signer = "null", "null"
        if endpoint is not None:
            place = (
                f'{{"host":{self._plain_json(endpoint.host)},"region":{_optional(endpoint.region)},'
                f'"network":"{endpoint.network}"}}'
            )
        if signature is not None:
            key_id = signature.access_key_id
            shown = _optional(key_id if key_id is None else self._masking.key_id(key_id))
            signer = f'{{"scheme":"{signature.scheme}","access_key_id":{shown}}}'
        return _Meaning(
            (endpoint, signature, operation.role),
            f'{{"role":"{operation.role}","bucket":{"null" if bucket is None else self._plain_json(bucket)},"object":',
            f',"operation":{text_json(operation.name)},"endpoint":{place},"request_id":',
            f',"signature":{signer},"error":',
        )

    def _error(self, error: ErrorDocument, secrets: Secrets) -> str:
        text = self._masking.text
        known = (error.code, error.message, error.request_id, error.host_id, error.ec)
        names = ("code", "message", "request_id", "host_id", "ec")
        parts = [
            f'"{name}":{_optional(seen if seen is None else text(seen.value, secrets))}'
            for name, seen in zip(names, known, strict=True)
        ]
        fields = ",".join(
            f"{text_json(name)}:{text_json(self._masking.element(name, seen.value, secrets))}"
            for name, seen in error.fields.items()
        )
        return f'{{{",".join(parts)},"fields":{{{fields}}}}}'


def _remember(known: dict[K, V], key: K, value: V) -> None:
    if len(known) >= MAX_LINES_REMEMBERED:
        known.clear()
    known[key] = value


def _optional(text: str | None) -> str:
    return "null" if text is None else text_json(text)


def _timing(exchange: Exchange) -> str:
    request, response, operation = exchange.request, exchange.response, exchange.operation
    server = "null" if operation is None or operation.server_time_ms is None else operation.server_time_ms
    if request is None:
        return f'{{"request_ms":null,"first_byte_ms":null,"total_ms":null,"server_ms":{server}}}'
    start_ns, end_ns = request.ts_ns, request.end_ns
    request_ms = "0.000" if start_ns == end_ns else f"{(end_ns - start_ns) / NS_PER_MS:.3f}"
    if response is None:
        return f'{{"request_ms":{request_ms},"first_byte_ms":null,"total_ms":null,"server_ms":{server}}}'
    first_byte_ms = f"{(response.ts_ns - end_ns) / NS_PER_MS:.3f}"
    is_short = start_ns == end_ns and response.ts_ns == response.end_ns
    total_ms = first_byte_ms if is_short else f"{(response.end_ns - start_ns) / NS_PER_MS:.3f}"
    return f'{{"request_ms":{request_ms},"first_byte_ms":{first_byte_ms},"total_ms":{total_ms},"server_ms":{server}}}'


def _body(body: Body) -> str:
    if body is NO_BODY or (body.complete and body.captured == 0 and body.announced == 0 and body.missing == 0):
        return _EMPTY_BODY
    announced = "null" if body.announced is None else body.announced
    complete = "true" if body.complete else "false"
    return f'{{"announced":{announced},"captured":{body.captured},"missing":{body.missing},"complete":{complete}}}'
