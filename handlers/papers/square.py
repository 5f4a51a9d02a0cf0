"""QR codes. Letters and digits in upper case keep them small."""

from __future__ import annotations

import io

import segno

from handlers.papers.order import PNG, Draw, Order, Wanted

BORDER = 4  # modules of white around it, which readers need


def wanted(text: str, name: str, *, pixels: int) -> Wanted:
    """The text as a picture to be sent; `pixels` is the side of one module."""
    return Wanted("square", f"{name}.png", PNG, details={"text": text, "pixels": pixels})


def make(order: Order) -> Draw:
    details = order.details
    return lambda: png(details["text"], pixels=details["pixels"])


def png(text: str, *, pixels: int) -> bytes:
    """The text as a picture; `pixels` is the side of one module."""
    picture = io.BytesIO()
    segno.make_qr(text, error="m").save(picture, kind="png", scale=pixels, border=BORDER)
    return picture.getvalue()


def modules(text: str) -> list[list[bool]]:
    """Row by row from the top, whether a module is dark; without the border."""
    rows = segno.make_qr(text, error="m").matrix_iter(border=0)
    return [[bool(module) for module in row] for row in rows]
