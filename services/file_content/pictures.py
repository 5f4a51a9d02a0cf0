"""Pictures: decoded by Pillow, so that what is taken can also be shown."""

from __future__ import annotations

from typing import BinaryIO

from PIL import Image

from services.file_content.content import ContentRefused

PIXELS_MAX = 400_000_000  # twice what the largest telephone takes today (200 megapixels)
_READERS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP")  # no others: Pillow has forty

Image.init()  # all at once: a confined process can load nothing later
Image.MAX_IMAGE_PIXELS = PIXELS_MAX // 2  # Pillow warns from here on, and refuses the double


def look(stream: BinaryIO, size: int) -> None:
    """Raises `ContentRefused`: bomb, or truncated. Any other error: it cannot be opened."""
    try:
        with Image.open(stream, formats=_READERS) as image:
            _decode(image)
        with Image.open(stream, formats=_READERS) as image:
            _verify(image)
    except Image.DecompressionBombError:
        raise ContentRefused("bomb") from None


def _decode(image: Image.Image) -> None:
    """The first picture in the file, to its end."""
    # A JPEG is read whole, and unfolded at an eighth: a large photo takes little memory.
    image.draft("RGB", (max(1, image.width // 8), max(1, image.height // 8)))
    try:
        image.load()
    except (OSError, EOFError):
        raise ContentRefused("truncated") from None


def _verify(image: Image.Image) -> None:
    """The check sums of a PNG, up to its end mark; Pillow has nothing for the others."""
    try:
        image.verify()
    except (OSError, EOFError, SyntaxError):
        raise ContentRefused("truncated") from None
