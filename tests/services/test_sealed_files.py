"""Sealed files: the same content comes out, and nothing that was altered, cut or exchanged."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sealed_files import HEADER, PIECE, TAG, SealedFile, SealingWriter
from services.vault import SealBroken, Vault

VAULT = Vault(b"k" * 32)


def sealed(content: bytes, *, step: int = 10_000, vault: Vault = VAULT) -> bytes:
    out = io.BytesIO()
    writer = SealingWriter(out, vault)
    for start in range(0, len(content), step):
        writer.write(content[start : start + step])
    writer.close()
    return out.getvalue()


def opened(content: bytes, *, vault: Vault = VAULT) -> bytes:
    with SealedFile(io.BytesIO(content), vault) as stream:
        return stream.read()


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7])
def test_what_was_sealed_comes_out_at_any_length(length: int) -> None:
    content = bytes(range(256)) * (length // 256 + 1)
    content = content[:length]
    result = sealed(content)
    assert opened(result) == content
    assert len(result) == HEADER + length + TAG * max(1, -(-length // PIECE))
    assert SealedFile(io.BytesIO(result), VAULT).size == length


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200_000), st.integers(0, 70_000)), max_size=5))
def test_it_is_read_from_any_place(reads: list[tuple[int, int]]) -> None:
    content = bytes(n % 251 for n in range(150_000))
    with SealedFile(io.BytesIO(sealed(content)), VAULT) as stream:
        for place, length in reads:
            stream.seek(place)
            assert stream.read(length) == content[place : place + length]


def test_the_same_content_never_looks_the_same() -> None:
    assert sealed(b"same") != sealed(b"same")


@pytest.mark.parametrize("place", [0, 5, HEADER + 3, HEADER + PIECE + TAG + 9, -1])
def test_one_bit_altered_and_it_does_not_open(place: int) -> None:
    content = bytearray(sealed(b"x" * (2 * PIECE + 50)))
    content[place] ^= 1
    with pytest.raises(SealBroken):
        opened(bytes(content))


@pytest.mark.parametrize(
    "length", [0, 10, HEADER, HEADER + TAG, HEADER + PIECE + TAG, HEADER + 2 * (PIECE + TAG)]
)
def test_cut_off_it_does_not_open_even_between_two_pieces(length: int) -> None:
    with pytest.raises(SealBroken):
        opened(sealed(b"x" * (2 * PIECE + 50))[:length])


def test_pieces_exchanged_or_of_another_file_do_not_open() -> None:
    one, other = sealed(b"a" * 3 * PIECE), sealed(b"b" * 3 * PIECE)
    size = PIECE + TAG
    swapped = one[:HEADER] + one[HEADER + size : HEADER + 2 * size] + one[HEADER:][:size]
    for forged in (
        swapped + one[HEADER + 2 * size :],
        one[: HEADER + size] + other[HEADER + size :],
    ):
        with pytest.raises(SealBroken):
            opened(forged)


def test_another_installations_key_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        opened(sealed(b"secret"), vault=Vault(b"o" * 32))
