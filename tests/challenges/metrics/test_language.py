"""Language models, tagged spans and topics against their definitions and seqeval."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from seqeval.metrics import f1_score

from challenges.metrics import language_models, sequences, topics
from challenges.metrics.types import MetricError
from tests.challenges.metrics.samples import cells

CLOSE: Any = {"rel": 1e-9, "abs": 1e-12}


def test_the_uniform_distribution_is_as_perplexed_as_the_vocabulary_is_large() -> None:
    truth, uniform = np.array([0, 3, 7]), np.full((3, 8), 1 / 8)
    assert language_models.perplexity(truth, uniform) == pytest.approx(8.0)
    sized = cells([{"tokens": np.array([token]), "size_bytes": 1} for token in truth])
    assert language_models.bits_per_byte(sized, uniform) == pytest.approx(3.0)


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_perplexity_is_what_its_definition_says_however_the_rows_are_held(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tokens = [rng.integers(0, 4, rng.integers(1, 6)) for _ in range(5)]
    each = [rng.dirichlet([0.3] * 4, len(cell)) for cell in tokens]
    floor = 0.01
    raised = [np.maximum(cell, floor) for cell in each]
    nats = [
        -math.log(chances[token] / chances.sum())
        for cell, rows in zip(tokens, raised, strict=True)
        for token, chances in zip(cell, rows, strict=True)
    ]
    expected = math.exp(sum(nats) / len(nats))
    assert language_models.perplexity(cells(tokens), cells(each), floor=floor) == pytest.approx(expected, **CLOSE)
    flat = np.concatenate(tokens), np.concatenate(each)
    assert language_models.perplexity(*flat, floor=floor) == pytest.approx(expected, **CLOSE)
    sized = cells([{"tokens": cell, "size_bytes": 10} for cell in tokens])
    bits = sum(nats) / math.log(2) / 50
    assert language_models.bits_per_byte(sized, cells(each), floor=floor) == pytest.approx(bits, **CLOSE)


def test_one_distribution_serves_all_tokens_of_a_row() -> None:
    truth, one = cells([np.array([0, 0, 1])]), np.array([[0.5, 0.25, 0.25]])
    expected = (0.5 * 0.5 * 0.25) ** (-1 / 3)
    assert language_models.perplexity(truth, one) == pytest.approx(expected)
    assert language_models.perplexity(truth, cells([one[0]])) == pytest.approx(expected)


def test_claiming_more_probability_than_there_is_is_refused() -> None:
    truth = np.array([0, 1])
    with pytest.raises(MetricError, match=r"predictions, row 0: expected a sum of 1 within 0\.001, found 2"):
        language_models.perplexity(truth, np.ones((2, 2)))
    with pytest.raises(MetricError, match=r"predictions, row 1: expected a sum of 1 within 0\.001, found 1\.01"):
        language_models.perplexity(truth, np.array([[0.5, 0.5], [0.5, 0.51]]))
    with pytest.raises(MetricError, match="predictions, row 1: expected probabilities 0 to 1"):
        language_models.perplexity(truth, np.array([[0.5, 0.5], [2.0, -1.0]]))
    with pytest.raises(MetricError, match="predictions, row 0, distribution 1: expected probabilities 0 to 1"):
        language_models.perplexity(cells([truth]), cells([np.array([[0.5, 0.5], [math.nan, 1.0]])]))


def test_half_precision_is_brought_to_the_sum_one() -> None:
    rng = np.random.default_rng(0)
    exact = rng.dirichlet([0.3] * 512, 40)
    truth = np.array([rng.choice(512, p=chances) for chances in exact])
    half = language_models.perplexity(truth, exact.astype(np.float16), floor=1e-6)
    assert half == pytest.approx(language_models.perplexity(truth, exact, floor=1e-6), rel=1e-3)


def test_being_sure_and_wrong_costs_as_much_as_the_floor_says() -> None:
    truth, sure = np.array([1]), np.array([[1.0, 0.0]])
    assert language_models.perplexity(truth, sure) == pytest.approx(1e15)
    assert language_models.perplexity(truth, sure, floor=1e-6) == pytest.approx(1e6, rel=1e-5)


def test_many_distributions_are_taken_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    truth, found = rng.integers(0, 4, 50), rng.dirichlet([1.0] * 4, 50)
    whole = language_models.surprise_sums(truth, found)
    monkeypatch.setattr(language_models, "CELLS_AT_ONCE", 12)
    np.testing.assert_array_equal(language_models.surprise_sums(truth, found), whole)


@pytest.mark.parametrize(
    ("truth", "predictions", "said"),
    [
        (np.array([0, 2]), np.full((2, 2), 0.5), "truth, row 1: expected tokens 0 to 1, .* found 2"),
        (np.array([-1, 0]), np.full((2, 2), 0.5), "truth, row 0: expected tokens 0 to 1, .* found -1"),
        (np.array([0.0, 1.0]), np.full((2, 2), 0.5), "truth, row 0: expected tokens as integers"),
        (cells([np.array([0, 1])]), cells([np.full((3, 2), 0.5)]), "row 0: expected 2 distributions, found 3"),
        (cells([np.array([0, 1])]), cells(["text"]), "predictions, row 0: expected distributions, found str"),
        (cells([np.array([], dtype=int)]), np.full((1, 2), 0.5), "expected at least one token"),
    ],
)
def test_what_is_no_text_with_its_distributions_is_refused(truth: Any, predictions: Any, said: str) -> None:
    with pytest.raises(MetricError, match=said):
        language_models.perplexity(truth, predictions)


@pytest.mark.parametrize("floor", [0.0, -1.0, 1.0, math.nan])
def test_a_floor_that_is_no_probability_is_refused(floor: float) -> None:
    with pytest.raises(MetricError, match="floor: expected a probability above 0 and below 1"):
        language_models.perplexity(np.array([0]), np.array([[1.0]]), floor=floor)


def test_a_text_has_a_size() -> None:
    for wrong in (0, -3, math.inf, math.nan, "4"):
        with pytest.raises(MetricError, match="truth, row 0: expected size_bytes above 0"):
            language_models.bits_per_byte(cells([{"tokens": [0], "size_bytes": wrong}]), np.array([[1.0]]))
    with pytest.raises(MetricError, match="truth, row 0: expected tokens and size_bytes, found list"):
        language_models.bits_per_byte(cells([[0, 1]]), np.array([[1.0]]))


def test_tokens_are_counted_over_all_rows_but_for_the_padding() -> None:
    truth, found = cells([[1, 2, 3, 4], [5, -100]]), cells([[1, 2, 3, 9], [6, -100]])
    assert language_models.mean_token_accuracy(truth, found) == pytest.approx(4 / 6)
    assert language_models.mean_token_accuracy(truth, found, ignore=-100) == pytest.approx(3 / 5)
    with pytest.raises(MetricError, match="expected at least one token to score"):
        language_models.mean_token_accuracy(cells([[7]]), cells([[7]]), ignore=7)
    with pytest.raises(MetricError, match="predictions, row 1: expected 2 tokens, found 1"):
        language_models.mean_token_accuracy(truth, cells([[1, 2, 3, 9], [6]]))


tag = st.sampled_from(["O", "B-a", "I-a", "E-a", "S-a", "B-b", "I-b", "B-a-b", "I-a-b", "S-", "B-"])
sentences = st.lists(st.lists(st.tuples(tag, tag), min_size=1, max_size=9), min_size=1, max_size=6)


@given(sentences)
@settings(deadline=None, max_examples=80)
def test_spans_agree_with_seqeval(rows: Any) -> None:
    truth = [["B-a", *(left for left, _ in row)] for row in rows]
    found = [["O", *(right for _, right in row)] for row in rows]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = f1_score(truth, found)
    assert sequences.span_f1(cells(truth), cells(found)) == pytest.approx(expected, **CLOSE)


def test_a_span_that_is_right_in_part_is_wrong() -> None:
    truth = cells([["B-name", "I-name", "O", "B-place", "O"]])
    assert sequences.span_f1(truth, cells([["B-name", "I-name", "O", "B-place", "O"]])) == 1.0
    assert sequences.span_f1(truth, cells([["B-name", "O", "O", "B-place", "O"]])) == 0.5
    assert sequences.span_f1(truth, cells([["B-name", "I-name", "O", "B-name", "O"]])) == 0.5
    assert sequences.span_f1(truth, cells([["O"] * 5])) == 0.0


def test_tagging_every_word_does_not_pay() -> None:
    truth = cells([["B-name", "O", "O", "O", "O", "O", "O", "O"]])
    assert sequences.span_f1(truth, cells([["B-name"] * 8])) == pytest.approx(2 / 9)


def test_a_span_ends_with_its_sentence() -> None:
    truth = cells([["O", "B-a"], ["I-a", "O"]])
    assert sequences.span_sums(truth, truth).tolist() == [[1, 1, 1], [1, 1, 1]]


@pytest.mark.parametrize("wrong", ["X-a", "b-a", "B", "", "OO", None, 3])
def test_an_unknown_tag_is_refused(wrong: Any) -> None:
    with pytest.raises(MetricError, match="predictions, row 0: expected O or B-, I-, E-, S- and a type"):
        sequences.span_f1(cells([["B-a"]]), cells([[wrong]]))


def test_tags_belong_to_words() -> None:
    with pytest.raises(MetricError, match="predictions, row 0: expected 2 tags, found 1"):
        sequences.span_f1(cells([["B-a", "O"]]), cells([["B-a"]]))
    with pytest.raises(MetricError, match="truth, row 0: expected a list of tags, found str"):
        sequences.span_f1(cells(["B-a"]), cells([["B-a"]]))
    with pytest.raises(MetricError, match="expected at least one span"):
        sequences.span_f1(cells([["O"]]), cells([["B-a"]]))


def test_topics_are_recovered_in_any_order_and_scale() -> None:
    rng = np.random.default_rng(0)
    truth = rng.dirichlet([0.3] * 4, 50)
    assert topics.topic_recovery(truth, truth[:, [2, 0, 3, 1]] * [1, 5, 2, 3] + 7) == pytest.approx(1.0)
    assert topics.topic_recovery(truth, truth[:, [2, 0]]) == pytest.approx(0.5)
    assert topics.topic_recovery(truth, np.column_stack([truth, rng.random(50)])) == pytest.approx(1.0)
    assert topics.topic_recovery(truth, np.full((50, 4), 0.25)) == 0.0


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_recovery_is_the_best_sum_of_correlations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, found = rng.random((9, 3)), rng.random((9, int(rng.integers(1, 6))))
    correlation = np.array([[np.corrcoef(a, b)[0, 1] for b in found.T] for a in truth.T]).clip(0)
    expected = correlation[linear_sum_assignment(-correlation)].sum() / 3
    assert topics.topic_recovery(truth, found) == pytest.approx(expected, **CLOSE)


def test_a_true_topic_that_never_varies_is_left_out() -> None:
    truth = np.array([[0.1, 0.9, 0.3], [0.1, 0.2, 0.3], [0.1, 0.4, 0.3]])
    assert topics.topic_recovery(truth, truth[:, 1:2]) == pytest.approx(1.0)
    with pytest.raises(MetricError, match="expected a topic that differs between rows"):
        topics.topic_recovery(truth[:, [0, 2]], truth)


def npmi(corpus: Any, words: Any) -> float:
    """Bouma's measure, pair by pair and document by document."""
    values = []
    for place, one in enumerate(words):
        for other in words[place + 1 :]:
            p = [sum(bool(d[w]) for d in corpus) / len(corpus) for w in (one, other)]
            both = sum(bool(d[one] and d[other]) for d in corpus) / len(corpus)
            if both in (0.0, 1.0):
                values.append(both - 1.0)
            else:
                values.append(math.log(both / (p[0] * p[1])) / -math.log(both))
    return sum(values) / len(values)


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_coherence_is_what_its_definition_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corpus = (rng.random((12, 7)) < rng.random(7)).astype(int)
    found = [rng.permutation(7)[: rng.integers(2, 6)].tolist() for _ in range(4)]
    expected = np.mean([npmi(corpus, words) for words in found])
    assert topics.npmi(cells([corpus] * 4), cells(found)) == pytest.approx(expected, **CLOSE)


def test_words_that_stand_everywhere_are_not_coherent() -> None:
    corpus = np.ones((5, 3), dtype=bool)
    assert topics.npmi(cells([corpus]), cells([[0, 1, 2]])) == 0.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([1, 1], "expected each word once"),
        ([1], "expected two or more words"),
        ([0, 3], "expected words 0 to 2, found 0 to 3"),
        ([-1, 1], "expected words 0 to 2, found -1 to 1"),
        ([0.0, 1.0], "expected two or more words by number"),
        ("01", "expected a list of words by number, found str"),
    ],
)
def test_what_is_no_list_of_words_is_refused(words: Any, said: str) -> None:
    with pytest.raises(MetricError, match=f"predictions, row 0: {said}"):
        topics.npmi(cells([np.ones((5, 3), dtype=bool)]), cells([words]))


@pytest.mark.parametrize("corpus", [np.full((2, 3), 2), np.full((2, 3), 0.5), np.zeros((0, 3), dtype=bool), "text"])
def test_what_is_no_corpus_is_refused(corpus: Any) -> None:
    with pytest.raises(MetricError, match="truth, row 0"):
        topics.npmi(cells([corpus]), cells([[0, 1]]))
