"""Whether a picture is sound, by the library Pillow: an extra, `osspcap[media]`.

Pillow decodes the whole picture, as OSS's image processing does, and unlike viewers it forgives nothing. Bounded by
`MAX_PIXELS`; nothing is written or fetched.
"""

from io import BytesIO
from warnings import catch_warnings, simplefilter

from osspcap.model.media import ImageState

MAX_PIXELS = 50_000_000
"""Pixels of a picture that is decoded: 200 MB at most."""
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF")
MAX_REASON_CHARS = 200


def check_image(content: bytes) -> tuple[ImageState, str]:
    """Decode a picture; return its state, and what the library says or why it was not asked. Never raises."""
    try:
        from PIL import Image  # noqa: PLC0415 - an extra, and slow to load
    except ImportError:
        return ImageState.OPEN, "Pillow is not installed (pip install 'osspcap[media]')"
    try:
        with catch_warnings():
            simplefilter("ignore")
            with Image.open(BytesIO(content), formats=FORMATS) as picture:
                width, height = picture.size
                if width * height > MAX_PIXELS:
                    return ImageState.OPEN, f"it has {width}x{height} pixels, too many to decode here"
                picture.load()
    except Exception as error:  # noqa: BLE001 - whatever a decoder meets in a broken file
        return ImageState.DAMAGED, f"{type(error).__name__}: {error}"[:MAX_REASON_CHARS]
    return ImageState.SOUND, f"{picture.format} of {width}x{height} pixels decodes to its end"
