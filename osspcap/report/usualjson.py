"""One template for all exchanges of a kind: most of a busy capture is written by it, at a third of the cost.

A kind is made of the forms of both heads, both start lines and what the exchange means to OSS, but for the object. All
of that is text, masked and made safe when the template is made; in its places go numbers, times, target, object,
request ID and the variable parts of the heads, of which a form promises that they need no escape and no mask (the
signature has one all the same). Nothing here holds messages: what is written may come from any record of the facts.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from osspcap.model.message import NO_BODY, Body, Message
from osspcap.model.operation import Operation
from osspcap.model.usual import MAX_SERVER_TIME_DIGITS, PERCENT, UsualExchange
from osspcap.report.headerjson import FormJson, HeaderJson
from osspcap.report.jsontext import made_safe
from osspcap.units import NS_PER_MS, NS_PER_S, Nanoseconds, format_time

MAX_SECONDS = 64
"""Seconds whose text is remembered: calendar arithmetic costs more than all other fields."""

_ZERO = ord("0")
_is_odd = re.compile(rb'["\\=:@\x00-\x20\x7f-\xff]|%3').search
"""Finds in a target what needs an escape, or may need a mask: all that `Masking.plain` asks for first."""
_EMPTY_BODY = b'{"announced":0,"captured":0,"missing":0,"complete":true}'


class Common(NamedTuple):
    """What exchanges of a kind have in common, as JSON."""

    method: str
    version: str
    status_line: str
    before_object: str
    before_request_id: str
    before_error: str


class UsualJson:
    """Writes the exchanges of one kind, which are those without an error and with these forms.

    Args:
        headers: Writes what is no secret by its name.
        asked: The header lines of the requests.
        answered: Those of the responses.
        common: The rest of what they have in common.
        id_variable: Index of the request ID among the variable parts of a response; -1 if it is none of them.
    """

    __slots__ = ("_answered", "_asked", "_id_variable", "_kept_template", "_shown", "_template")

    def __init__(
        self, headers: HeaderJson, asked: FormJson, answered: FormJson, common: Common, id_variable: int
    ) -> None:
        self._shown = headers.plain_raw
        self._asked = asked
        self._answered = answered
        self._id_variable = id_variable
        written = Common(*(made_safe(text).replace("%", "%%") for text in common))
        line = (
            '{"id":%d,"stream":%d,"request":{"frame":%d,"time":"%b%06dZ",'
            f'"method":{written.method},"target":%b,"version":{written.version},'
            f'"headers":[{made_safe(asked.template.decode())}],"body":%b}},'
            f'"response":{{"frame":%d,"time":"%b%06dZ",{written.status_line},'
            f'"headers":[{made_safe(answered.template.decode())}],"body":%b}},'
            '"timing":{"request_ms":%.3f,"first_byte_ms":%.3f,"total_ms":%.3f,"server_ms":%b},'
        )
        meant = written.before_object, written.before_request_id, written.before_error
        self._template = (line + '"oss":{}%b{}%b{}null}}}}'.format(*meant)).encode()
        quoted = line.replace('"target":%b', '"target":"%b"', 1)
        self._kept_template = (quoted + '"oss":{}"%b"{}"%b"{}null}}}}'.format(*meant)).encode()

    def write_kept(self, exchange: UsualExchange) -> bytes | None:
        """Return such an exchange as UTF-8 JSON on one line; None if a time of it has no date.

        What it holds is the variable part of plain heads: no message and no operation is made of it.
        """
        pair = exchange.usual
        start_ns, end_ns, answer_start_ns = pair.asked_ns, pair.asked_end_ns, pair.answered_ns
        second, rest = divmod(start_ns, NS_PER_S)
        answer_second, answer_rest = divmod(answer_start_ns, NS_PER_S)
        moment = second_text(second)
        answer_moment = moment if second == answer_second else second_text(answer_second)
        if moment is None or answer_moment is None:
            return None
        target, meaning, values = pair.target, exchange.meaning, pair.answered
        name = target[1:].replace(b"%2F", b"/")
        if _is_odd(target) is not None:
            target, name = self._shown(target.decode("latin-1"))[1:-1], b"%"
        if PERCENT in name:
            name = self._shown(meaning.object_of(pair))[1:-1]
        took = b"null" if meaning.time_variable < 0 else values[meaning.time_variable]
        if not (took.isdigit() and took[0] != _ZERO and len(took) <= MAX_SERVER_TIME_DIGITS):
            server_ms = meaning.server_time_of(pair)
            took = b"null" if server_ms is None else b"%d" % server_ms
        body, answer_body = pair.asked_body, pair.answered_body
        return self._kept_template % (
            exchange.id,
            exchange.stream,
            pair.asked_frame,
            moment,
            rest // 1000,
            target,
            *self._asked.shown(pair.asked),
            _EMPTY_BODY if body is NO_BODY else body_json(body),
            pair.answered_frame,
            answer_moment,
            answer_rest // 1000,
            *self._answered.shown(values),
            _EMPTY_BODY if answer_body is NO_BODY else body_json(answer_body),
            (end_ns - start_ns) / NS_PER_MS,
            (answer_start_ns - end_ns) / NS_PER_MS,
            (pair.answered_end_ns - start_ns) / NS_PER_MS,
            took,
            name,
            values[meaning.id_variable],
        )

    def write(
        self, number: int, stream: int, request: Message, response: Message, operation: Operation
    ) -> bytes | None:
        """Return an exchange as UTF-8 JSON on one line; None if a time of it has no date.

        Args:
            number: Its id.
            stream: Of its connection.
            request: Of this kind's form, as is the response.
            response: As captured.
            operation: What it means to OSS; without an error.
        """
        second, rest = divmod(request.ts_ns, NS_PER_S)
        answer_second, answer_rest = divmod(response.ts_ns, NS_PER_S)
        moment = second_text(second)
        answer_moment = moment if second == answer_second else second_text(answer_second)
        if moment is None or answer_moment is None:
            return None
        server_ms, name, request_id = operation.server_time_ms, operation.object, operation.request_id
        return self._template % (
            number, stream,
            request.frame, moment, rest // 1000, self._shown(request.target), *self._asked.shown(request.values),
            _written(request.body),
            response.frame, answer_moment, answer_rest // 1000, *self._answered.shown(response.values),
            _written(response.body),
            (request.end_ns - request.ts_ns) / NS_PER_MS,
            (response.ts_ns - request.end_ns) / NS_PER_MS,
            (response.end_ns - request.ts_ns) / NS_PER_MS,
            b"null" if server_ms is None else b"%d" % server_ms,
            b"null" if name is None else self._shown(name),
            b"null" if request_id is None else self._identified(request_id.value, response.values),
        )  # fmt: skip

    def _identified(self, request_id: str, values: tuple[bytes, ...]) -> bytes:
        """Write the request ID: as it stands among the variable parts, of which a form promises that they are safe."""
        known = self._id_variable
        raw_id = b"" if known < 0 else values[known]
        return b'"%b"' % raw_id if raw_id.decode() == request_id else self._shown(request_id)


def _written(body: Body) -> bytes:
    return _EMPTY_BODY if body is NO_BODY else body_json(body)


@lru_cache(MAX_SECONDS)
def second_text(second: int) -> bytes | None:
    """Return a time up to the point behind its seconds; None if it has no date."""
    text = format_time(Nanoseconds(second * NS_PER_S))
    return None if text.startswith("@") else text[:-7].encode()


def body_json(body: Body) -> bytes:
    """Write what is known of a body."""
    announced, captured = body.announced, body.captured
    if body.complete and captured == announced and not body.missing:
        return b'{"announced":%d,"captured":%d,"missing":0,"complete":true}' % (captured, captured)
    return b'{"announced":%b,"captured":%d,"missing":%d,"complete":%b}' % (
        b"null" if announced is None else b"%d" % announced,
        captured,
        body.missing,
        b"true" if body.complete else b"false",
    )
