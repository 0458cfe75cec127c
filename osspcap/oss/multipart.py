"""Follows every multipart upload through a capture, by its upload ID.

In: all exchanges. Out: `MultipartUploads`, or None if there is none. A proxy that captured both of its sides shows each
request twice; the inner one is left out.

Cost: a look at the operation's name for each exchange (0.1 us), some 3 us for each request about an upload. Memory:
some 200 bytes a part, and no more than `MAX_TRIES` of them.

Source: OSS API reference, InitiateMultipartUpload, UploadPart, UploadPartCopy, ListParts, CompleteMultipartUpload,
AbortMultipartUpload.
"""

from collections.abc import Sequence

from osspcap.model.exchange import Exchange
from osspcap.model.multipart import Completion, MultipartUpload, MultipartUploads, PartEntry, PartTry
from osspcap.model.pattern import pattern
from osspcap.model.usual import unusual
from osspcap.oss.facts import Context
from osspcap.oss.head import Head
from osspcap.oss.legs import is_nested
from osspcap.oss.limits import MAX_PART_NUMBER
from osspcap.oss.neighbours import is_successful
from osspcap.oss.part_list import read_part_list, whole_number
from osspcap.oss.target import percent_decode, split_query, split_target
from osspcap.units import FrameNumber

MAX_UPLOADS = 100_000
"""Upload IDs followed in one capture."""
MAX_TRIES = 1_000_000
"""Uploads of parts that are kept in one capture."""
MAX_LISTS = 2_000
"""Part lists of one capture that are parsed: of completions and of ListParts answers."""
MAX_UPLOAD_ID_CHARS = 1_024
MAX_RESULT_BYTES = 4_096
"""Bytes of an InitiateMultipartUpload answer that are searched."""

_NAMES = frozenset(
    {
        "InitiateMultipartUpload",
        "UploadPart",
        "UploadPartCopy",
        "ListParts",
        "CompleteMultipartUpload",
        "AbortMultipartUpload",
    }
)
_find_upload_id = pattern(rb"<UploadId>\s*([^<\s]{1,1024})\s*</UploadId>").search
_find_range = pattern(r"bytes\s*=\s*([0-9]{1,18})\s*-\s*([0-9]{1,18})").fullmatch


def gather_multipart(exchanges: Sequence[Exchange], context: Context) -> MultipartUploads | None:
    """Follow the multipart uploads of a capture; None if it holds no request about one."""
    followed: dict[str, _Followed] = {}
    tries = 0
    for exchange in unusual(exchanges):
        operation = exchange.operation
        if operation is None or operation.name not in _NAMES or exchange.request is None:
            continue
        query = split_query(split_target(exchange.request.target, exchange.request.method).query)
        upload_id = _started(exchange) if operation.name == "InitiateMultipartUpload" else query.get("uploadId", "")
        upload_id = percent_decode(upload_id)[:MAX_UPLOAD_ID_CHARS]
        upload = followed.get(upload_id)
        if upload is None:
            if not upload_id or len(followed) >= MAX_UPLOADS:
                continue
            upload = followed[upload_id] = _Followed(upload_id, exchange.id, exchanges, context)
        if operation.name in ("UploadPart", "UploadPartCopy"):
            tries += 1
            if tries <= MAX_TRIES:
                upload.take_part(exchange, query.get("partNumber", ""))
        else:
            upload.take(exchange)
        upload.note(exchange)
    return MultipartUploads(tuple(upload.result() for upload in followed.values())) if followed else None


def _started(exchange: Exchange) -> str:
    """Return the upload ID that an InitiateMultipartUpload was answered with; empty if it was not."""
    response = exchange.response
    if response is None or not is_successful(exchange):
        return ""
    found = _find_upload_id(response.body.content, 0, MAX_RESULT_BYTES)
    return "" if found is None else found[1].decode("latin-1")


class _Followed:
    """One upload while it is followed."""

    def __init__(self, upload_id: str, first: int, exchanges: Sequence[Exchange], context: Context) -> None:
        self._exchanges = exchanges
        self._context = context
        self._upload_id = upload_id
        self._first = self._last = first
        self._initiation: int | None = None
        self._parts: dict[int, list[PartTry]] = {}
        self._misnumbered: list[int] = []
        self._listed: dict[int, PartEntry] = {}
        self._listing: int | None = None
        self._completions: list[Completion] = []
        self._aborts: list[int] = []
        self._gone: list[int] = []

    def note(self, exchange: Exchange) -> None:
        """Note what every request about the upload may tell."""
        self._last = exchange.id
        error = None if exchange.operation is None else exchange.operation.error
        if error is not None and error.code.value == "NoSuchUpload":
            self._gone.append(exchange.id)

    def take_part(self, exchange: Exchange, number_text: str) -> None:
        """Take the upload of a part."""
        number = whole_number(percent_decode(number_text))
        if number is None or not 1 <= number <= MAX_PART_NUMBER:
            self._misnumbered.append(exchange.id)
            return
        tries = self._parts.setdefault(number, [])
        if not tries or not self._is_inner_leg(tries[-1].exchange, exchange):
            tries.append(PartTry(exchange.id, _size(exchange)))

    def take(self, exchange: Exchange) -> None:
        """Take any other request about the upload."""
        match "" if exchange.operation is None else exchange.operation.name:
            case "InitiateMultipartUpload":
                if self._initiation is None:
                    self._initiation = exchange.id
            case "AbortMultipartUpload":
                if not self._aborts or not self._is_inner_leg(self._aborts[-1], exchange):
                    self._aborts.append(exchange.id)
            case "ListParts":
                self._take_list(exchange)
            case "CompleteMultipartUpload":
                self._take_completion(exchange)

    def _take_completion(self, exchange: Exchange) -> None:
        done = self._completions
        if done and self._is_inner_leg(done[-1].exchange, exchange):
            return
        if self._context.spend("part lists", MAX_LISTS):
            from osspcap.oss.completion import Uploaded, judge_completion  # noqa: PLC0415 - few captures have one

            uploaded = Uploaded(self._exchanges, self._parts, self._listed, self._listing)
            done.append(judge_completion(exchange, uploaded))
        else:
            done.append(Completion(exchange.id, 0, is_whole=False, frame=_first_frame(exchange)))

    def _is_inner_leg(self, earlier: int, exchange: Exchange) -> bool:
        """Tell a request that a proxy passed on while it had another one open from one that was sent again."""
        outer = self._exchanges[earlier]
        if not is_nested(outer, exchange):
            return False
        ids = [item.operation.request_id for item in (outer, exchange) if item.operation is not None]
        if len(ids) == 2 and ids[0] is not None and ids[1] is not None:
            return ids[0].value == ids[1].value
        connections = self._context.connections
        if max(outer.stream, exchange.stream) >= len(connections):
            return False
        return connections[outer.stream].server.host == connections[exchange.stream].client.host

    def _take_list(self, exchange: Exchange) -> None:
        response = exchange.response
        if response is None or not is_successful(exchange) or not self._context.spend("part lists", MAX_LISTS):
            return
        entries, _ = read_part_list(response.body.content)
        self._listed.update((entry.number, entry) for entry in entries if entry.number is not None)
        if entries:
            self._listing = exchange.id

    def result(self) -> MultipartUpload:
        """Return what was found."""
        return MultipartUpload(
            upload_id=self._upload_id,
            initiation=self._initiation,
            parts={number: tuple(tries) for number, tries in self._parts.items()},
            misnumbered=tuple(self._misnumbered),
            listed=self._listed,
            completions=tuple(self._completions),
            aborts=tuple(self._aborts),
            gone=tuple(self._gone),
            first=self._first,
            last=self._last,
        )


def _first_frame(exchange: Exchange) -> FrameNumber:
    first = exchange.request or exchange.response
    assert first is not None  # noqa: S101 - an exchange has one of them
    return first.frame


def _size(exchange: Exchange) -> int | None:
    """Return the bytes of a part: of the body, or of the range that is copied."""
    request = exchange.request
    if request is None:
        return None
    if exchange.operation is not None and exchange.operation.name == "UploadPartCopy":
        found = _find_range(Head(request).value(b"\nx-oss-copy-source-range:"))
        return None if found is None else max(0, int(found[2]) - int(found[1]) + 1)
    body = request.body
    return body.captured if body.complete else body.announced
