"""The figures the project promises, measured on utterances the model has never seen."""

from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

from services.language import corpus, model
from services.language.labels import Label, Variety
from services.language.measure import Figures, measure
from services.language.understanding import Recogniser

UNSEEN = Path(__file__).with_name("unseen.csv")
LATER = Path(__file__).with_name("unseen_later.csv")
"""Written after the lexicon was finished, in wording as far from it as could be found."""


@lru_cache(maxsize=1)
def held_out_figures() -> Figures:
    _, held_out = corpus.split(
        corpus.read_folder(corpus.UTTERANCES), corpus.held_out_fingerprints()
    )
    return measure(Recogniser(model.default()), held_out)


@lru_cache(maxsize=2)
def unseen_figures(path: Path = UNSEEN) -> Figures:
    return measure(Recogniser(model.default()), corpus.read_file(path))


def test_the_model_was_trained_on_the_data_that_lies_beside_it() -> None:
    current = corpus.data_hash(corpus.read_folder(corpus.UTTERANCES))
    assert model.default().data_hash == current, (
        "utterances or tables have changed: run `python -m services.language.train`"
    )


def test_macro_f1_on_the_held_out_fifth_is_at_least_nine_tenths() -> None:
    assert held_out_figures().macro_f1 >= 0.90


def test_at_most_two_in_a_hundred_are_acted_upon_wrongly_without_asking() -> None:
    assert held_out_figures().wrong_without_asking <= 0.02
    assert unseen_figures().wrong_without_asking <= 0.02


def test_nine_in_ten_unseen_wordings_have_the_right_label_among_the_first_two() -> None:
    assert unseen_figures().top_2 >= 0.90


def test_even_idioms_far_from_the_data_are_rarely_acted_upon_wrongly() -> None:
    """The aim of nine in ten is not reached on this set: a floor, so that it gets no worse."""
    assert unseen_figures(LATER).top_2 >= 0.79
    assert unseen_figures(LATER).wrong_without_asking <= 0.02


def test_reports_of_conduct_and_corruption_are_hardly_ever_missed() -> None:
    assert held_out_figures().sensitive_offered >= 0.95
    assert unseen_figures().sensitive_offered >= 0.95


def test_a_fifth_is_held_out_and_none_of_it_is_trained_on() -> None:
    rows = corpus.read_folder(corpus.UTTERANCES)
    training, held_out = corpus.split(rows, corpus.held_out_fingerprints())
    assert 0.17 <= len(held_out) / len(rows) <= 0.23
    trained = {corpus.fingerprint(row.text) for row in training}
    assert not [row.text for row in held_out if corpus.fingerprint(row.text) in trained]


def test_no_unseen_wording_is_among_the_utterances() -> None:
    known = {corpus.fingerprint(row.text) for row in corpus.read_folder(corpus.UTTERANCES)}
    unseen = corpus.read_file(UNSEEN) + corpus.read_file(LATER)
    assert not [row.text for row in unseen if corpus.fingerprint(row.text) in known]


def test_each_label_has_forty_utterances_or_more_over_the_four_varieties() -> None:
    rows = corpus.read_folder(corpus.UTTERANCES)
    counts = Counter(row.label for row in rows)
    assert all(counts[label] >= 40 for label in Label)
    pairs = Counter((row.label, row.language) for row in rows)
    assert all(pairs[label, variety] >= 10 for label in Label for variety in Variety)


def test_one_wording_never_has_two_labels() -> None:
    labels: dict[str, set[Label]] = {}
    for row in corpus.read_folder(corpus.UTTERANCES):
        labels.setdefault(corpus.fingerprint(row.text), set()).add(row.label)
    assert not [found for found in labels.values() if len(found) > 1]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("text,label\nx,join\n", 1),
        ("text,language,label\nbonjour,fr,no_such_label\n", 2),
        ("text,language,label\nbonjour,xx,greeting\n", 2),
        ("text,language,label\n???!!,fr\n", 2),
        ("text,language,label\n,fr,greeting\n", 2),
    ],
)
def test_a_bad_row_of_a_funds_own_file_names_its_line(
    tmp_path: Path, content: str, line: int
) -> None:
    path = tmp_path / "own.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(corpus.BadUtterance) as refused:
        corpus.read_file(path)
    assert refused.value.line == line
