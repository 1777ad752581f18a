"""ROUGE-L agrees with rouge-score, CIDEr-D with its definition written out."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from challenges.metrics import captions, summaries
from challenges.metrics.types import MetricError
from tests.challenges.metrics.samples import cells

CLOSE: Any = {"rel": 1e-9, "abs": 1e-9}
some = st.lists(st.sampled_from(["a", "b", "c", "d", "Dog", "don't", "e-mail", "Über", "3", "!"]), max_size=9).map(
    " ".join
)


@given(st.lists(st.tuples(st.lists(some, min_size=1, max_size=3), some), min_size=1, max_size=8))
@settings(deadline=None, max_examples=30)
def test_rouge_l_agrees_with_rouge_score(rows: list[tuple[list[str], str]]) -> None:
    rows = [([f"x {text}" for text in texts], found) for texts, found in rows]
    scorer = RougeScorer(["rougeL"])
    expected = np.mean([scorer.score_multi(texts, found)["rougeL"].fmeasure for texts, found in rows])
    found = summaries.rouge_l(cells([texts for texts, _ in rows]), np.array([found for _, found in rows]))
    assert found == pytest.approx(expected, **CLOSE)


def test_words_of_other_scripts_need_their_own_tokeniser() -> None:
    truth = np.array(["кот сидит на ковре", "हिन्दी में लिखा"])
    with pytest.raises(MetricError, match="truth, row 0: expected at least one word"):
        summaries.rouge_l(truth, truth)
    assert summaries.rouge_l(truth, truth, tokenise="words") == 1.0
    assert summaries.rouge_l(truth, np.array(["Кот сидит", "में लिखा?"]), tokenise="words") == pytest.approx(
        (2 / 3 + 4 / 5) / 2
    )


def test_an_unknown_tokeniser_is_refused() -> None:
    one = np.array(["a b"])
    for metric in (summaries.rouge_l, captions.cider):
        with pytest.raises(MetricError, match="tokenise: expected one of latin, words, lower, none, found 'ptb'"):
            metric(one, one, tokenise="ptb")


def cider_d(references: list[list[str]], predictions: list[str]) -> float:
    """CIDEr-D as pycocoevalcap's scorer words it, one n-gram at a time."""

    def grams(text: str) -> Counter[tuple[str, ...]]:
        words = text.split()
        return Counter(tuple(words[i : i + n]) for n in range(1, 5) for i in range(len(words) - n + 1))

    rows_with: Counter[tuple[str, ...]] = Counter()
    for texts in references:
        rows_with.update({gram for text in texts for gram in grams(text)})

    def weighed(text: str, n: int) -> dict[tuple[str, ...], float]:
        rarity = math.log(len(references))
        return {
            gram: count * (rarity - math.log(max(1, rows_with[gram])))
            for gram, count in grams(text).items()
            if len(gram) == n
        }

    def similarity(found: str, text: str, n: int) -> float:
        ours, theirs = weighed(found, n), weighed(text, n)
        length = math.sqrt(sum(v * v for v in ours.values())) * math.sqrt(sum(v * v for v in theirs.values()))
        shared = sum(min(value, theirs.get(gram, 0.0)) * theirs.get(gram, 0.0) for gram, value in ours.items())
        apart = max(len(found.split()) - 1, 0) - max(len(text.split()) - 1, 0)
        return shared / length * math.exp(-(apart**2) / (2 * 6.0**2)) if length else 0.0

    scores = [
        sum(similarity(found, text, n) for n in range(1, 5) for text in texts) / 4 / len(texts)
        for texts, found in zip(references, predictions, strict=True)
    ]
    return 10 * sum(scores) / len(scores)


plain = st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h"]), min_size=1, max_size=9).map(" ".join)


@given(st.lists(st.tuples(st.lists(plain, min_size=1, max_size=3), plain | st.just("")), min_size=2, max_size=6))
@settings(deadline=None, max_examples=60)
def test_cider_is_what_its_definition_says(rows: list[tuple[list[str], str]]) -> None:
    references, predictions = [texts for texts, _ in rows], [found for _, found in rows]
    expected = cider_d(references, predictions)
    try:
        found = captions.cider(cells(references), np.array(predictions))
    except MetricError:
        assert expected == pytest.approx(0.0, abs=1e-12)
        assert len({frozenset(" ".join(texts).split()) for texts in references}) == 1
    else:
        assert found == pytest.approx(expected, **CLOSE)


def test_a_caption_of_what_all_captions_say_is_worth_nothing() -> None:
    truth = np.array(["a photo of a red ball on grass", "a photo of two dogs at sea"])
    assert captions.cider(truth, np.array(["a photo of", "a photo of"])) == 0.0


def test_repeating_the_telling_word_does_not_pay() -> None:
    truth = np.array(["a red ball lies here", "two dogs run there now"])
    once = captions.cider_resampled(truth, np.array(["red ball", ""]), np.array([[1, 1]]))[0]
    often = captions.cider_resampled(truth, np.array(["red ball red ball red ball", ""]), np.array([[1, 1]]))[0]
    assert often < once


def test_rows_that_nothing_tells_apart_have_no_cider() -> None:
    truth = np.array(["a red ball", "a red ball"])
    with pytest.raises(MetricError, match="expected n-grams that some rows have and others lack"):
        captions.cider(truth, truth)


def test_many_resamples_are_those_of_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    truth: Any = np.array([" ".join(rng.choice(list("abcdefg"), 6)) for _ in range(8)])
    counts = rng.multinomial(8, np.full(8, 1 / 8), size=70)
    whole = captions.cider_resampled(truth, truth[::-1], counts)
    monkeypatch.setattr(captions, "RESAMPLES_AT_ONCE", 7)
    np.testing.assert_allclose(captions.cider_resampled(truth, truth[::-1], counts), whole, rtol=1e-12)
