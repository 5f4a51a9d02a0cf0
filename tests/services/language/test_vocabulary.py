"""The names of features in little memory: each name finds its own row, nothing else does."""

from __future__ import annotations

from services.language import model
from services.language.vocabulary import Vocabulary

NAMES = ["w:a", "w:ab", "w:b", "ش:x", "g:OWE", *(f"c:{number}" for number in range(2_000))]


def test_each_name_finds_its_row_and_unknown_ones_none() -> None:
    names = Vocabulary("\n".join(NAMES).encode())
    assert names.rows_of(NAMES) == list(range(len(NAMES)))
    assert [names[row] for row in range(len(names))] == NAMES == list(names)
    assert names.rows_of(["w:", "w:abc", "", "c:2000", "ش", "\ud800"]) == []


def test_known_and_unknown_names_keep_their_order() -> None:
    names = Vocabulary(b"one\ntwo\nthree")
    assert names.rows_of(["three", "four", "one", "three"]) == [2, 0, 2]


def test_a_name_with_the_same_checksum_is_another_name() -> None:
    # "plumless" and "buckeroo" are the known pair of words with one CRC-32.
    names = Vocabulary(b"plumless\nother")
    assert names.rows_of(["buckeroo", "plumless"]) == [0]
    both = Vocabulary(b"buckeroo\nplumless")
    assert both.rows_of(["plumless", "buckeroo"]) == [1, 0]


def test_every_feature_of_the_model_that_comes_with_the_program_is_found() -> None:
    names = model.default().names
    assert names.rows_of(names) == list(range(len(names)))
