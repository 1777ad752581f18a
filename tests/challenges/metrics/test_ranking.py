"""Ranked lists agree with trec_eval and Kaggle's code, rank correlations with scipy; fooling does not pay."""

from __future__ import annotations

import math
import unicodedata
from typing import Any

import numpy as np
import pytest
import pytrec_eval
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from challenges.metrics import catalogues, concordance, embeddings, rank_correlation, ranked_lists, ranking
from challenges.metrics.types import MetricError
from tests.challenges.metrics.samples import cells

CLOSE: Any = {"rel": 1e-9, "abs": 1e-12}

ITEMS = ["a", "b", "c", "d", "e", "f", "é"]
graded = st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 3), min_size=1).filter(
    lambda gains: any(gains.values())
)
ordered = st.lists(st.sampled_from([*ITEMS, "x", "y"]), max_size=9, unique=True)
queries = st.lists(st.tuples(graded, ordered), min_size=1, max_size=8)


def trec_eval(rows: Any, measure: str) -> float:
    """The mean over the queries of a measure of trec_eval, which wants scores instead of an order."""
    truth = {str(row): gains for row, (gains, _) in enumerate(rows)}
    runs = {str(row): {item: float(-place) for place, item in enumerate(found)} for row, (_, found) in enumerate(rows)}
    results = pytrec_eval.RelevanceEvaluator(truth, {measure}).evaluate(runs)
    name = measure.replace(".", "_")
    return float(np.mean([results.get(query, {}).get(name, 0.0) for query in truth]))  # an empty list has no result


@given(queries, st.integers(1, 6))
@settings(deadline=None, max_examples=40)
def test_measures_of_ranked_lists_agree_with_trec_eval(rows: Any, k: int) -> None:
    truth, predictions = cells([gains for gains, _ in rows]), cells([found for _, found in rows])
    for metric, measure in (
        (ranking.ndcg_at_k, f"ndcg_cut.{k}"),
        (ranking.recall_at_k, f"recall.{k}"),
        (ranking.precision_at_k, f"P.{k}"),
        (ranking.hit_rate_at_k, f"success.{k}"),
    ):
        assert metric(truth, predictions, k=k) == pytest.approx(trec_eval(rows, measure), **CLOSE), measure
    assert ranking.mrr(truth, predictions) == pytest.approx(trec_eval(rows, "recip_rank"), **CLOSE)


def kaggle_apk(actual: list[str], predicted: list[str], k: int) -> float:
    """`apk` of ml_metrics, by which Kaggle scores."""
    predicted = predicted[:k]
    score = hits = 0.0
    for place, item in enumerate(predicted):
        if item in actual and item not in predicted[:place]:
            hits += 1.0
            score += hits / (place + 1.0)
    return float(score / min(len(actual), k))


repeating = st.lists(st.sampled_from([*ITEMS, "x", "y"]), max_size=9)


@given(st.lists(st.tuples(graded, repeating), min_size=1, max_size=8), st.integers(1, 12))
@settings(deadline=None, max_examples=40)
def test_map_at_k_agrees_with_kaggle_repeats_included(rows: Any, k: int) -> None:
    truth, predictions = cells([gains for gains, _ in rows]), cells([found for _, found in rows])
    relevant = [[item for item, gain in gains.items() if gain] for gains, _ in rows]
    expected = np.mean([kaggle_apk(r, found, k) for r, (_, found) in zip(relevant, rows, strict=True)])
    assert ranking.map_at_k(truth, predictions, k=k) == pytest.approx(expected, **CLOSE)
    assert ranking.map_at_k(cells(relevant), predictions, k=k) == pytest.approx(expected, **CLOSE)


def ndcg(gains: dict[str, int], found: list[str], k: int) -> float:
    """Burges's NDCG, place by place."""
    worth = [2 ** gains.get(item, 0) - 1 if item not in found[:place] else 0 for place, item in enumerate(found)]
    best = sorted((2**gain - 1 for gain in gains.values()), reverse=True)
    discounted = [sum(w / math.log2(r + 2) for r, w in enumerate(side[:k])) for side in (worth, best)]
    return float(discounted[0] / discounted[1])


@given(st.lists(st.tuples(graded, repeating), min_size=1, max_size=8), st.integers(1, 12))
@settings(deadline=None, max_examples=40)
def test_exponential_gains_are_those_of_burges(rows: Any, k: int) -> None:
    truth, predictions = cells([gains for gains, _ in rows]), cells([found for _, found in rows])
    expected = np.mean([ndcg(gains, found, k) for gains, found in rows])
    assert ranking.ndcg_at_k(truth, predictions, k=k, gain="exponential") == pytest.approx(expected, **CLOSE)


def test_linear_and_exponential_gains_differ_as_worked_out_by_hand() -> None:
    truth, predictions = cells([{"a": 3, "b": 1}]), cells([["b", "a"]])
    assert ranking.ndcg_at_k(truth, predictions, k=2) == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))
    assert ranking.ndcg_at_k(truth, predictions, k=2, gain="exponential") == pytest.approx(
        (1 + 7 / math.log2(3)) / (7 + 1 / math.log2(3))
    )


EVERY = [ranking.ndcg_at_k, ranking.map_at_k, ranking.recall_at_k, ranking.precision_at_k, ranking.hit_rate_at_k]


@pytest.mark.parametrize("metric", EVERY)
def test_naming_the_one_sure_item_again_and_again_does_not_pay(metric: Any) -> None:
    truth = cells([["a", "b", "c"], ["a", "b", "c"]])
    once = metric(truth, cells([["a", "x", "y"], ["a"]]), k=3)
    often = metric(truth, cells([["a", "a", "a"], ["a", "a", "a", "a"]]), k=3)
    assert often == once


def test_an_item_that_the_truth_names_twice_is_one_item() -> None:
    truth, predictions = cells([["a", "a", "b"]]), cells([["a", "b"]])
    assert ranking.map_at_k(truth, predictions, k=3) == 1.0
    assert ranking.recall_at_k(truth, cells([["a"]]), k=3) == 0.5


@pytest.mark.parametrize("metric", EVERY)
def test_one_item_in_several_unicode_forms_hits_once(metric: Any) -> None:
    item = "caf\u00e9 \u2460"
    forms = {unicodedata.normalize(form, item) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert len(forms) == 4
    disguised = [item, *sorted(forms - {item})]
    truth = cells([[item, "other"]])
    assert metric(truth, cells([disguised]), k=4) == metric(truth, cells([[item, "x", "y", "z"]]), k=4)
    assert metric(truth, cells([disguised[1:]]), k=4) == 0.0


def test_a_query_without_anything_relevant_is_refused() -> None:
    nothing: list[Any] = [[], {"a": 0}]
    for empty in nothing:
        with pytest.raises(MetricError, match="truth, row 1: expected at least one relevant item, found none"):
            ranking.ndcg_at_k(cells([["a"], empty]), cells([["a"], ["a"]]), k=3)


def test_an_empty_list_scores_nothing() -> None:
    truth, predictions = cells([["a"], ["b"]]), cells([[], ["b"]])
    assert [metric(truth, predictions, k=1) for metric in EVERY] == [0.5] * 5
    assert ranking.mrr(truth, predictions) == 0.5


def test_a_list_and_an_array_and_a_table_of_integers_score_alike() -> None:
    rng = np.random.default_rng(0)
    table = rng.integers(-3, 9, (20, 5))
    truth = [rng.integers(-3, 9, 3) for _ in range(20)]
    lists = cells([row.tolist() for row in truth]), cells([row.tolist() for row in table])
    expected = ranking.ndcg_at_k(*lists, k=4)
    assert ranking.ndcg_at_k(cells(truth), table, k=4) == expected
    assert ranking.ndcg_at_k(cells(truth), cells(list(table)), k=4) == expected
    huge = 2**62 // 9  # too far apart to be put into one integer with the row
    assert ranking.ndcg_at_k(cells([row * huge for row in truth]), table * huge, k=4) == expected
    named = [[[f"item {item}" for item in row] for row in side] for side in lists]
    assert ranking.ndcg_at_k(cells(named[0]), cells(named[1]), k=4) == expected


@pytest.mark.parametrize(
    ("truth", "predictions", "said"),
    [
        ([["a"]], [["a", 1]], "predictions, row 0: expected items that are all integers or all texts, found 1"),
        ([[1]], [[1, 2.0]], "predictions, row 0: .* found 2.0"),
        ([[1], [2]], [[1], [True]], "predictions, row 1: .* found True"),
        ([[1], [2]], [[1], [2**63]], "predictions, row 1: .* found 9223372036854775808"),
        ([["a"]], ["a"], "predictions, row 0: expected a list of items, found str"),
        ([["a"]], [{"a"}], "predictions, row 0: expected a list of items, found set"),
        ([["a"]], [{"a": 1}], "predictions, row 0: expected a list of items, found dict"),
        ([["a"]], [None], "predictions, row 0: expected a list of items, found NoneType"),
        ([["1"]], [[1]], "truth names its items by texts and predictions by integers"),
        ([{"a": -1, "b": 1}], [["a"]], "truth, row 0: expected a gain of 0 or more for each item, found -1"),
        ([{"a": math.inf}], [["a"]], "truth, row 0: expected a gain of 0 or more for each item, found inf"),
        ([{"a": "much"}], [["a"]], "truth, row 0: expected a gain of 0 or more for each item, found much"),
    ],
)
def test_what_is_no_ranked_list_is_refused(truth: Any, predictions: Any, said: str) -> None:
    with pytest.raises(MetricError, match=said):
        ranking.map_at_k(cells(truth), cells(predictions), k=3)


def test_strange_parameters_are_refused() -> None:
    one = cells([["a"]])
    with pytest.raises(MetricError, match="k: expected 1 or more, found 0"):
        ranking.recall_at_k(one, one, k=0)
    with pytest.raises(MetricError, match="gain: expected linear or exponential, found 'log'"):
        ranking.ndcg_at_k(one, one, k=1, gain="log")
    with pytest.raises(MetricError, match="truth: expected gains of at most 60, found 5000"):
        ranking.ndcg_at_k(cells([{"a": 5000}]), one, k=1, gain="exponential")


def test_many_users_score_as_one_after_the_other() -> None:
    rng = np.random.default_rng(0)
    truth = [rng.integers(0, 60, size).tolist() for size in rng.integers(1, 30, 5000)]
    predictions = [rng.integers(0, 60, size).tolist() for size in rng.integers(0, 30, 5000)]
    expected = [kaggle_apk(list(set(a)), b, 12) for a, b in zip(truth, predictions, strict=True)]
    found = ranking.average_precision_rows(cells(truth), cells(predictions), k=12)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("block", [1, 50, 10**6])
def test_queries_score_alike_in_however_many_blocks_they_are_matched(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(8)
    truth = cells([rng.integers(0, 30, rng.integers(1, 9)).tolist() for _ in range(60)])
    predictions = cells([rng.integers(0, 30, rng.integers(0, 20)).tolist() for _ in range(60)])
    measures = (ranking.ndcg_rows, ranking.average_precision_rows, ranking.recall_rows)
    one_by_one = [[float(of(truth[row : row + 1], predictions[row : row + 1], k=7)[0]) for row in range(60)]
                  for of in measures]  # fmt: skip
    monkeypatch.setattr(ranked_lists, "BLOCK", block)
    assert [of(truth, predictions, k=7).tolist() for of in measures] == one_by_one


@pytest.mark.parametrize("odd", [True, np.True_, 1.0, None, 2**63])
def test_an_item_that_only_looks_like_an_integer_is_refused(odd: Any) -> None:
    with pytest.raises(MetricError, match="predictions, row 1: expected items that are all integers"):
        ranking.mrr(cells([[1], [1]]), cells([[1, 0], [0, odd]]))


def test_items_far_apart_score_as_items_close_together() -> None:
    # numbers of millions are found by a search, small ones by a table
    chance = np.random.default_rng(5)
    near = [chance.integers(40, size=(50, length)) for length in (4, 9)]
    far = [1_000_003 * side for side in near]
    for metric in (ranking.ndcg_at_k, ranking.map_at_k):
        assert metric(*far, k=7) == metric(*near, k=7)
    assert 0 < ranking.ndcg_at_k(*near, k=7) < 1


def test_coverage_counts_what_is_on_offer_and_shown_to_somebody() -> None:
    catalogue = ["a", "b", "c", "d"]
    truth = cells([catalogue, catalogue])
    assert catalogues.catalogue_coverage(truth, cells([["a", "b", "d"], ["b", "a"]]), k=2) == 0.5
    assert catalogues.catalogue_coverage(truth, cells([["a", "invented"], ["made", "up"]]), k=2) == 0.25
    assert catalogues.catalogue_coverage(cells([["a", "b"], ["c", "d"]]), cells([["c", "d"], ["c"]]), k=2) == 0.25
    assert catalogues.catalogue_coverage(truth, cells([[], []]), k=2) == 0.0
    with pytest.raises(MetricError, match="truth, row 1: expected at least one item on offer, found none"):
        catalogues.catalogue_coverage(cells([["a"], []]), cells([["a"], ["a"]]), k=2)


numbers = st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=2, max_size=40)


@given(numbers)
@settings(deadline=None, max_examples=40)
def test_rank_correlations_agree_with_scipy(rows: list[tuple[int, int]]) -> None:
    truth, predictions = np.array(rows, dtype=np.float64).T
    if np.ptp(truth) == 0:
        for metric in (rank_correlation.kendall, rank_correlation.spearman):
            with pytest.raises(MetricError, match="truth is constant"):
                metric(truth, predictions)
    elif np.ptp(predictions) == 0:
        assert rank_correlation.kendall(truth, predictions) == rank_correlation.spearman(truth, predictions) == 0.0
    else:
        tau, rho = scipy.stats.kendalltau(truth, predictions), scipy.stats.spearmanr(truth, predictions)
        assert rank_correlation.kendall(truth, predictions) == pytest.approx(tau.statistic, **CLOSE)
        assert rank_correlation.spearman(truth, predictions) == pytest.approx(rho.statistic, **CLOSE)


@given(numbers, st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=40)
def test_resampled_rank_correlations_are_those_of_the_repeated_rows(rows: Any, seed: int) -> None:
    truth, predictions = np.array(rows, dtype=np.float64).T
    counts = np.random.default_rng(seed).multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=3)
    for metric, resampled in (
        (rank_correlation.kendall, rank_correlation.kendall_resampled),
        (rank_correlation.spearman, rank_correlation.spearman_resampled),
    ):
        for drawn, found in zip(counts, resampled(truth, predictions, counts), strict=True):
            again = np.repeat(np.arange(len(rows)), drawn)
            if np.ptp(truth[again]) == 0:
                assert math.isnan(found)
            else:
                assert found == pytest.approx(metric(truth[again], predictions[again]), **CLOSE)


@pytest.mark.parametrize("group", [1, 2, 7, 64])
def test_pairs_are_counted_alike_however_the_grid_is_cut(group: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(group)
    first, second = rng.integers(0, 12, 40), rng.integers(0, 12, 40)
    counts = rng.integers(0, 4, (5, 40))
    product = np.sign(first[:, None] - first[None, :]) * np.sign(second[:, None] - second[None, :])
    expected = np.einsum("mi,mj,ij->m", counts, counts, product > 0) / 2
    monkeypatch.setattr(concordance, "GROUP", group)
    monkeypatch.setattr(concordance, "CELLS_AT_ONCE", 100)
    np.testing.assert_array_equal(concordance.rising_pairs(first, second, counts), expected)


def shared(table: Any, rows: int) -> Any:
    return cells([np.asarray(table)] * rows)


def test_vectors_that_are_all_alike_order_half_of_the_triplets() -> None:
    asked = np.array([[0, 1, 2], [1, 0, 2], [2, 0, 1]])
    alike = np.array([[1.0, 3.0], [2.0, 6.0], [0.1, 0.3]])
    assert embeddings.triplet_accuracy(asked, shared(alike, 3)) == 0.5


def test_vectors_that_are_all_alike_answer_no_analogy() -> None:
    alike = np.outer(np.arange(1.0, 101.0), [1.0, 3.0])
    asked = np.array([[0, 1, 2, 3], [4, 5, 6, 7]])
    assert embeddings.analogy_accuracy(asked, shared(alike, 2)) == pytest.approx(1 / 97)


def three_cos_add(table: Any, question: Any) -> float:
    """Mikolov's rule, word by word."""
    a, b, c, d = question
    unit = [vector / math.sqrt(sum(x * x for x in vector)) for vector in table]
    goal = unit[b] - unit[a] + unit[c]
    best = max((w for w in range(len(table)) if w not in (a, b, c)), key=lambda w: float(unit[w] @ goal))
    return float(best == d)


def test_analogies_are_answered_by_the_rule_of_mikolov() -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(30, 4))
    asked = np.array([rng.permutation(30)[:4] for _ in range(400)])
    asked[::3, 3] = [
        next(w for w in range(30) if w not in q[:3] and three_cos_add(table, [*q[:3], w])) for q in asked[::3]
    ]
    expected = [three_cos_add(table, question) for question in asked]
    assert embeddings.analogies(asked, shared(table, 400)).tolist() == expected
    assert 0.3 < np.mean(expected) < 0.5


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([[1.0, 0.0], [0.0, 1.0]], "predictions, row 0: expected a vector for item 2, found 2"),
        ([[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]], "predictions, row 0, vector 1: expected a direction, found zeros"),
        ([[1.0, 0.0], [0.0, math.nan], [1.0, 1.0]], "predictions, row 0, vector 1: expected finite numbers"),
        ([1.0, 2.0, 3.0], "predictions, row 0: expected a table of vectors"),
    ],
)
def test_a_table_without_a_direction_for_each_item_is_refused(table: Any, said: str) -> None:
    with pytest.raises(MetricError, match=said):
        embeddings.triplet_accuracy(np.array([[0, 1, 2]]), shared(table, 1))


def test_the_size_of_a_vector_neither_overflows_nor_vanishes() -> None:
    table = np.array([[1e300, 0.0], [1e-300, 1e-301], [0.0, 1e300]])
    assert embeddings.triplet_accuracy(np.array([[0, 1, 2]]), shared(table, 1)) == 1.0
