"""QR codes. Letters and digits in upper case keep them small."""

from __future__ import annotations

import io

import segno

BORDER = 4  # modules of white around it, which readers need


def png(text: str, *, pixels: int) -> bytes:
    """The text as a picture; `pixels` is the side of one module."""
    picture = io.BytesIO()
    segno.make_qr(text, error="m").save(picture, kind="png", scale=pixels, border=BORDER)
    return picture.getvalue()


def modules(text: str) -> list[list[bool]]:
    """Row by row from the top, whether a module is dark; without the border."""
    rows = segno.make_qr(text, error="m").matrix_iter(border=0)
    return [[bool(module) for module in row] for row in rows]
