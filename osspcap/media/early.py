"""What an exchange shows of a media object, taken before the window of its body is dropped.

In: a message pair and what it means to OSS. Out: a `MediaSample`, or None where the bytes are no media. Downloads are
looked at, and uploads (PutObject, the file of a form, AppendObject, the first part of a multipart upload). Of a range
in the middle of an object only an index is looked for: players fetch it so where it stands at the end.

Cost: 0.3 us for an exchange without media, some 30 us for one with. Memory: `MAX_SAMPLES` samples, of pictures
`MAX_CONTENT_BYTES` altogether.
"""

import re
from dataclasses import replace

from osspcap.media.signatures import FIRST_BYTES, MIN_BYTES
from osspcap.model.exchange import MessagePair
from osspcap.model.media import IMAGES, Container, Media, MediaSample, Track
from osspcap.model.message import NO_BODY, Body, LateWindow, Message
from osspcap.model.operation import Operation, Role
from osspcap.model.pattern import pattern
from osspcap.model.seen import Seen
from osspcap.model.usual import UsualPair
from osspcap.units import FrameNumber

MAX_SAMPLES = 4_000
"""Samples kept of a capture."""
MAX_SAMPLES_OF_ONE = 8
"""Samples kept of one object: the beginning and the index are in the first ones."""
MAX_CONTENT_BYTES = 16 * 1024 * 1024
"""Bytes kept of pictures that were captured whole, should OSS call one of them damaged."""
SHOWN_BYTES = 16

_UPLOADS = frozenset({"PutObject", "PostObject", "AppendObject", "UploadPart"})
_PIECES = frozenset({"AppendObject", "UploadPart"})
"""Uploads that hold a part of an object only."""
_FIRST_PART = pattern(r"[?&]partNumber=1(?:&|$)").search
_PROCESSED = "x-oss-process="
_find_range = pattern(
    rb"\ncontent-range:[ \t]*bytes[ \t]+([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)", re.IGNORECASE
).search


def may_hold_media(pair: UsualPair) -> bool:
    """Tell whether `EarlyMedia.gather` would look at a usual pair any closer."""
    is_download = pair.kind.method == "GET"
    body = pair.answered_body if is_download else pair.asked_body
    return body is not NO_BODY and _may_be_media(body.content, pair.kind.status if is_download else 0)


def _may_be_media(data: bytes, status: int) -> bool:
    """Tell by the first byte, or the status of an answer; 0 for a request."""
    return len(data) >= MIN_BYTES and (data[0] in FIRST_BYTES or status == 206)


class EarlyMedia:
    """Gathers the samples of one capture."""

    def __init__(self) -> None:
        self._room = MAX_CONTENT_BYTES
        self._kept = 0
        self._counts: dict[tuple[str | None, str], int] = {}

    def gather(
        self, pair: MessagePair, operation: Operation | None, file: tuple[int, int | None] | None = None
    ) -> MediaSample | None:
        """Return the sample of one exchange; never raises on traffic.

        Args:
            pair: The exchange.
            operation: What it means to OSS.
            file: Of a form: where in the body its file begins, and how many bytes it has.
        """
        request = pair.request
        message = pair.response if request is not None and request.method == "GET" else request
        if request is None or message is None:
            return None
        data = message.body.content if file is None else message.body.content[file[0] :]
        # Almost all exchanges end here.
        if not _may_be_media(data, message.status):
            return None
        is_upload = message is request
        if operation is None or operation.object is None or operation.role is not Role.OSS:
            return None
        if self._kept >= MAX_SAMPLES or _PROCESSED in request.target:
            return None
        if not _begins_object(request, operation) if is_upload else message.status not in (200, 206):
            return None
        if is_upload:
            has_more = operation.name in _PIECES
            total = None if has_more else _total(message.body) if file is None else file[1]
            sample = _beginning(message, data, total, 0 if file is None else file[0], is_upload=True, has_more=has_more)
        else:
            sample = _download(message, data)
        return self._counted(operation, sample)

    def _counted(self, operation: Operation, sample: MediaSample | None) -> MediaSample | None:
        """Keep to the limits."""
        if sample is None or operation.object is None:
            return None
        name = (operation.bucket, operation.object)
        count = self._counts.get(name, 0)
        if count >= MAX_SAMPLES_OF_ONE:
            return None
        self._counts[name] = count + 1
        self._kept += 1
        if len(sample.content) > self._room:
            return replace(sample, content=b"")
        self._room -= len(sample.content)
        return sample


def _begins_object(request: Message, operation: Operation) -> bool:
    if operation.name not in _UPLOADS:
        return False
    return operation.name != "UploadPart" or _FIRST_PART(request.target) is not None


def _download(message: Message, data: bytes) -> MediaSample | None:
    if message.status != 206:
        return _beginning(message, data, _total(message.body))
    found = _find_range(message.raw_head)
    if found is None:
        return None
    start, total = int(found[1]), None if found[2] == b"*" else int(found[2])
    return _index_sample(message, data, start, total) if start else _beginning(message, data, total)


def _beginning(
    message: Message,
    data: bytes,
    total: int | None,
    base: int = 0,
    *,
    is_upload: bool = False,
    has_more: bool = False,
) -> MediaSample | None:
    """Read the beginning of an object. `base`: body offset of its first byte; `has_more`: it goes on elsewhere."""
    from osspcap.media.sniff import read_media  # noqa: PLC0415 - few objects begin like media

    body = message.body
    media = read_media(data, total=total)
    if media is None:
        return None
    codecs = _codecs(message, media, data, base)
    if not media.tracks and body.late is not None and not base:
        media, codecs = _late(message, media, body.late)
    if base:
        is_whole = total is not None and len(data) >= total and body.complete
        data = data[:total]
    else:
        is_whole = body.complete and len(body.window) == body.captured and total in (None, body.captured)
    is_whole = is_whole and not has_more
    first = "first bytes of the file" if base else "first bytes"
    return MediaSample(
        media,
        is_upload,
        0,
        total,
        len(data),
        is_whole,
        _seen(message, base, data[:SHOWN_BYTES], _told(media), first),
        codecs,
        data if is_whole and media.container in IMAGES else b"",
    )


def _index_sample(message: Message, data: bytes, start: int, total: int | None) -> MediaSample | None:
    """Look for an MP4 index in the middle of an object."""
    from osspcap.media.boxes import read_index  # noqa: PLC0415 - likewise

    found = read_index(data)
    if found is None:
        return None
    tracks, at = found
    media = Media(Container.MP4, tracks=tracks, index_offset=start + at)
    seen = _seen(message, at, data[at : at + SHOWN_BYTES], "MP4 index (moov)", f"byte {start + at:,} of the object")
    return MediaSample(media, False, start, total, len(data), False, seen, _codecs(message, media, data))


def _late(message: Message, media: Media, late: LateWindow) -> tuple[Media, tuple[Seen[str], ...]]:
    """Read the index that stands behind the media data."""
    from osspcap.media.boxes import read_index  # noqa: PLC0415 - likewise

    found = read_index(late.data)
    if found is None or found[1]:
        return media, ()
    media = replace(media, tracks=found[0], open_question="")
    shown = ((track, late.data[track.offset : track.offset + SHOWN_BYTES]) for track in media.tracks)
    return media, tuple(
        Seen(_described(track), late.frame, f"{message.kind} body, {track.kind} track", raw) for track, raw in shown
    )


def _total(body: Body) -> int | None:
    return body.announced if body.announced is not None else body.captured if body.complete else None


def _told(media: Media) -> str:
    return f"{media.container}{f', brand {media.brand}' if media.brand else ''}"


def _codecs(message: Message, media: Media, data: bytes, base: int = 0) -> tuple[Seen[str], ...]:
    return tuple(
        _seen(
            message,
            base + track.offset,
            data[track.offset : track.offset + SHOWN_BYTES],
            _described(track),
            f"{track.kind} track",
        )
        for track in media.tracks
    )


def _described(track: Track) -> str:
    return f"{track.code}{f' ({track.detail})' if track.detail else ''}"


def _seen(message: Message, at: int, raw: bytes, told: str, what: str) -> Seen[str]:
    body = message.body
    # Offsets of a body that was compressed are those of its content, and tell no packet.
    frame = body.frame_at(at) if body.content is body.window else body.first_frame
    return Seen(told, message.frame if frame is None else FrameNumber(frame), f"{message.kind} body, {what}", raw)
