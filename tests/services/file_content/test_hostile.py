"""Crafted files: an answer, and soon. What still hangs is ended from outside (`test_apart`)."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from services.file_content.content import ContentRefused
from services.file_content.recognising import recognise
from tests.services.file_content import hostile, samples

pytestmark = pytest.mark.timeout(60)  # seconds: one that hangs fails

ZIP = samples.package({"a.js": b"WScript.Echo(1)"})

CRAFTED: list[tuple[str, Callable[[], bytes]]] = [
    # A table that names itself as the one before: what it says is there is there.
    ("pdf", hostile.pdf_with_a_loop_of_tables),
    ("broken", hostile.pdf_whose_pages_are_their_own_children),
    ("broken", hostile.pdf_of_deep_arrays),
    ("broken", hostile.pdf_with_a_table_that_unpacks_to_a_hundred_megabytes),
    ("bomb", hostile.pdf_with_a_deep_tree),
    ("bomb", hostile.pdf_with_one_page_a_million_times),
    ("bomb", hostile.pdf_that_measures_itself_by_itself),
    ("locked", hostile.pdf_for_the_holders_of_certificates),
    ("bomb", lambda: hostile.png_of(65_535, 65_535 // 4)),
    ("broken", hostile.png_with_a_text_that_unpacks_to_a_hundred_megabytes),
    ("bomb", hostile.zip_of_overlapping_parts),
    ("bomb", lambda: samples.docx({f"word/{n}": b"" for n in range(10_001)})),
]

# Two things at once: what counts is what it is opened as, by the name that we give it.
POLYGLOTS = [
    ("jpeg", samples.picture() + ZIP),
    ("pdf", samples.pdf() + ZIP),
    ("pdf", b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\n" + samples.pdf()),  # as printers write it
    ("archive", ZIP + samples.pdf()),
    ("dangerous", samples.PROGRAM + samples.pdf()),
    ("dangerous", b"MZ\n" + samples.pdf()),
    ("dangerous", b"#!/bin/sh\nexit\n" + samples.pdf()),
    ("dangerous", b"<html><script>alert(1)</script>\n" + samples.pdf()),
    ("broken", b"GIF89a/*" + b"\0" * 100 + b"*/=1;alert(1);"),
    ("truncated", samples.pdf() + b"-" * 4_000),
]


def _answer(content: bytes) -> str:
    try:
        return recognise(io.BytesIO(content)).code
    except ContentRefused as refusal:
        return refusal.reason


@pytest.mark.parametrize(("answer", "made"), CRAFTED)
def test_a_crafted_file_gets_its_answer_soon(answer: str, made: Callable[[], bytes]) -> None:
    assert _answer(made()) == answer


@pytest.mark.parametrize(("answer", "content"), POLYGLOTS)
def test_a_file_that_is_two_things_is_what_it_will_be_opened_as(
    answer: str, content: bytes
) -> None:
    assert _answer(content) == answer


def test_a_picture_of_the_largest_telephones_is_no_bomb() -> None:
    assert _answer(hostile.png_of(16_320, 12_240)) == "png"  # 200 megapixels
