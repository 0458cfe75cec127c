"""One exchange to one JSON object, straight to text: of a large report this is nearly all the work.

The objects are written by templates and not by encoding dictionaries: a healthy exchange costs half of what the
standard encoder alone takes for it. Exchanges whose heads both have a form, and without an error, are written by one
template for all of their kind (`usualjson`).
"""

from typing import NamedTuple

from osspcap.model.exchange import Exchange
from osspcap.model.message import Message
from osspcap.model.operation import ErrorDocument, Operation
from osspcap.model.usual import UsualExchange, UsualKind, UsualMeaning
from osspcap.report.headerjson import HeaderJson, remember
from osspcap.report.jsontext import made_safe, text_json
from osspcap.report.masking import Masking, Secrets
from osspcap.report.usualjson import Common, UsualJson, body_json, second_text
from osspcap.units import NS_PER_MS, NS_PER_S, format_time


class _Meaning(NamedTuple):
    """What exchanges with one endpoint, bucket, key ID and operation have in common, as JSON."""

    kept: tuple[object, ...]
    """The objects whose identities are the key: while they are kept, no others can have the same."""
    before_object: str
    before_request_id: str
    before_error: str


class ExchangeJson:
    """Writes exchanges; keeps the JSON of what repeats."""

    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self._headers = HeaderJson(masking)
        self._plain = self._headers.plain
        self._statuses: dict[tuple[int, str, str], str] = {}
        self._meanings: dict[tuple[int, int, int, str | None, str], _Meaning] = {}
        self._usual: dict[tuple[object, ...], tuple[UsualJson | None, _Meaning]] = {}
        self._kinds: dict[UsualKind, tuple[UsualMeaning, UsualJson | None]] = {}

    def write(self, exchange: Exchange) -> bytes:
        """Return one exchange as a JSON object on one line: UTF-8 in which nothing acts on a terminal."""
        written = self._kept_exchange(exchange) if type(exchange) is UsualExchange else self._usual_exchange(exchange)
        return written or made_safe(self._any_exchange(exchange)).encode()

    def _kept_exchange(self, exchange: UsualExchange) -> bytes | None:
        """Write an exchange of which no messages were made; None if there is no template for its kind."""
        kind, meaning = exchange.usual.kind, exchange.meaning
        known = self._kinds.get(kind)
        if known is None or known[0] is not meaning:
            known = meaning, self._kind(exchange.request, exchange.response, exchange.operation)[0]
            remember(self._kinds, kind, known)
        usual = known[1]
        return None if usual is None else usual.write_kept(exchange)

    def _usual_exchange(self, exchange: Exchange) -> bytes | None:
        """Write an exchange by the template of its kind; None if it is of none."""
        request, response, operation = exchange.request, exchange.response, exchange.operation
        if request is None or response is None or operation is None or operation.error is not None:
            return None
        form, answer_form = request.form, response.form
        if form is None or answer_form is None:
            return None
        key = (
            form,
            request.method,
            request.version,
            answer_form,
            response.status,
            response.reason,
            response.version,
            id(operation.endpoint),
            id(operation.signature),
            id(operation.role),
            operation.bucket,
            operation.name,
        )
        known = self._usual.get(key)
        if known is None:
            known = self._kind(request, response, operation)
            remember(self._usual, key, known)
        usual = known[0]
        if usual is None:
            return None
        return usual.write(exchange.id, exchange.stream, request, response, operation)

    def _kind(self, request: Message, response: Message, operation: Operation) -> tuple[UsualJson | None, _Meaning]:
        """Return a template for exchanges like this one, and what must be kept with it; without one if none can be."""
        meaning = self._meaning(operation)
        asked = None if request.form is None else self._headers.form(request.form)
        answered = None if response.form is None else self._headers.form(response.form)
        if asked is None or answered is None or response.form is None:
            return None, meaning
        identified = response.form.line(b"x-oss-request-id")
        common = Common(
            text_json(request.method),
            text_json(request.version),
            self._status_line(response),
            meaning.before_object,
            meaning.before_request_id,
            meaning.before_error,
        )
        id_variable = -1 if identified is None else identified.variable
        return UsualJson(self._headers, asked, answered, common, id_variable), meaning

    def _any_exchange(self, exchange: Exchange) -> str:
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
            f'"target":{self._plain(request.target)},"version":{text_json(request.version)},'
            f'"headers":[{self._headers.of(request)}],"body":{body_json(request.body).decode()}}}'
        )

    def _response(self, response: Message | None) -> str:
        if response is None:
            return "null"
        return (
            f'{{"frame":{response.frame},"time":"{self.time(response.ts_ns)}",{self._status_line(response)},'
            f'"headers":[{self._headers.of(response)}],"body":{body_json(response.body).decode()}}}'
        )

    def _status_line(self, response: Message) -> str:
        line = (response.status, response.reason, response.version)
        written = self._statuses.get(line)
        if written is None:
            written = (
                f'"status":{response.status},"reason":{self._plain(response.reason)},'
                f'"version":{text_json(response.version)}'
            )
            remember(self._statuses, line, written)
        return written

    def time(self, ts_ns: int) -> str:
        """`format_time`, with the second remembered."""
        second, rest = divmod(ts_ns, NS_PER_S)
        moment = second_text(second)
        return format_time(ts_ns) if moment is None else f"{moment.decode()}{rest // 1000:06d}Z"

    def _oss(self, exchange: Exchange) -> str:
        operation = exchange.operation
        if operation is None:
            return "null"
        endpoint, signature, role = operation.endpoint, operation.signature, operation.role
        key = (id(endpoint), id(signature), id(role), operation.bucket, operation.name)
        meaning = self._meanings.get(key)
        if meaning is None:
            meaning = self._meaning(operation)
            remember(self._meanings, key, meaning)
        request_id = None if operation.request_id is None else operation.request_id.value
        name = operation.object
        shown = "null" if name is None else self._plain(name)
        if name is not None and self._masking.hides_objects:
            shown = text_json(self._masking.object_name(name))
        if operation.error is None:
            error, identified = "null", "null" if request_id is None else self._plain(request_id)
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
                f'{{"host":{self._plain(endpoint.host)},"region":{_optional(endpoint.region)},'
                f'"network":"{endpoint.network}"}}'
            )
        if signature is not None:
            key_id = signature.access_key_id
            shown = _optional(key_id if key_id is None else self._masking.key_id(key_id))
            signer = f'{{"scheme":"{signature.scheme}","access_key_id":{shown}}}'
        return _Meaning(
            (endpoint, signature, operation.role),
            f'{{"role":"{operation.role}","bucket":{"null" if bucket is None else self._plain(bucket)},"object":',
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
