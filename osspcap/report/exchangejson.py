"""One exchange to one JSON object, straight to text: of a large report this is nearly all the work.

The objects are written by templates and not by encoding dictionaries: a healthy exchange costs half of what the
standard encoder alone takes for it. Header lines repeat from exchange to exchange (Host, User-Agent, Server), so the
JSON of a line is remembered. Lines that are not plain ASCII, folded or malformed take the model's own parser.
"""

import json.encoder
from collections.abc import Callable

from osspcap.model.exchange import Exchange
from osspcap.model.message import Body, Message
from osspcap.model.operation import Endpoint, ErrorDocument, Scheme, SignatureSummary
from osspcap.report.masking import Masking, Secrets
from osspcap.units import NS_PER_MS, NS_PER_S, format_time

MAX_LINES_REMEMBERED = 8_192
"""Header lines whose JSON is kept, some 200 bytes each; unique lines (dates, request IDs) come and go with them."""

text_json: Callable[[str], str] = json.encoder.encode_basestring
"""A string as JSON, quotes included; only quotes, backslashes and C0 controls are escaped."""
_BLANKS = " \t\r\n\x0b\x0c"
_EMPTY_BODY = '{"announced":0,"captured":0,"missing":0,"complete":true}'


class _IrregularHeadError(Exception):
    """The head needs the tolerant parser."""


class ExchangeJson:
    """Writes exchanges; keeps the JSON of what repeats."""

    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self._lines: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._endpoint: Endpoint | None = None
        self._endpoint_text = "null"
        self._signature: tuple[Scheme, str | None] | None = None
        self._signature_text = ""
        self._second = -1
        self._second_text = ""

    def write(self, exchange: Exchange) -> str:
        """Return one exchange as a JSON object on one line."""
        return (
            f'{{"id":{exchange.id},"stream":{exchange.stream},"request":{self._request(exchange.request)},'
            f'"response":{self._response(exchange.response)},"timing":{self._timing(exchange)},'
            f'"oss":{self._oss(exchange)}}}'
        )

    def _request(self, request: Message | None) -> str:
        if request is None:
            return "null"
        return (
            f'{{"frame":{request.frame},"time":"{self.time(request.ts_ns)}","method":{text_json(request.method)},'
            f'"target":{text_json(self._masking.plain(request.target))},"version":{text_json(request.version)},'
            f'"headers":[{self._headers(request)}],"body":{_body(request.body)}}}'
        )

    def _response(self, response: Message | None) -> str:
        if response is None:
            return "null"
        return (
            f'{{"frame":{response.frame},"time":"{self.time(response.ts_ns)}","status":{response.status},'
            f'"reason":{text_json(self._masking.plain(response.reason))},"version":{text_json(response.version)},'
            f'"headers":[{self._headers(response)}],"body":{_body(response.body)}}}'
        )

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
        raw = message.raw_head
        if raw.endswith(b"\r\n\r\n") and raw.isascii():
            known, write = self._lines, self._line
            lines = raw[:-4].decode("ascii").split("\r\n")
            try:
                return ",".join([known.get(line) or write(line) for line in lines[1:]])
            except _IrregularHeadError:
                pass
        return ",".join([self._pair(line.name, line.value) for line in message.fields()])

    def _line(self, line: str) -> str:
        """Write a line as `parse_fields` reads it; a folded one, or one with a bare LF inside, is not for here."""
        if not line or line[0] in _BLANKS or "\n" in line:
            raise _IrregularHeadError
        name, _, value = line.partition(":")
        written = self._pair(name.rstrip(_BLANKS), value.strip(_BLANKS))
        if len(self._lines) >= MAX_LINES_REMEMBERED:
            self._lines.clear()
        self._lines[line] = written
        return written

    def _pair(self, name: str, value: str) -> str:
        start = self._names.get(name)
        if start is None:
            start = f"[{text_json(name)},"
            if len(self._names) < MAX_LINES_REMEMBERED:
                self._names[name] = start
        return start + text_json(self._masking.named(name, value)) + "]"

    def _timing(self, exchange: Exchange) -> str:
        request, response, operation = exchange.request, exchange.response, exchange.operation
        server = "null" if operation is None or operation.server_time_ms is None else operation.server_time_ms
        if request is None:
            return f'{{"request_ms":null,"first_byte_ms":null,"total_ms":null,"server_ms":{server}}}'
        request_ms = _ms(request.end_ns - request.ts_ns)
        if response is None:
            return f'{{"request_ms":{request_ms},"first_byte_ms":null,"total_ms":null,"server_ms":{server}}}'
        return (
            f'{{"request_ms":{request_ms},"first_byte_ms":{_ms(response.ts_ns - request.end_ns)},'
            f'"total_ms":{_ms(response.end_ns - request.ts_ns)},"server_ms":{server}}}'
        )

    def _oss(self, exchange: Exchange) -> str:
        operation = exchange.operation
        if operation is None:
            return "null"
        plain = self._masking.plain
        request_id = None if operation.request_id is None else plain(operation.request_id.value)
        error = "null"
        if operation.error is not None:
            secrets = self._masking.secrets_of(exchange)
            error = self._error(operation.error, secrets)
            request_id = request_id and self._masking.text(request_id, secrets)
        bucket, key = operation.bucket, operation.object
        return (
            f'{{"role":"{operation.role}","bucket":{"null" if bucket is None else text_json(plain(bucket))},'
            f'"object":{"null" if key is None else text_json(plain(key))},'
            f'"operation":{text_json(operation.name)},"endpoint":{self._endpoint_json(operation.endpoint)},'
            f'"request_id":{_optional(request_id)},"signature":{self._signature_json(operation.signature)},"error":{error}}}'
        )

    def _endpoint_json(self, endpoint: Endpoint | None) -> str:
        """Exchanges in a row mostly address one endpoint: the last one is remembered."""
        if endpoint is None:
            return "null"
        if endpoint is not self._endpoint:
            self._endpoint = endpoint
            self._endpoint_text = (
                f'{{"host":{text_json(endpoint.host)},"region":{_optional(endpoint.region)},'
                f'"network":"{endpoint.network}"}}'
            )
        return self._endpoint_text

    def _signature_json(self, signature: SignatureSummary | None) -> str:
        """Likewise, one key signs most of them."""
        if signature is None:
            return "null"
        key_id = signature.access_key_id
        if self._signature != (signature.scheme, key_id):
            self._signature = (signature.scheme, key_id)
            shown = _optional(key_id if key_id is None else self._masking.key_id(key_id))
            self._signature_text = f'{{"scheme":"{signature.scheme}","access_key_id":{shown}}}'
        return self._signature_text

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


def _optional(text: str | None) -> str:
    return "null" if text is None else text_json(text)


def _ms(duration_ns: int) -> str:
    return f"{duration_ns / NS_PER_MS:.3f}"


def _body(body: Body) -> str:
    if body.complete and body.captured == 0 and body.announced == 0 and body.missing == 0:
        return _EMPTY_BODY
    announced = "null" if body.announced is None else body.announced
    complete = "true" if body.complete else "false"
    return f'{{"announced":{announced},"captured":{body.captured},"missing":{body.missing},"complete":{complete}}}'
