"""Transcripts and answers agree with jiwer, rapidfuzz and the script of SQuAD, and differ only where they should."""

from __future__ import annotations

import doctest
import re
import string
import unicodedata
from collections import Counter
from typing import Any

import jiwer
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenges.metrics import answers, normalisation, text
from challenges.metrics.normalisation import NORMALISERS
from challenges.metrics.types import MetricError
from tests.challenges.metrics.samples import cells

CLOSE: Any = {"rel": 1e-9, "abs": 1e-12}
spoken = st.lists(st.sampled_from(["ship", "shop", "a", "go", "don't", "Ünder", "漢字", "x"]), max_size=9).map(" ".join)
corpora = st.lists(st.tuples(spoken, spoken), min_size=1, max_size=12)


@given(corpora)
@settings(deadline=None, max_examples=30)
def test_rates_of_edits_agree_with_jiwer(rows: list[tuple[str, str]]) -> None:
    rows = [*rows, ("one word", "one word")]  # jiwer and this part ways where no reference has a word
    truth, predictions = [a for a, _ in rows], [b for _, b in rows]
    pair = np.array(truth), np.array(predictions)
    assert text.wer(*pair) == pytest.approx(jiwer.wer(truth, predictions), **CLOSE)
    assert text.cer(*pair) == pytest.approx(jiwer.cer(truth, predictions), **CLOSE)
    assert text.mer(*pair) == pytest.approx(jiwer.mer(truth, predictions), **CLOSE)


def edit_distance(a: str, b: str) -> int:
    """The textbook's table, row by row."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        before, row = row, [i]
        for j, right in enumerate(b, start=1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right)))
    return row[-1]


@given(st.lists(st.tuples(st.text("abé ", max_size=8), st.text("abé ", max_size=8)), min_size=1, max_size=6))
@settings(deadline=None, max_examples=30)
def test_the_mean_edit_distance_is_that_of_the_textbook(rows: list[tuple[str, str]]) -> None:
    expected = np.mean([edit_distance(" ".join(a.split()), " ".join(b.split())) for a, b in rows])
    truth, predictions = np.array([a for a, _ in rows]), np.array([b for _, b in rows])
    assert text.levenshtein(truth, predictions) == pytest.approx(expected, **CLOSE)


def test_a_rate_is_that_of_the_corpus_and_no_mean_of_ratios() -> None:
    truth, predictions = np.array(["a", "b c d e f g h i j"]), np.array(["x", "b c d e f g h i j"])
    assert text.wer(truth, predictions) == 0.1


def test_an_empty_reference_adds_its_insertions_to_the_edits() -> None:
    truth, predictions = np.array(["", "one two"]), np.array(["oh dear", "one two"])
    assert text.wer(truth, predictions) == 1.0
    assert text.mer(truth, predictions) == 0.5
    assert text.cer(truth, predictions) == 1.0


def test_no_rate_is_defined_without_a_single_word() -> None:
    with pytest.raises(MetricError, match="at least one word"):
        text.wer(np.array(["", " "]), np.array(["a", ""]))
    with pytest.raises(MetricError, match="at least one character"):
        text.cer(np.array(["", "\t"]), np.array(["a", ""]))
    with pytest.raises(MetricError, match="at least one word"):
        text.mer(np.array([""]), np.array([""]))


@pytest.mark.parametrize("metric", [text.wer, text.cer, text.mer, text.levenshtein])
def test_composed_and_decomposed_accents_are_the_same_text(metric: Any) -> None:
    composed = np.array(["déjà vu", "naïve"])
    decomposed = np.array([unicodedata.normalize("NFD", cell) for cell in composed])
    assert decomposed[0] != composed[0]
    assert metric(composed, decomposed) == metric(decomposed, composed) == 0.0
    assert answers.exact_match(composed, decomposed) == answers.token_f1(composed, decomposed) == 1.0


def test_letters_that_only_look_alike_stay_different() -> None:
    assert answers.exact_match(np.array(["file"]), np.array(["\ufb01le"])) == 0.0  # the ligature fi: NFKC, not NFC
    assert answers.exact_match(np.array(["a"]), np.array(["\u0430"])) == 0.0  # a Cyrillic a


def test_white_space_of_any_kind_separates_words() -> None:
    assert text.wer(np.array(["one two"]), np.array(["\u2003one\u00a0\ttwo\r\n"])) == 0.0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("none", "The Don't-know, “हिन्दी” 3.5!"),
        ("lower", "the don't-know, “हिन्दी” 3.5!"),
        ("words", "the don't know हिन्दी 3 5"),
        ("squad", "dontknow “हिन्दी” 35"),
    ],
)
def test_a_normalisation_does_what_its_name_says(name: str, expected: str) -> None:
    assert NORMALISERS[name]("The  Don't-know, “हिन्दी” 3.5! ") == unicodedata.normalize("NFC", expected)


def test_the_examples_of_the_normalisations_are_true() -> None:
    done = doctest.testmod(normalisation)
    assert (done.attempted, done.failed) == (4, 0)


@pytest.mark.parametrize("metric", [text.wer, text.cer, text.mer, answers.exact_match, answers.token_f1])
def test_an_unknown_normalisation_is_refused(metric: Any) -> None:
    with pytest.raises(MetricError, match="normalise: expected one of none, lower, words, squad, found 'upper'"):
        metric(np.array(["a"]), np.array(["a"]), normalise="upper")


def test_a_cell_that_is_no_text_is_refused_with_its_row() -> None:
    with pytest.raises(MetricError, match="predictions, row 1: expected a text, found NoneType"):
        text.wer(np.array(["a", "b"]), np.array(["a", None]))
    with pytest.raises(MetricError, match="truth, row 0: expected a text, found int"):
        text.cer(np.array([3, 4]), np.array(["a", "b"]))
    with pytest.raises(MetricError, match="truth, row 1: expected a text or a list of texts, found list"):
        answers.token_f1(cells([["a"], []]), np.array(["a", "b"]))
    with pytest.raises(MetricError, match="truth, row 0: expected a list of texts, found float in it"):
        answers.exact_match(cells([["a", 2.0], ["b"]]), np.array(["a", "b"]))


def squad_normal(answer: str) -> str:
    """As evaluate-v1.1.py of SQuAD words it."""
    kept = "".join(letter for letter in answer.lower() if letter not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def squad_f1(expected: str, found: str) -> float:
    """As evaluate-v2.0.py of SQuAD words it."""
    gold, guess = squad_normal(expected).split(), squad_normal(found).split()
    same = sum((Counter(gold) & Counter(guess)).values())
    if not gold or not guess:
        return float(gold == guess)
    if same == 0:
        return 0.0
    precision, recall = same / len(guess), same / len(gold)
    return 2 * precision * recall / (precision + recall)


answer = st.lists(st.sampled_from(["the", "A", "an", "owl", "Owl!", "grey,", "...", "o'clock", "3"]), max_size=6).map(
    " ".join
)


@given(st.lists(st.tuples(st.lists(answer, min_size=1, max_size=3), answer), min_size=1, max_size=8))
@settings(deadline=None, max_examples=30)
def test_answers_agree_with_the_script_of_squad(rows: list[tuple[list[str], str]]) -> None:
    truth, predictions = cells([gold for gold, _ in rows]), np.array([guess for _, guess in rows])
    f1 = np.mean([max(squad_f1(one, guess) for one in gold) for gold, guess in rows])
    exact = np.mean([any(squad_normal(one) == squad_normal(guess) for one in gold) for gold, guess in rows])
    assert answers.token_f1(truth, predictions) == pytest.approx(f1, **CLOSE)
    assert answers.exact_match(truth, predictions, normalise="squad") == pytest.approx(exact, **CLOSE)


def test_saying_a_word_again_and_again_does_not_pay() -> None:
    truth = np.array(["grey owl"])
    assert answers.token_f1(truth, np.array(["owl"])) == pytest.approx(2 / 3)
    assert answers.token_f1(truth, np.array(["owl owl owl owl"])) == pytest.approx(1 / 3)
