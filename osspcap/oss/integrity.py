"""Holds what both sides state about bodies against the bytes in the capture.

In: all exchanges, their bodies summed by the HTTP stage where a header made that useful. Out: `Integrity` with the
bodies of which not everything fits, or None if all do. What is compared:

- uploads: Content-MD5 and x-oss-hash-crc64ecma of the request, checksums of the answer, digests of an InvalidDigest;
- downloads of whole objects: x-oss-hash-crc64ecma, else Content-MD5, else the ETag. The checksums of an answer describe
  the whole object: they are compared with all of its ranges joined, never with one of them, and never with what OSS
  made of the object (x-oss-process);
- appended data, by way of the CRC that OSS stated for what was there before;
- completed multipart uploads: the CRC-64 of all parts in order.

Cost: 0.6 us for a body whose CRC is the one stated; other bodies cost a look at both heads.
Source: OSS documentation, "Check data integrity by CRC-64"; API reference, PutObject, AppendObject, GetObject.
"""

import base64
from collections.abc import Iterator, Sequence

from osspcap.model.exchange import Exchange
from osspcap.model.integrity import Algorithm, BodyCheck, Integrity, Statement
from osspcap.model.message import NO_BODY, Body, Message
from osspcap.model.operation import Operation, Role
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.model.usual import UsualExchange, UsualKind
from osspcap.oss.crc64 import combine, parse_crc64
from osspcap.oss.digests import STORED, crc_statement, etag_statement, lacking, md5_statement
from osspcap.oss.facts import Context
from osspcap.oss.head import Head
from osspcap.oss.neighbours import query_of
from osspcap.oss.ranges import Ranges

MAX_CHECKS = 10_000
"""Kept of one capture."""
MAX_APPENDED = 10_000
"""Objects whose last appended state is remembered."""
REFUSALS = frozenset({"InvalidDigest", "BadDigest", "InvalidCRC64"})
"""Codes by which OSS refuses a body because of its checksum."""

_CRC = b"\nx-oss-hash-crc64ecma:"
_MD5 = b"\ncontent-md5:"
_ETAG = b"\netag:"
_DIGESTS = ("CalculatedDigest", "Calculated-Digest")
_read_range = pattern(r"bytes 0-([0-9]{1,18})/([0-9]{1,18})").fullmatch


def gather_integrity(exchanges: Sequence[Exchange], context: Context) -> Integrity | None:
    """Check the bodies of a capture; None if nothing is amiss."""
    del context
    checks: list[BodyCheck] = []
    appended, ranges = _Appended(), Ranges()
    for exchange in _not_proved(exchanges):
        operation, request, response = exchange.operation, exchange.request, exchange.response
        if operation is None or response is None or request is None:
            continue
        # The usual case is told at once: the answer states the CRC that was computed, and no MD5 says otherwise.
        message = response if request.body is NO_BODY else request
        body = message.body
        crc = body.crc64
        if crc is None:
            if body is NO_BODY:
                continue
        elif (
            b"c64ecma: %d\r" % crc in response.raw_head
            and (body.md5 is None or base64.b64encode(body.md5) in message.raw_head)
            and operation.name != "AppendObject"
        ):
            continue
        if operation.role is not Role.OSS:
            continue
        if message is request:
            checks += _checked_upload(exchange, operation, appended)
        elif operation.name == "GetObject":
            checks += _checked_download(exchange, operation, ranges)
        if len(checks) > MAX_CHECKS:
            break
    checks += ranges.checks()
    return Integrity(tuple(checks[:MAX_CHECKS])) if checks else None


def _not_proved(exchanges: Sequence[Exchange]) -> Iterator[Exchange]:
    """Yield all but usual exchanges without a body, or whose answer states the CRC computed and no MD5 objects."""
    places: dict[UsualKind, int] = {}
    for exchange in exchanges:
        if type(exchange) is not UsualExchange:
            yield exchange
            continue
        pair = exchange.usual
        body, values = pair.asked_body, pair.asked
        if body is NO_BODY:
            body, values = pair.answered_body, pair.answered
            if body is NO_BODY:
                continue
        kind = pair.kind
        if kind not in places:
            places[kind] = _place_of_crc(kind)
        place = places[kind]
        if (
            place < 0
            or body.crc64 is None
            or pair.answered[place] != b"%d" % body.crc64
            or (body.md5 is not None and base64.b64encode(body.md5) not in values)
        ):
            yield exchange


def _place_of_crc(kind: UsualKind) -> int:
    """Return which of the values of an answer is all of its CRC; -1 if none is."""
    line = kind.answered.line(_CRC[1:-1])
    return -1 if line is None or line.start.strip() or line.end else line.variable


def _checked_upload(exchange: Exchange, operation: Operation, appended: "_Appended") -> Iterator[BodyCheck]:
    request, response = exchange.request, exchange.response
    assert request is not None  # noqa: S101 - the caller saw both
    assert response is not None  # noqa: S101 - likewise
    code = "" if operation.error is None else operation.error.code.value
    is_refused = code in REFUSALS
    if operation.name == "PostObject":
        return  # the checksums are those of the file inside the form
    if not is_refused and not 200 <= response.status < 300:
        return  # refused for another reason, perhaps before the body was read
    if b"aws-chunked" in request.raw_head:
        return  # the statements are about the content without the signatures between its chunks
    found = list(_client_statements(request))
    if is_refused:
        found += _stated_in_error(operation, request.body)
    elif operation.name in STORED and operation.answered_by_oss:
        found += _server_statements(request, response, _stored_crc(exchange, operation, appended))
    if is_refused or any(item.fits is not True for item in found):
        yield BodyCheck(exchange.id, True, tuple(found), is_refused)


def _client_statements(request: Message) -> Iterator[Statement]:
    head = Head(request)
    stated = head.seen(_MD5)
    if stated is not None:
        yield md5_statement(stated, request.body, by_client=True)
    stated = head.seen(_CRC)
    statement = None if stated is None else crc_statement(stated, request.body.crc64, request.body, by_client=True)
    if statement is not None:
        yield statement


def _stated_in_error(operation: Operation, body: Body) -> Iterator[Statement]:
    """Yield what OSS says that it computed over the body that it got."""
    fields = {} if operation.error is None else operation.error.fields
    for name in _DIGESTS:
        if name in fields:
            yield md5_statement(fields[name], body, by_client=False)
            return


def _server_statements(request: Message, response: Message, crc: "tuple[bool, int | None]") -> Iterator[Statement]:
    """Yield what OSS states about what it stored: the CRC, else an MD5; the ETag besides."""
    head = Head(response)
    body = request.body
    is_known, expected = crc
    stated = head.seen(_CRC)
    statement = None if stated is None or not is_known else crc_statement(stated, expected, body, by_client=False)
    if statement is not None:
        yield statement
    elif stated is None and (echoed := head.seen(_MD5)) is not None:
        yield md5_statement(echoed, body, by_client=False)
    tag = head.seen(_ETAG)
    if tag is not None and not head.has(b"\nx-oss-server-side-"):
        held = etag_statement(tag, body)
        if held is not None:
            yield held


def _stored_crc(exchange: Exchange, operation: Operation, appended: "_Appended") -> tuple[bool, int | None]:
    """Return whether a CRC can be expected at all, and the one that the stored object has by the captured body."""
    assert exchange.request is not None  # noqa: S101 - callers saw it
    if operation.name != "AppendObject":
        return True, exchange.request.body.crc64
    return appended.expected(exchange, operation)


class _Appended:
    """What OSS said about objects that grow by AppendObject: their CRC-64 so far and their length."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, str | None], tuple[str, int]] = {}

    def expected(self, exchange: Exchange, operation: Operation) -> tuple[bool, int | None]:
        """Return whether what was there before is known, and the CRC with the captured body behind it."""
        request, response = exchange.request, exchange.response
        assert request is not None  # noqa: S101 - callers saw both
        assert response is not None  # noqa: S101 - likewise
        key = (operation.bucket, operation.object)
        before = self._known.get(key)
        head = Head(response)
        crc, length = parse_crc64(head.value(_CRC)), head.value(b"\nx-oss-next-append-position:")
        if crc is not None and len(self._known) < MAX_APPENDED:
            self._known[key] = (length, crc)
        body, position = request.body, query_of(exchange).get("position", "")
        if position == "0":
            return True, body.crc64
        if before is None or before[0] != position:
            return False, None
        return True, None if body.crc64 is None else combine([(before[1], 0), (body.crc64, body.captured)])


def _checked_download(exchange: Exchange, operation: Operation, ranges: Ranges) -> Iterator[BodyCheck]:
    request, response = exchange.request, exchange.response
    assert request is not None  # noqa: S101 - the caller saw both
    assert response is not None  # noqa: S101 - likewise
    head = Head(response)
    if not operation.answered_by_oss or "x-oss-process" in request.target:
        return
    if not _is_whole_object(response, head):
        ranges.take(exchange, operation, response, head)
        return
    statement = _download_statement(response, head)
    if statement is not None and statement.fits is not True:
        yield BodyCheck(exchange.id, False, (statement,))


def _is_whole_object(response: Message, head: Head) -> bool:
    if response.status == 200:
        return True
    found = _read_range(head.value(b"\ncontent-range:")) if response.status == 206 else None
    return found is not None and int(found[1]) + 1 == int(found[2])


def _download_statement(response: Message, head: Head) -> Statement | None:
    body = response.body
    stated = head.seen(_CRC)
    if stated is not None:
        return _coded_crc(stated, body, head)
    if head.has(b"\ncontent-encoding:") or head.has(b"\nx-oss-server-side-"):
        return None  # an MD5 of what was stored says nothing about what was packed or deciphered on the way
    echoed = head.seen(_MD5)
    if echoed is not None:
        return md5_statement(echoed, body, by_client=False)
    tag = head.seen(_ETAG)
    return None if tag is None else etag_statement(tag, body)


def _coded_crc(stated: Seen[str], body: Body, head: Head) -> Statement | None:
    """Compare with the bytes on the wire, else with what they unpack to: OSS and CDNs compress on request."""
    plain = crc_statement(stated, body.crc64, body, by_client=False)
    if plain is None or plain.fits is True or not head.has(b"\ncontent-encoding:"):
        return plain
    if body.content_crc64 is not None:
        unpacked = crc_statement(stated, body.content_crc64, body, by_client=False)
        return unpacked if unpacked is not None and unpacked.fits else plain
    why = lacking(body) or "the body was compressed on the way, and is too large to be unpacked"
    return Statement(Algorithm.CRC64, stated, by_client=False, lacking=why)
