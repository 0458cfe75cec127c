"""Bodies of two sightings of one message: length, digests, and the first byte that differs.

Bodies are not kept, so that what is compared is what the HTTP stage measured on the way: lengths, MD5 and CRC-64 where
a header made them useful, and the first bytes.
"""

from collections.abc import Iterator

from osspcap.model.comparison import Difference, Place
from osspcap.model.message import Body, Message
from osspcap.model.seen import Seen

RECODED = "the same content, compressed or unpacked on the way"


def compare_bodies(client: Message, server: Message, lacking: list[tuple[Place, str]]) -> Iterator[Difference]:
    """Yield a difference if the bodies are not the same; add to `lacking` what could not be compared."""
    place = Place.REQUEST_BODY if client.is_request else Place.RESPONSE_BODY
    ours, theirs = client.body, server.body
    note = _change(ours, theirs)
    if note is None:
        for body, where in ((ours, "client"), (theirs, "server")):
            if not body.complete:
                lacking.append((place, f"nearer to the {where} the body is not complete: {body.reason}"))
                return
        if ours.captured and not _is_proved_equal(ours, theirs):
            lacking.append((place, f"both have {ours.captured:,} bytes, but what they hold was not kept"))
        return
    yield Difference(
        place,
        client=(_seen(client),),
        server=(_seen(server),),
        expected=RECODED if _is_recoded(ours, theirs) else "",
        note=note,
        is_covered=True,
    )


def _change(ours: Body, theirs: Body) -> str | None:
    """Return how the bodies differ; None if nothing proves that they do."""
    offset = _first_difference(ours.window, theirs.window)
    if offset is not None:
        return f"first difference at byte {offset:,}"
    if not (ours.complete and theirs.complete):
        return None
    if ours.captured != theirs.captured:
        return f"{abs(ours.captured - theirs.captured):,} bytes {'less' if theirs.captured < ours.captured else 'more'}"
    for mine, other in ((ours.md5, theirs.md5), (ours.crc64, theirs.crc64)):
        if mine is not None and other is not None and mine != other:
            return "same length, other content"
    return None


def _first_difference(ours: bytes, theirs: bytes) -> int | None:
    """Return the offset of the first byte that differs in what both windows hold; None if none does."""
    shared = min(len(ours), len(theirs))
    if ours[:shared] == theirs[:shared]:
        return None
    low, high = 0, shared
    while high - low > 1:  # the first `low` bytes are equal, the first `high` are not
        middle = (low + high) // 2
        if ours[:middle] == theirs[:middle]:
            low = middle
        else:
            high = middle
    return low


def _is_proved_equal(ours: Body, theirs: Body) -> bool:
    if ours.md5 is not None and ours.md5 == theirs.md5:
        return True
    if ours.crc64 is not None and ours.crc64 == theirs.crc64:
        return True
    return len(ours.window) == ours.captured == len(theirs.window)


def _is_recoded(ours: Body, theirs: Body) -> bool:
    is_coded = ours.content != ours.window or theirs.content != theirs.window
    is_whole = ours.complete and theirs.complete
    return is_coded and is_whole and bool(ours.content) and ours.content == theirs.content


def _seen(message: Message) -> Seen[str]:
    body = message.body
    parts = [f"{body.captured:,} bytes"]
    if not body.complete:
        parts.append("not complete")
    if body.md5 is not None:
        parts.append(f"MD5 {body.md5.hex()}")
    if body.crc64 is not None:
        parts.append(f"CRC-64 {body.crc64}")
    frame = message.frame if body.first_frame is None else body.first_frame
    return Seen(", ".join(parts), frame, f"{message.kind} body", body.window[:64])
