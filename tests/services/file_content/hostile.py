"""Files made to hang, fatten or fool whoever opens them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache

from PIL import Image

from tests.services.file_content import samples


def pdf_of(objects: dict[int, bytes], *, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, the first of which is its root, with a right table of places."""
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max(objects) + 1
    ending = trailer.replace(b"HERE", b"%d" % table)
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, ending, table)
    return bytes(out)


_ROOT = b"<</Type/Catalog/Pages 2 0 R>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
_PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_PLAIN = {1: _ROOT, 2: _PAGES, 3: _PAGE}


def pdf_with_a_loop_of_tables() -> bytes:
    return pdf_of(_PLAIN, trailer=b"/Prev HERE")


def pdf_whose_pages_are_their_own_children() -> bytes:
    return pdf_of({1: _ROOT, 2: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"})


def pdf_with_a_deep_tree(levels: int = 5_000) -> bytes:
    nodes = {n: b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (n + 1) for n in range(2, levels)}
    return pdf_of({1: _ROOT, **nodes, levels: _PAGE})


def pdf_with_one_page_a_million_times() -> bytes:
    tens = {
        n: b"<</Type/Pages/Kids[%s]/Count 1>>" % (b"%d 0 R " % (n + 1) * 10) for n in range(2, 8)
    }
    return pdf_of({1: _ROOT, **tens, 8: _PAGE})


def pdf_of_deep_arrays(levels: int = 100_000) -> bytes:
    return pdf_of({1: _ROOT, 2: b"[" * levels + b"]" * levels})


def pdf_that_measures_itself_by_itself() -> bytes:
    """The length of an object is said in that very object."""
    return pdf_of({1: _ROOT, 2: b"<</Length 2 0 R>>stream\nxx\nendstream"})


def pdf_for_the_holders_of_certificates() -> bytes:
    encryption = b"<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s5/V 4>>"
    return pdf_of({**_PLAIN, 4: encryption}, trailer=b"/Encrypt 4 0 R")


def pdf_with_a_table_that_unpacks_to_a_hundred_megabytes() -> bytes:
    packed = zlib.compress(b"\0" * 100_000_000, 1)
    head = b"<</Type/XRef/Size 9/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>" % len(packed)
    begin = b"%PDF-1.7\n"
    table = b"4 0 obj\n" + head + b"stream\n" + packed + b"\nendstream\nendobj\n"
    return begin + table + b"startxref\n%d\n%%%%EOF\n" % len(begin)


def _chunk(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def png_of(width: int, height: int, *, extra: bytes = b"") -> bytes:
    """A black picture of that size, packed as small as can be."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\0" * (1 + (width + 7) // 8)) for _ in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
        + extra
        + _chunk(b"IDAT", rows + packer.flush())
        + _chunk(b"IEND", b"")
    )


def png_with_a_text_that_unpacks_to_a_hundred_megabytes() -> bytes:
    packed = zlib.compress(b"a" * 100_000_000, 1)
    return png_of(8, 8, extra=_chunk(b"zTXt", b"a\0\0" + packed))


@cache
def jpeg_that_is_drawn_again_and_again(times: int = 3_000) -> bytes:
    """Progressive, its last pass repeated: each costs a walk over the whole picture."""
    out = io.BytesIO()
    Image.new("L", (6_000, 6_000)).save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * times + b"\xff\xd9"


def zip_of_overlapping_parts(parts: int = 5_000) -> bytes:
    """Every entry of the directory means the same bytes."""
    whole = samples.package(
        {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"\0" * 900_000}
    )
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        start = package.start_dir
    directory, end = whole[start:-22], bytearray(whole[-22:])
    one = directory[directory.rindex(b"PK\1\2") :]
    many = b"".join(one.replace(b"word/document.xml", b"word/%012d" % n) for n in range(parts))
    end[8:16] = struct.pack("<HHI", parts + 2, parts + 2, len(directory) + len(many))
    return whole[:start] + directory + many + bytes(end)
