"""Media objects of a capture: the samples of each put together, so that one range may tell what another lacks.

In: exchanges with their `MediaSample`. Out: `MediaObjects`, or None where there is neither media nor a picture that
OSS calls damaged. Cost: 0.1 us an exchange without media; a damaged picture is decoded once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from osspcap.model.exchange import Exchange
from osspcap.model.facts import NO_FACTS
from osspcap.model.media import ImageCheck, Layout, Media, MediaObject, MediaObjects, MediaSample
from osspcap.model.usual import unusual

MAX_OBJECTS = 2_000
"""Objects told of; further ones are left out."""
MAX_IMAGES = 200
"""Damaged pictures told of."""
MAX_CHECKS = 20
"""Of these, pictures that are decoded."""
DAMAGED_CODE = "ImageDamage"

_Named = tuple[str | None, str]


def gather_media(exchanges: Sequence[Exchange]) -> MediaObjects | None:
    """Put the samples together; never raises on traffic."""
    samples: dict[_Named, list[tuple[Exchange, MediaSample]]] = {}
    damaged: list[Exchange] = []
    for exchange in unusual(exchanges):
        operation = exchange.operation
        if operation is None:
            continue
        if exchange.facts is not NO_FACTS and operation.object is not None:
            sample = exchange.facts.get(MediaSample)
            if sample is not None:
                samples.setdefault((operation.bucket, operation.object), []).append((exchange, sample))
        if operation.error is not None and operation.error.code.value == DAMAGED_CODE:
            damaged.append(exchange)
    if not samples and not damaged:
        return None
    objects = tuple(_object(found) for _, found in zip(range(MAX_OBJECTS), samples.values(), strict=False))
    return MediaObjects(objects, tuple(_checked(damaged[:MAX_IMAGES], samples)))


def _object(samples: list[tuple[Exchange, MediaSample]]) -> MediaObject:
    first_exchange, first = next((one for one in samples if not one[1].start), samples[0])
    media, codecs = first.media, [(first_exchange.id, seen) for seen in first.codecs]
    if not media.tracks:
        other = next((one for one in samples if one[1].media.tracks), None)
        if other is not None:
            media = _joined(media, other[1].media)
            codecs = [(other[0].id, seen) for seen in other[1].codecs]
    return MediaObject(
        media,
        first,
        tuple(dict.fromkeys(exchange.id for exchange, _ in samples)),
        tuple(codecs),
        tuple(exchange.id for exchange, sample in samples if not sample.is_upload),
    )


def _joined(beginning: Media, index: Media) -> Media:
    """Describe a file whose beginning and index came in different answers."""
    layout = Layout.END if beginning.layout in (Layout.END, Layout.MISSING) else beginning.layout
    return replace(beginning, tracks=index.tracks, layout=layout, index_offset=index.index_offset, open_question="")


def _checked(
    damaged: Iterable[Exchange], samples: dict[_Named, list[tuple[Exchange, MediaSample]]]
) -> Iterator[ImageCheck]:
    """Decode the pictures that OSS calls damaged, as far as they were captured."""
    known: dict[int, ImageCheck] = {}
    for exchange in damaged:
        operation = exchange.operation
        name = (None, "") if operation is None else (operation.bucket, operation.object or "")
        carried = [one for one in samples.get(name, ()) if one[1].content]
        before = [one for one in carried if one[0].id < exchange.id]
        if not carried:
            yield ImageCheck(exchange.id, reason="the picture itself was not captured whole")
            continue
        source, sample = (before or carried)[-1]
        if source.id not in known and len(known) >= MAX_CHECKS:
            yield ImageCheck(exchange.id, source.id, reason=f"only {MAX_CHECKS} pictures of a capture are decoded")
            continue
        if source.id not in known:
            from osspcap.media.images import check_image  # noqa: PLC0415 - few pictures are damaged

            state, reason = check_image(sample.content)
            known[source.id] = ImageCheck(exchange.id, source.id, state, reason)
        yield replace(known[source.id], exchange=exchange.id)
